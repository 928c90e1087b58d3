// The samples of the latent page, and what the page does with links.

import { expect, test } from '../support/test.js';
import { afterTimers, open, picture } from '../support/page.js';
import { cells, drawn, openLatent, settled } from '../support/latent.js';

/** Milliseconds after which the address says what has changed, as in `web/src/pages/latent/share.rs`. */
const SETTLED = 250;

test('draws digits: bright strokes in the middle of dark pictures, and no two alike', async ({ page }) => {
  const grid = await openLatent(page, 'model=digits');
  const pictures = await cells(grid, 8, 8);
  expect(pictures).toHaveLength(64);
  for (const { mean, brightest, edge } of pictures) {
    expect(brightest).toBeGreaterThan(200);
    expect(mean).toBeGreaterThan(10);
    expect(mean).toBeLessThan(100);
    expect(edge, 'the edge of a digit is dark').toBeLessThan(25);
  }
  expect(new Set(pictures.map(({ sha256 }) => sha256)).size).toBe(64);
});

test('a seed means the same pictures in a fresh profile, another seed or truncation means others', async ({ page, browser, baseURL }) => {
  const mine = await settled(await openLatent(page, 'seed=11'));
  const fresh = await browser.newContext({ baseURL });
  const other = await fresh.newPage();
  expect(await settled(await openLatent(other, 'seed=11'))).toBe(mine);
  await fresh.close();

  const grid = page.getByTestId('sample-grid');
  await page.getByTestId('seed-input').fill('12');
  await page.getByTestId('seed-input').blur();
  await expect(page).toHaveURL(/seed=12/);
  await expect.poll(async () => (await picture(grid)).sha256).not.toBe(mine);
  const whole = await settled(grid);
  await page.getByTestId('truncation').fill('50');
  await expect(page).toHaveURL(/truncation=50/);
  await expect.poll(async () => (await picture(grid)).sha256).not.toBe(whole);
});

const BROKEN = {
  'cut in the middle of a code': ['terms=A:1.1,~AAAA', 'cut short'],
  'cut in the middle of a letter': ['terms=A:1.1,~A', 'terms'],
  'of a newer version': ['v=2&seed=3', 'v=2'],
  'with nonsense in it': ['seed=x&tab=cellar&moves=y&walk=%ff', 'seed=x'],
  'of another program': ['q=%3Cscript%3E&utm_source=mail', null],
  'full of percent signs': ['%%%=%%&terms=%', 'terms'],
};

for (const [name, [query, told]] of Object.entries(BROKEN)) {
  test(`a link ${name} opens a page that works${told ? ', and says what it could not use' : ''}`, async ({ page }) => {
    await openLatent(page, query);
    const errors = page.getByTestId('error-toast');
    if (told) await expect(errors).toContainText(told);
    else await expect(errors).toHaveCount(0);
    await page.getByTestId('new-seed').click();
    await expect(page).toHaveURL(/seed=/);
  });
}

test('codes of another length are told and passed over', async ({ page }) => {
  await openLatent(page, 'terms=A:~AAAA;B:1.1&expression=B&base=~AAAA&walk=~AAAA,1.2');
  await expect(page.getByTestId('error-toast')).toContainText('dimensions');
  await settled(page.getByTestId('result'));
  await page.getByTestId('tab-walk').click();
  await expect(page.getByTestId('no-walk')).toBeVisible();
});

test('links from before there were terms still show their walk', async ({ page }) => {
  const code = Buffer.from(Array.from({ length: 64 }, (_, index) => index)).toString('base64url');
  await openLatent(page, `seed=11&model=digits&a=${code}&b=${'A'.repeat(86)}`);
  await settled(page.getByTestId('walk-strip'));
});

test('a link to a model that is not here says which, and the page works with another', async ({ page }) => {
  await openLatent(page, 'model=my-cats-0123abcd&seed=3');
  await expect(page.getByTestId('wanted-model')).toContainText('my-cats-0123abcd');
  await page.getByTestId('new-seed').click();
  await afterTimers(page, SETTLED);
  expect(await page.evaluate(() => location.href), 'what the link asks for is not lost').toContain('my-cats-0123abcd');
  await page.getByTestId('model-select').selectOption('digits');
  await expect(page.getByTestId('wanted-model')).toHaveCount(0);
  await expect(page).toHaveURL(/model=digits-[0-9a-f]{8}/);
  await expect(page.getByTestId('model-select').locator('option:checked')).toHaveText('Digits');
});

test('a link to another version of a model says so', async ({ page }) => {
  await openLatent(page, 'model=digits-00000000');
  await expect(page.getByTestId('error-toast')).toContainText('digits-00000000');
});

