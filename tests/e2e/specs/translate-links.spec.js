// Drawings that are kept and shared: after a reload, by a link, as an example, and for a model that is not there.

import { expect, test } from '../support/test.js';
import { open, picture } from '../support/page.js';
import { FACADES, STAND_INS, colourAt, current, draw, openTranslate, standIn } from '../support/translate.js';

const board = (page) => page.getByTestId('board');
const look = async (page) => (await picture(board(page))).sha256;

test.beforeEach(({ context }) => standIn(context));

test('a drawing is there again after a reload, and a link shows the same to somebody else', async ({ page, browser, baseURL }) => {
  await openTranslate(page);
  await page.getByTestId('swatch-balcony').click();
  await page.getByTestId('tool-brush').click();
  await draw(page, [0.1, 0.2], [0.9, 0.8], 20);
  const drawn = await look(page);
  await page.reload();
  await current(page);
  expect(await look(page)).toBe(drawn);
  await page.getByTestId('share-button').click();
  await expect(page).toHaveURL(/drawing=/);
  const url = page.url();
  expect(url.length).toBeLessThan(2000);
  const context = await browser.newContext({ baseURL });
  await standIn(context);
  const other = await context.newPage();
  await other.goto(url);
  await current(other);
  expect(await look(other)).toBe(drawn);
  await context.close();
  // What is drawn on is no longer what the link says.
  await draw(page, [0.8, 0.1], [0.9, 0.3]);
  await expect(page).not.toHaveURL(/drawing=/);
  const later = await look(page);
  await page.reload();
  await current(page);
  expect(await look(page)).toBe(later);
});

test('a link that somebody sent leaves one’s own drawing a step away', async ({ page }) => {
  await openTranslate(page);
  await draw(page, [0.1, 0.1], [0.3, 0.2]);
  await page.getByTestId('share-button').click();
  await expect(page).toHaveURL(/drawing=/);
  const link = page.url();
  await draw(page, [0.6, 0.6], [0.9, 0.7]);
  const own = await look(page);
  await page.goto(link);
  await current(page);
  expect(await look(page)).not.toBe(own);
  await draw(page, [0.4, 0.1], [0.5, 0.2]);
  await page.getByTestId('undo').click();
  await page.getByTestId('undo').click();
  await expect.poll(() => look(page)).toBe(own);
});

test('a file of the name of a model of the site is drawn for anew, and leaves the drawing of that', async ({ page }) => {
  await openTranslate(page);
  await draw(page, [0.1, 0.1], [0.3, 0.2]);
  const own = await look(page);
  const before = await colourAt(page.getByTestId('result'), [0.01, 0.01]);
  const palette = FACADES.map((swatch, at) => (at ? swatch : { ...swatch, color: [40, 50, 60] }));
  const card = { ...STAND_INS[0].card, palette };
  const file = { name: 'facades.safetensors', mimeType: '', buffer: Buffer.from(JSON.stringify(card)) };
  await page.getByTestId('model-file').setInputFiles(file);
  await expect.poll(() => colourAt(page.getByTestId('result'), [0.01, 0.01])).toEqual([215, 205, 195]);
  expect(before).not.toEqual([215, 205, 195]);
  await draw(page, [0.6, 0.6], [0.9, 0.7]);
  await page.reload();
  await current(page);
  expect(await look(page)).toBe(own);
});

test('an example is shared by its name', async ({ page }) => {
  await openTranslate(page);
  await page.getByTestId('example-modern').click();
  await current(page);
  await page.getByTestId('share-button').click();
  await expect(page).toHaveURL(/example=modern/);
  const drawn = await look(page);
  await page.evaluate(() => localStorage.clear());
  await page.reload();
  await current(page);
  expect(await look(page)).toBe(drawn);
});

test('a drawing for a model that the site lacks waits for its file', async ({ page }) => {
  await openTranslate(page);
  await draw(page, [0.1, 0.1], [0.3, 0.2]);
  const drawn = await look(page);
  await page.getByTestId('share-button').click();
  await expect(page).toHaveURL(/drawing=/);
  const url = page.url().replace('model=facades-00000000', 'model=mine');
  await page.evaluate(() => localStorage.clear());
  await page.goto(url);
  await expect(page.getByTestId('error-toast')).toContainText('made with the model mine');
  await current(page);
  expect(await look(page)).not.toBe(drawn);
  const card = { ...STAND_INS[0].card, name: 'mine' };
  const file = { name: 'mine.safetensors', mimeType: '', buffer: Buffer.from(JSON.stringify(card)) };
  await page.getByTestId('model-file').setInputFiles(file);
  await expect(page.getByTestId('model-select')).toHaveValue('mine');
  await expect.poll(() => look(page)).toBe(drawn);
  await current(page);
});

test('a link that is cut is said, and so is one that would be too long', async ({ page }) => {
  await openTranslate(page, 'v=1&model=facades&drawing=AQBxeAAA');
  await expect(page.getByTestId('error-toast')).toContainText('The drawing of this link cannot be read');
  await open(page, 'translate?model=nobody');
  await expect(page.getByTestId('error-toast')).toContainText('made with the model nobody');
  await current(page);
  await page.getByTestId('tool-brush').click();
  await page.getByTestId('brush-width').selectOption('1');
  await board(page).evaluate((canvas) => {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    const send = (kind, x, y) => {
      const at = { clientX: left + (x * width) / 256, clientY: top + (y * height) / 256 };
      canvas.dispatchEvent(new PointerEvent(kind, { ...at, pointerId: 1, bubbles: true }));
    };
    canvas.setPointerCapture = () => {};
    let state = 1;
    const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
    // Lines without order, in all directions.
    send('pointerdown', 0, 0);
    for (let count = 0; count < 600; count += 1) {
      send('pointermove', random() * 255, random() * 255);
    }
    send('pointerup', 0, 0);
  });
  await page.getByTestId('share-button').click();
  await expect(page.getByTestId('error-toast').filter({ hasText: '8000' })).toBeVisible();
  await expect(page).not.toHaveURL(/drawing=/);
});
