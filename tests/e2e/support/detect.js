// What the tests of strange pictures share.

import { expect } from './test.js';
import { drawLine, frames, holdFiles, open } from './page.js';
import { picture } from './upscale.js';

/** What the page says of the picture that is there, or of the search. */
export const beside = (page) => page.getByTestId('beside');

/** Waits until the picture that is there has been judged, and all that came of it is drawn. */
export async function judged(page) {
  await expect(beside(page)).toContainText(/normal pictures/, { timeout: 60_000 });
  await expect(page.getByTestId('verdict')).not.toBeEmpty();
  await frames(page);
}

/** The score as the page says it, and the seconds that it took. */
export async function numbers(page) {
  const text = await page.getByTestId('numbers').innerText();
  const [, p, score, seconds] = text.match(/p = ([\d.]+), score ([\d.]+), found in ([\d.]+) s/).map(Number);
  return { p, score, seconds };
}

/** Opens a picture of the tests in place of what is there, and waits until that has been judged. */
export async function judge(page, name) {
  const file = await holdFiles(page, name);
  await page.getByTestId('photo-file').setInputFiles(picture(name));
  // Until it lies there, what is said is of the one before.
  await file.asked();
  await file.letGo();
  await judged(page);
}

/** Draws lines on the sheet, each through places in shares of its side. */
export async function draw(page, ...strokes) {
  for (const places of strokes) {
    await drawLine(page, places);
  }
}

/** Two strokes that are no zero. */
export const CROSS = [[[0.2, 0.2], [0.8, 0.8]], [[0.8, 0.2], [0.2, 0.8]]];

/** Opens the page with a model, and waits for its sheet. */
export async function openZeros(page, query = '', model = 'zeros') {
  await open(page, `detect?model=${model}${query}`);
  await expect(page.getByTestId('board')).toBeVisible();
}
