// The latent space of the digits model.

import { expect, test } from '../support/test.js';
import { open, picture } from '../support/page.js';
import { cells, drawn } from '../support/latent.js';

test('draws digits: bright strokes in the middle of dark pictures, and no two alike', async ({ page }) => {
  await open(page, 'latent');
  const grid = await drawn(page);
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

test('a seed means the same pictures in a fresh profile, and another seed means others', async ({ page, browser, baseURL }) => {
  await open(page, 'latent?seed=11');
  const mine = await picture(await drawn(page));
  const fresh = await browser.newContext({ baseURL });
  const other = await fresh.newPage();
  await open(other, 'latent?seed=11');
  expect((await picture(await drawn(other))).sha256).toBe(mine.sha256);
  await fresh.close();

  await page.getByTestId('seed-input').fill('12');
  await page.getByTestId('seed-input').blur();
  await expect(page).toHaveURL(/seed=12/);
  await expect.poll(async () => (await picture(page.getByTestId('sample-grid'))).sha256).not.toBe(mine.sha256);
});

test('a shared link holds what was bent and picked', async ({ page, browser, baseURL }) => {
  await open(page, 'latent');
  await drawn(page);
  const strip = page.getByTestId('walk-strip');
  const look = async () => (await picture(strip)).sha256;
  const start = await look();

  await page.getByTestId('pick-b').click();
  await page.getByTestId('sample-grid').click({ position: { x: 200, y: 200 } });
  await expect.poll(look).not.toBe(start);
  const picked = await look();
  await page.getByRole('slider', { name: 'z1', exact: true }).fill('2.5');
  await expect.poll(look).not.toBe(picked);
  await page.getByTestId('share-button').click();
  await expect(page).toHaveURL(/[?&]a=[\w-]+&b=[\w-]+/);
  // The last of the drawings that the slider asked for.
  await page.waitForTimeout(1000);
  const mine = await look();

  const fresh = await browser.newContext({ baseURL });
  const other = await fresh.newPage();
  await open(other, page.url());
  await drawn(other);
  await expect.poll(async () => (await picture(other.getByTestId('walk-strip'))).sha256).toBe(mine);
  await fresh.close();
});

test('the walk begins at A and ends elsewhere', async ({ page }) => {
  await open(page, 'latent');
  await drawn(page);
  const [first, ...rest] = await cells(page.getByTestId('walk-strip'), 9, 1);
  const [a] = await cells(page.getByTestId('picture-a'), 1, 1);
  expect(first.sha256).toBe(a.sha256);
  expect(new Set(rest.map(({ sha256 }) => sha256)).size).toBe(8);
});

test('the keyboard picks a sample', async ({ page }) => {
  await open(page, 'latent');
  await drawn(page);
  const a = page.getByTestId('picture-a');
  const before = (await picture(a)).sha256;
  await page.getByRole('group', { name: /Samples/ }).focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await expect.poll(async () => (await picture(a)).sha256).not.toBe(before);
});
