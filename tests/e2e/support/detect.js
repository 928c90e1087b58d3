// What the tests of strange pictures share.

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
