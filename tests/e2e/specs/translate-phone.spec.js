// The board on a phone, on an engine that turns colours over: what is drawn and what becomes of it are seen together.

import { expect, test } from '../support/test.js';
import { FACADES, STAND_INS, colourAt, current, finger, openTranslate, standIn } from '../support/translate.js';

const SCREEN = { width: 390, height: 844 };
test.use({ viewport: SCREEN, hasTouch: true });

const colour = (name) => FACADES.find((swatch) => swatch.name === name).color;
const model = (page) => page.getByTestId('model-select');

test('the sheet, the picture and what one draws with are on one screen', async ({ context, page }) => {
  await standIn(context);
  await openTranslate(page);
  await page.getByTestId('tool-brush').evaluate((tool) => tool.scrollIntoView({ block: 'start' }));
  const boxes = {};
  for (const id of ['board', 'outcome', 'undo', 'swatch-window']) {
    const box = await page.getByTestId(id).boundingBox();
    expect(box.y, id).toBeGreaterThanOrEqual(0);
    expect(box.y + box.height, id).toBeLessThanOrEqual(SCREEN.height);
    boxes[id] = box;
  }
  expect(boxes.board.width).toBeGreaterThan(300);
  expect(boxes.outcome.width).toBeGreaterThanOrEqual(150);
  expect(boxes.outcome.y).toBeGreaterThanOrEqual(boxes.board.y + boxes.board.height);
  // Whoever goes on with the keyboard goes down, never back up.
  const rows = await page.locator('.drawing').evaluate((drawing) =>
    Array.from(drawing.querySelectorAll('button, select, canvas[tabindex]'), (one) => {
      const { top, bottom } = one.getBoundingClientRect();
      return { top, bottom };
    }),
  );
  expect(rows.length).toBeGreaterThan(20);
  rows.slice(1).forEach(({ bottom }, before) => expect(bottom).toBeGreaterThan(rows[before].top));
});

test('a finger draws without a ring, and the picture follows', async ({ context, page }) => {
  await standIn(context);
  await openTranslate(page);
  await page.getByTestId('tool-brush').click();
  await page.getByTestId('swatch-shop').click();
  const touch = await finger(page);
  await touch('touchStart', [0.2, 0.2]);
  await touch('touchMove', [0.4, 0.4]);
  await touch('touchMove', [0.6, 0.6]);
  await expect.poll(() => colourAt(page.getByTestId('board'), [0.5, 0.5])).toEqual(colour('shop'));
  await expect(page.getByTestId('ring')).toHaveCount(0);
  await touch('touchEnd');
  await current(page);
  expect(await colourAt(page.getByTestId('result'), [0.5, 0.5])).toEqual(colour('shop').map((value) => 255 - value));
});

test('it begins with the light model, unless a link or the last choice says otherwise', async ({ context, page }) => {
  const [facades, ...others] = STAND_INS;
  const card = { ...facades.card, name: 'facades-light' };
  await standIn(context, { models: [facades, ...others, { ...facades, file: 'facades-light-00000000.safetensors', card }] });
  await openTranslate(page);
  await expect(model(page)).toHaveValue('facades-light');
  await openTranslate(page, 'model=facades');
  await expect(model(page)).toHaveValue('facades');
  await openTranslate(page);
  await expect(model(page)).toHaveValue('facades-light');
  await model(page).selectOption('facades');
  await current(page);
  await page.reload();
  await current(page);
  await expect(model(page)).toHaveValue('facades');
  await page.evaluate(() => localStorage.clear());
  await page.setViewportSize({ width: 1280, height: 900 });
  await openTranslate(page);
  await expect(model(page)).toHaveValue('facades');
});