test('what is kept on this machine opens again, and travels as one file', async ({ page, browser, baseURL }) => {
  await openLatent(page, 'seed=21');
  await page.getByTestId('keep').click();
  const kept = page.getByTestId('kept').getByRole('listitem');
  await expect(kept).toHaveCount(1);
  await page.getByTestId('new-seed').click();
  await page.getByTestId('keep').click();
  await expect(kept).toHaveCount(2);
  const download = page.waitForEvent('download');
  await page.getByTestId('export-gallery').click();
  const file = await (await download).path();

  const fresh = await browser.newContext({ baseURL });
  const other = await fresh.newPage();
  await openLatent(other);
  const bad = { name: 'x.json', mimeType: 'application/json', buffer: Buffer.from('{}') };
  await other.getByTestId('import-gallery').setInputFiles(bad);
  await expect(other.getByTestId('error-toast')).toContainText('x.json');
  await other.getByTestId('import-gallery').setInputFiles(file);
  await expect(other.getByTestId('kept').getByRole('listitem')).toHaveCount(2);
  await other.getByTestId('kept').getByRole('link').first().click();
  await expect(other.getByTestId('seed-input')).toHaveValue('21');
  await other.reload();
  await drawn(other);
  await expect(other.getByTestId('kept').getByRole('listitem'), 'kept after a reload').toHaveCount(2);
  await fresh.close();
});

test('each that is kept has a name of its own, and of one that is removed the focus stays among them', async ({ page }) => {
  await openLatent(page, 'model=digits&seed=21');
  await page.getByTestId('keep').click();
  await page.getByTestId('new-seed').click();
  await page.getByTestId('keep').click();
  const kept = page.getByTestId('kept');
  const remove = (n) => kept.getByRole('button', { name: `Remove: ${n}`, exact: true });
  for (const n of [1, 2]) {
    await expect(kept.getByRole('link', { name: `Open what was kept: ${n}`, exact: true })).toBeVisible();
    await expect(remove(n)).toBeVisible();
  }
  await remove(2).press('Enter');
  await expect(remove(2)).toHaveCount(0);
  await expect(kept.getByRole('heading')).toBeFocused();
  await remove(1).press('Enter');
  await expect(kept.getByRole('listitem')).toHaveCount(0);
  await expect(kept.getByRole('heading')).toBeFocused();
});

test('two tabs keep what either of them keeps', async ({ context, page }) => {
  await openLatent(page, 'model=digits&seed=21&terms=A:1.1&expression=A');
  const other = await context.newPage();
  await openLatent(other, 'model=digits&seed=22&terms=B:1.2&expression=B');
  const directions = (tab) => tab.evaluate(() => JSON.parse(localStorage.getItem('forger.directions') ?? '[]').length);
  for (const [tab, before] of [[page, 0], [other, 1]]) {
    // A browser lets the other tab know in its own time.
    await expect(tab.getByTestId('kept').getByRole('listitem')).toHaveCount(before);
    await expect.poll(() => directions(tab)).toBe(before);
    await tab.getByTestId('keep').click();
    await tab.getByTestId('keep-direction').click();
  }
  for (const tab of [page, other]) {
    await expect(tab.getByTestId('kept').getByRole('listitem')).toHaveCount(2);
    await expect(tab.getByTestId('direction-A')).toBeVisible();
    await expect(tab.getByTestId('direction-B')).toBeVisible();
  }
  await expect(page).toHaveURL(/tab=edit/);
  await page.reload();
  await drawn(page);
  await expect(page.getByTestId('kept').getByRole('listitem')).toHaveCount(2);
  await expect(page.getByTestId('direction-B')).toBeVisible();
});

test('what cannot be kept is told, and lasts as long as the page', async ({ page }) => {
  await openLatent(page, 'model=digits&terms=A:1.1;B:1.2;C:1.3&expression=A');
  await page.getByTestId('keep-direction').click();
  await expect(page.getByTestId('direction-A')).toBeVisible();
  await page.evaluate(() => {
    Storage.prototype.setItem = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
  });
  for (const name of ['B', 'C']) {
    await page.getByTestId('tab-arithmetic').click();
    await page.getByTestId('expression').fill(name);
    await page.getByTestId('keep-direction').click();
    await expect(page.getByTestId('error-toast').first()).toContainText('no room left');
    await expect(page.getByTestId(`direction-${name}`)).toBeVisible();
  }
  // Without the steps that the link holds.
  await page.getByTestId('tab-arithmetic').click();
  await page.getByTestId('edit-result').click();
  await expect(page).not.toHaveURL(/moves=/);
  for (const name of ['A', 'B', 'C']) {
    await expect(page.getByTestId(`direction-${name}`)).toBeVisible();
  }
});

test('a seed that is none gives way to the one in use', async ({ page }) => {
  await openLatent(page, 'model=digits&seed=7');
  const seed = page.getByTestId('seed-input');
  for (const [entered, used] of [['5000000000', '7'], ['-1', '7'], ['8.5', '8'], ['1e2', '100']]) {
    await seed.fill(entered);
    await seed.blur();
    await expect(seed).toHaveValue(used);
  }
});

test('leaving the page and coming back disturbs nothing', async ({ page }) => {
  await openLatent(page);
  await page.getByRole('navigation').getByRole('link', { name: 'Lab' }).click();
  await expect(page).toHaveURL(/\/lab/);
  await afterTimers(page, SETTLED);
  await expect(page, 'the address is that of the lab').toHaveURL(/\/lab/);
  await page.getByRole('navigation').getByRole('link', { name: 'Latent' }).click();
  await drawn(page);
  await open(page, 'latent');
});
