// What the tests of strange pictures share.

import fs from 'node:fs/promises';

import { expect } from './test.js';
import { open } from './page.js';

/** What the page says of the picture that is there, or of the search. */
export const beside = (page) => page.getByTestId('beside');

/** Waits until the picture that is there has been judged. */
export async function judged(page) {
  await expect(beside(page)).toContainText(/normal pictures/, { timeout: 60_000 });
  await expect(page.getByTestId('verdict')).not.toBeEmpty();
}

/** The score as the page says it, and the seconds that it took. */
export async function numbers(page) {
  const text = await page.getByTestId('numbers').innerText();
  const [, p, score, seconds] = text.match(/p = ([\d.]+), score ([\d.]+), found in ([\d.]+) s/).map(Number);
  return { p, score, seconds };
}

/** Draws lines on the sheet, each through places in shares of its side. */
export async function draw(page, ...strokes) {
  const sheet = page.getByTestId('board');
  await sheet.scrollIntoViewIfNeeded();
  const { x, y, width, height } = await sheet.boundingBox();
  for (const [[left, top], ...rest] of strokes) {
    await page.mouse.move(x + left * width, y + top * height);
    await page.mouse.down();
    for (const [left, top] of rest) {
      await page.mouse.move(x + left * width, y + top * height);
    }
    await page.mouse.up();
  }
}

/** Two strokes that are no zero. */
export const CROSS = [[[0.2, 0.2], [0.8, 0.8]], [[0.8, 0.2], [0.2, 0.8]]];

/** Opens the page with a model, and waits for its sheet. */
export async function openZeros(page, query = '', model = 'zeros') {
  await open(page, `detect?model=${model}${query}`);
  await expect(page.getByTestId('board')).toBeVisible();
}

/** The file of a model of the site, its header, and what is behind. */
async function fileOf(name) {
  const models = new URL('../../../public/models/', import.meta.url);
  const file = (await fs.readdir(models)).find((file) => new RegExp(`^${name}-[0-9a-f]{8}\\.safetensors$`).test(file));
  const bytes = await fs.readFile(new URL(file, models));
  const end = 8 + Number(bytes.readBigUInt64LE());
  return { header: JSON.parse(bytes.subarray(8, end)), rest: bytes.subarray(end) };
}

/** The card of a model of the site. */
export const cardOf = async (name) => JSON.parse((await fileOf(name)).header.__metadata__['forger.card']);

/** The file of a model of the site with another card. */
export async function withCard(name, change) {
  const { header, rest } = await fileOf(name);
  header.__metadata__['forger.card'] = JSON.stringify(change(await cardOf(name)));
  const text = Buffer.from(JSON.stringify(header));
  const padded = Buffer.concat([text, Buffer.alloc((8 - (text.length % 8)) % 8, ' ')]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([length, padded, rest]);
}
