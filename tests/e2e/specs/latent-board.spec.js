// Arithmetic: "man with glasses - man + woman" with the mouse, the keyboard, and as a link.

import { readFileSync } from 'node:fs';

import { expect, test } from '../support/test.js';
import { picture, watchNotes } from '../support/page.js';
import { openLatent, place, settled } from '../support/latent.js';

const term = (page, index) => page.getByTestId(`term-${index}`);
const exemplars = (page, index) => term(page, index).locator('.exemplar');
const name = (page, index) => term(page, index).getByRole('textbox');

test('the sentence is made with the mouse, and its link gives the same picture in a fresh profile', async ({ page, browser, baseURL, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const grid = await openLatent(page, 'model=avatars');
  await expect(name(page, 0)).toHaveValue('man with glasses');
  await expect(page.getByTestId('expression')).toHaveValue('man with glasses - man + woman');
  await page.getByTestId('clear-terms').click();
  await expect(page.getByTestId('no-result')).toContainText('man with glasses');
  // Any three of the samples: what the sentence means is measured by `forger eval latent`.
  for (const [index, samples] of [[0, 1, 2], [3, 4, 5], [6, 7, 8]].entries()) {
    for (const sample of samples) {
      await grid.dragTo(term(page, index), { sourcePosition: await place(grid, sample) });
    }
    await expect(exemplars(page, index)).toHaveCount(3);
  }
  const mine = await settled(page.getByTestId('result'));
  const around = await settled(page.getByTestId('neighbours'));
  const notes = await watchNotes(page);
  await page.getByTestId('share-button').click();
  await expect.poll(notes).not.toEqual([]);
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link.length).toBeLessThan(2000);
  expect(link).toContain('model=avatars-');

  const fresh = await browser.newContext({ baseURL });
  const other = await fresh.newPage();
  await other.goto(link);
  expect(await settled(other.getByTestId('result'))).toBe(mine);
  expect(await settled(other.getByTestId('neighbours'))).toBe(around);
  await fresh.close();
});

test('the model finds exemplars for a sentence, and for what one asks of them', async ({ page }) => {
  await openLatent(page, 'model=avatars');
  await page.getByTestId('clear-terms').click();
  await page.getByTestId('sentence-0').click();
  for (const index of [0, 1, 2]) await expect(exemplars(page, index)).toHaveCount(3);
  await settled(page.getByTestId('result'));
  await page.getByTestId('clear-terms').click();
  await expect(exemplars(page, 0)).toHaveCount(0);
  await term(page, 0).getByText('Find pictures').click();
  await expect(page.getByTestId('find-0')).toBeDisabled();
  await term(page, 0).getByRole('button', { name: 'Glasses', exact: true }).click();
  await page.getByTestId('find-0').click();
  await expect(exemplars(page, 0)).toHaveCount(3);
});

test('a click, or the keyboard, fills the term that was chosen; an expression can be typed', async ({ page }) => {
  await openLatent(page, 'model=digits');
  await expect(name(page, 0)).toHaveValue('A');
  const samples = page.getByRole('application', { name: /Samples/ });
  await samples.focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('ArrowRight');
  await expect(page.getByTestId('spoken')).toHaveText('Picture 2 of 64');
  await page.keyboard.press('Enter');
  await expect(exemplars(page, 0)).toHaveCount(2);
  await page.getByTestId('choose-term-1').focus();
  await page.keyboard.press('Enter');
  await samples.focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press(' ');
  await expect(exemplars(page, 1)).toHaveCount(1);

  const expression = page.getByTestId('expression');
  const problem = page.getByTestId('no-result');
  for (const [text, told] of [['', 'Write an expression'], ['A - ', 'missing'], ['A + Z', 'Z'], ['A - B + C', 'C has no picture']]) {
    await expression.fill(text);
    await expect(problem).toContainText(told);
    // Where one types, too.
    await expect(expression).toHaveAccessibleDescription(await problem.textContent());
    await expect(expression).toHaveAttribute('aria-invalid', String(!told.startsWith('C')));
  }
  await expression.fill('A');
  await expect(expression).toHaveAttribute('aria-invalid', 'false');
  await expect(page.getByTestId('expression-problem')).toHaveCount(0);
  const a = await settled(page.getByTestId('result'));
  await expression.fill('A - B');
  await expect.poll(async () => (await picture(page.getByTestId('result'))).sha256).not.toBe(a);
  await expect(page).toHaveURL(/expression=A%20-%20B/);

  // An exemplar is taken out again, with the keyboard, too.
  await exemplars(page, 0).first().focus();
  await page.keyboard.press('Enter');
  await expect(exemplars(page, 0)).toHaveCount(1);
});

test('a term can be renamed, and the expression follows', async ({ page }) => {
  await openLatent(page, 'model=digits&terms=A:1.1;B:1.2&expression=A%20-%20B');
  const before = await settled(page.getByTestId('result'));
  await name(page, 0).fill('thick seven');
  await name(page, 0).blur();
  await expect(page.getByTestId('expression')).toHaveValue('thick seven - B');
  expect(await settled(page.getByTestId('result'))).toBe(before);
  await name(page, 1).fill('thick seven');
  await name(page, 1).blur();
  await expect(page.getByTestId('error-toast')).toContainText('thick seven');
  await expect(name(page, 1)).toHaveValue('B');
});

test('a link never grows too long: what would not fit is refused and nothing is lost', async ({ page }) => {
  await openLatent(page, 'model=digits&terms=A:1.1&expression=A');
  await page.getByTestId('expression').fill('A + '.repeat(700));
  await expect(page.getByTestId('error-toast')).toContainText('2000');
  await page.getByTestId('share-button').click();
  const url = await page.evaluate(() => location.href);
  expect(url.length).toBeLessThan(2000);
  expect(url).toContain('terms=A:1.1');
});

test('the result can be edited, walked to, and kept as a direction', async ({ page }) => {
  await openLatent(page, 'model=avatars&terms=A:1.1,1.2;B:1.3&expression=A%20-%20B');
  const result = await settled(page.getByTestId('result'));
  await page.getByTestId('edit-result').click();
  // To a step of the link, it is the same picture.
  await settled(page.getByTestId('edited'));
  await page.getByTestId('tab-arithmetic').click();
  expect(await settled(page.getByTestId('result'))).toBe(result);
  await page.getByTestId('keep-direction').click();
  const slider = page.getByTestId('direction-A  B');
  await expect(slider).toHaveValue('10');
  await expect(page).toHaveURL(/moves=A%20%20B~/);
  await page.reload();
  await expect(slider).toHaveValue('10');
});

test('the same code draws the same face here as natively', async ({ page }) => {
  const grid = await openLatent(page, 'model=avatars&seed=1');
  await settled(grid);
  const native = readFileSync(new URL('../../reference/latent/avatars.png', import.meta.url)).toString('base64');
  const worst = await grid.evaluate(async (element, native) => {
    const image = new Image();
    image.src = `data:image/png;base64,${native}`;
    await image.decode();
    const canvas = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height });
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    const mine = element.getContext('2d').getImageData(0, 0, image.width, image.height).data;
    const theirs = context.getImageData(0, 0, image.width, image.height).data;
    return mine.reduce((worst, value, index) => Math.max(worst, Math.abs(value - theirs[index])), 0);
  }, native);
  expect(worst).toBeLessThanOrEqual(2);
});
