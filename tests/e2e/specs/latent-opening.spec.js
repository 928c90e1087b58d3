// What a visitor of the latent page sees first: the sentence, made by the avatars.

import { expect, test } from '../support/test.js';
import { holdBack, open } from '../support/page.js';
import { drawn, openLatent, settled, shown } from '../support/latent.js';

const exemplars = (page, index) => page.getByTestId(`term-${index}`).locator('.exemplar');
const expression = (page) => page.getByTestId('expression');

test('without a query the page shows what the sentence comes to, on the first screen', async ({ page }) => {
  await open(page, 'latent');
  await shown(page.getByTestId('result'));
  await expect(page.getByTestId('result')).toBeInViewport({ ratio: 1 });
  await expect(expression(page)).toHaveValue('man with glasses - man + woman');
  for (const index of [0, 1, 2]) await expect(exemplars(page, index)).toHaveCount(3);
  await expect(page.locator('.equation figure')).toHaveCount(3);
  await expect(page).toHaveURL(/model=avatars-/);
  // Its address is the link of what is seen.
  const mine = await settled(page.getByTestId('result'));
  await page.reload();
  expect(await settled(page.getByTestId('result'))).toBe(mine);
});

test('in Korean, and on a phone, too', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page, 'latent?lang=ko');
  await shown(page.getByTestId('result'));
  await expect(page.getByTestId('result')).toBeInViewport({ ratio: 0.9 });
  await expect(expression(page)).toHaveValue(/^안경 쓴 남자 - 남자 \+ 여자$/);
});

test('digits are one click away, and so is the way back', async ({ page }) => {
  await open(page, 'latent');
  const said = await settled(page.getByTestId('result'));
  await page.getByTestId('model-digits').click();
  await expect(page).toHaveURL(/model=digits-/);
  // Of digits, the sentence would say nothing.
  await expect(expression(page)).toHaveValue('A - B + C');
  await expect(exemplars(page, 0)).toHaveCount(0);
  await page.getByTestId('model-avatars').click();
  await expect(expression(page)).toHaveValue('man with glasses - man + woman');
  expect(await settled(page.getByTestId('result'))).toBe(said);
});

test('what the user has made stays with another model', async ({ page }) => {
  await openLatent(page, 'model=digits&terms=A:1.1;B:1.2&expression=A%20-%20B');
  await page.getByTestId('model-avatars').click();
  await expect(page).toHaveURL(/model=avatars-/);
  await expect(expression(page)).toHaveValue('A - B');
  await expect(exemplars(page, 0)).toHaveCount(1);
});

test('a link that names no model means what it meant', async ({ page }) => {
  await openLatent(page, 'seed=11');
  await expect(page).toHaveURL(/model=digits-/);
});

test('the page says what it loads, and how much that is; another can be had instead', async ({ page }) => {
  const files = await holdBack(page, '**/models/avatars-*.safetensors');
  await open(page, 'latent');
  await expect(page.getByRole('status').filter({ hasText: 'Loading Avatars, 3.7 MB' })).toBeVisible();
  await expect(page.getByTestId('progress')).toBeVisible();
  await page.getByTestId('model-digits').click();
  files.release();
  await drawn(page);
  await expect(page.getByTestId('model-select')).toHaveValue('digits');
  await expect(page).toHaveURL(/model=digits-/);
  await expect(page.getByTestId('error-toast')).toHaveCount(0);
});

test('nothing moves when the result appears: what is dragged below stays where it is', async ({ page }) => {
  await openLatent(page, 'model=digits&terms=A:1.1;B:&expression=A%20-%20B');
  const grid = page.getByTestId('sample-grid');
  const top = () => grid.evaluate((element) => element.getBoundingClientRect().top + window.scrollY);
  await expect(page.getByTestId('no-result')).toContainText('B has no picture');
  const before = await top();
  await page.getByTestId('choose-term-1').click();
  await grid.click({ position: { x: 20, y: 20 } });
  await settled(page.getByTestId('result'));
  expect(Math.abs((await top()) - before)).toBeLessThanOrEqual(2);
});
