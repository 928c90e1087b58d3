// Drawings that are read from pictures, on an engine that turns colours over.

import { expect, test } from '../support/test.js';
import { dropFiles, picture } from '../support/page.js';
import { picture as pathOf, savedFile } from '../support/upscale.js';
import { FACADES, colourAt, current, draw, openTranslate, pixelsOf, standIn } from '../support/translate.js';

const colour = (name) => FACADES.find((swatch) => swatch.name === name).color;
const board = (page) => page.getByTestId('board');
const look = async (page) => (await picture(board(page))).sha256;
const chosen = (page, file) => page.getByTestId('drawing-file').setInputFiles(file);

/** Every colour that is on the board. */
async function colours(page) {
  const { data } = await pixelsOf(board(page));
  return new Set(Array.from({ length: data.length / 4 }, (_, at) => data.slice(at * 4, at * 4 + 3).join()));
}

test.beforeEach(async ({ context, page }) => {
  await standIn(context);
  await openTranslate(page);
});

test('a drawing that was saved is opened again, and what was there before is a step away', async ({ page }) => {
  await page.getByTestId('swatch-shop').click();
  await draw(page, [0.1, 0.2], [0.3, 0.9]);
  const drawn = await look(page);
  const { name, bytes } = await savedFile(page, 'save-drawing');
  await page.getByTestId('clear').click();
  await expect.poll(() => colours(page)).toEqual(new Set([colour('background').join()]));
  const empty = await look(page);
  await chosen(page, { name, mimeType: 'image/png', buffer: bytes });
  await expect.poll(() => look(page)).toBe(drawn);
  await current(page);
  expect(await colourAt(page.getByTestId('result'), [0.2, 0.5])).toEqual(colour('shop').map((value) => 255 - value));
  await page.getByTestId('undo').click();
  await expect.poll(() => look(page)).toBe(empty);
  await page.getByTestId('redo').click();
  await page.reload();
  await current(page);
  expect(await look(page)).toBe(drawn);
});

test('a picture of another size gives its middle, in the nearest colours', async ({ page }) => {
  const bytes = await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(768, 512);
    const on = canvas.getContext('2d');
    // What is cut off, what is nearly a window, and nothing.
    on.fillStyle = '#fff';
    on.fillRect(0, 0, 768, 512);
    on.fillStyle = 'rgb(4 120 250)';
    on.fillRect(128, 0, 256, 512);
    on.clearRect(384, 0, 256, 512);
    return Array.from(new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer()));
  });
  await page.getByTestId('clear').click();
  await chosen(page, { name: 'map.png', mimeType: 'image/png', buffer: Buffer.from(bytes) });
  await expect.poll(() => colours(page)).toEqual(new Set(['window', 'background'].map((name) => colour(name).join())));
  const at = (x) => colourAt(board(page), [x, 0.5]);
  expect([await at(0.01), await at(0.49), await at(0.51)]).toEqual(['window', 'window', 'background'].map(colour));
});

test('a picture that is dropped on the board is opened, and one that is broken is told', async ({ page }) => {
  const first = await look(page);
  await dropFiles(page, board(page), [pathOf('plain.png')]);
  await expect.poll(() => look(page)).not.toBe(first);
  const known = FACADES.map(({ color }) => color.join());
  expect([...(await colours(page))].filter((found) => !known.includes(found))).toEqual([]);
  const before = await look(page);
  await chosen(page, pathOf('truncated.png'));
  await expect(page.getByTestId('error-toast')).toContainText(/truncated\.png .*no picture that this browser can read/);
  expect(await look(page)).toBe(before);
});
