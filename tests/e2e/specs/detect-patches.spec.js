// Pictures of any size, judged in parts: the same scores as `forger detect` gives, ink on them, and what does not fit.

import fs from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { expect, test } from '../support/test.js';
import { drawLine, frames, open, picture as shown } from '../support/page.js';
import { picture, savedFile } from '../support/upscale.js';

const fixture = (name) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
/** What the program gives for the same pictures. */
const NATIVE = JSON.parse(await fs.readFile(fixture('patches.json'), 'utf8'));
/** The tab multiplies in another order than a program: scores are as good as the same. */
const APART = 1e-3;
const [GOOD, BAD] = ['patches-good.png', 'patches-bad.png'];
/** Width and height of both, and how many parts of 32 x 32, a stride of 16 apart, there are on them. */
const [WIDTH, HEIGHT, PARTS] = [96, 64, 15];
/** Side of the sheet of a sample. */
const SAMPLE = 128;

const size = async (page, id) => {
  const { width, height } = await shown(page.getByTestId(id));
  return [width, height];
};

/** The score that the page says, or NaN where it says none. */
async function score(page) {
  const text = await page.getByTestId('numbers').innerText();
  return Number(text.match(/score ([\d.]+)/)?.[1] ?? Number.NaN);
}

/** Opens the model, and waits until its sample is judged. */
async function openTiles(page, query = '') {
  await open(page, `detect?model=zeros${query}`);
  await expect(page.getByTestId('model-select')).toHaveValue('zeros');
  await page.getByTestId('model-file').setInputFiles(fixture('patches.safetensors'));
  await expect(page.getByTestId('model-select')).not.toHaveValue('zeros');
  await expect(page.getByTestId('numbers')).not.toBeEmpty({ timeout: 60_000 });
  await expect.poll(() => size(page, 'board')).toEqual([SAMPLE, SAMPLE]);
}

/** Opens a picture, and waits until it is judged: the map takes its size with the verdict. */
async function openPicture(page, name) {
  await page.getByTestId('photo-file').setInputFiles(fixture(name));
  await expect.poll(() => size(page, 'heat'), { timeout: 60_000 }).toEqual([WIDTH, HEIGHT]);
}

test('scores in parts are those of the program, and a scratch is stranger', async ({ page }) => {
  await openTiles(page);
  await page.getByTestId('photo-file').setInputFiles([GOOD, BAD].map(fixture));
  await expect(page.getByTestId('batch-count')).toContainText('2 of 2 judged', { timeout: 60_000 });
  const { bytes } = await savedFile(page, 'save-csv');
  const [, ...rows] = bytes.toString().trim().split('\n');
  // The strangest is first.
  expect(rows.map((row) => row.split(',')[0])).toEqual([BAD, GOOD]);
  for (const [name, found] of rows.map((row) => row.split(','))) {
    const native = NATIVE[name];
    expect(Math.abs(Number(found) - native) / native, `${name}: ${found}, native ${native}`).toBeLessThan(APART);
  }
  expect(NATIVE[BAD]).toBeGreaterThan(NATIVE[GOOD]);
  // A row shows its picture as it was judged.
  await page.getByTestId('batch').locator('tbody tr').first().getByRole('button').click();
  await expect.poll(() => size(page, 'given')).toEqual([WIDTH, HEIGHT]);
  expect(await score(page)).toBeCloseTo(Number(rows[0].split(',')[1]), 3);
});

test('a picture keeps its size, and the page says which part it judges', async ({ page }) => {
  await openTiles(page);
  await page.getByTestId('beside').evaluate((element) => {
    window.forgerTold = [];
    const note = () => window.forgerTold.push(element.textContent);
    new MutationObserver(note).observe(element, { childList: true, characterData: true, subtree: true });
  });
  await openPicture(page, GOOD);
  await expect(page.getByTestId('beside')).toContainText(/normal pictures/);
  const told = await page.evaluate(() => window.forgerTold);
  expect(told.some((text) => new RegExp(`part \\d+ of ${PARTS}$`).test(text)), told.join('\n')).toBe(true);
  for (const id of ['given', 'made', 'heat']) {
    expect(await size(page, id), id).toEqual([WIDTH, HEIGHT]);
  }
  // The sheet is a square of the longer side; all is shown as wide as it is high there, and not stretched.
  await expect.poll(() => size(page, 'board')).toEqual([WIDTH, WIDTH]);
  await expect(page.getByTestId('made')).toHaveCSS('object-fit', 'contain');
  await expect(page.getByTestId('starts')).toHaveCount(0);
  await expect(page.getByTestId('meaning-parts')).toContainText('in parts of 32 × 32 pixels');
});

test('a scratch on a good picture raises its score, ink beside it does nothing, and undo goes back', async ({ page }) => {
  await openTiles(page);
  await openPicture(page, GOOD);
  await expect.poll(() => size(page, 'board')).toEqual([WIDTH, WIDTH]);
  const [good, sheet] = [await score(page), await shown(page.getByTestId('board'))];
  await page.getByTestId('ink-black').click();
  // The picture begins a sixth from above.
  await drawLine(page, [[0.1, 0.05], [0.9, 0.05]], 8);
  await frames(page);
  expect((await shown(page.getByTestId('board'))).sha256).toBe(sheet.sha256);
  await expect(page.getByTestId('cancel')).toHaveCount(0);
  expect(await score(page)).toBe(good);
  await drawLine(page, [[0.15, 0.35], [0.85, 0.65]], 8);
  await expect.poll(() => score(page), { timeout: 60_000 }).toBeGreaterThan(good);
  await expect.poll(async () => (await shown(page.getByTestId('board'))).sha256).not.toBe(sheet.sha256);
  const undo = page.getByTestId('undo');
  await undo.click();
  await expect.poll(() => score(page), { timeout: 60_000 }).toBe(good);
  await expect.poll(async () => (await shown(page.getByTestId('board'))).sha256).toBe(sheet.sha256);
  // The ink beside it, then the picture itself: the sample and its sheet are there again.
  await undo.click();
  await undo.click();
  await expect.poll(() => size(page, 'board')).toEqual([SAMPLE, SAMPLE]);
  await expect.poll(() => size(page, 'heat'), { timeout: 60_000 }).toEqual([32, 32]);
  await page.getByTestId('redo').click();
  await expect.poll(() => size(page, 'board')).toEqual([WIDTH, WIDTH]);
  await expect.poll(() => score(page), { timeout: 60_000 }).toBe(good);
});

test('what is too small or too large is refused in words, and a batch goes on past it', async ({ page }) => {
  await openTiles(page);
  const limits = 'from 32 to 1024 pixels a side; this one has';
  for (const [name, has] of [['plain.png', '24 × 16'], ['long.png', '9000 × 40']]) {
    await page.getByTestId('photo-file').setInputFiles(picture(name));
    await expect(page.getByText(`${limits} ${has}`).first()).toBeVisible();
  }
  expect(await size(page, 'board')).toEqual([SAMPLE, SAMPLE]);
  await page.getByTestId('photo-file').setInputFiles([picture('plain.png'), fixture(GOOD)]);
  await expect(page.getByTestId('batch-count')).toContainText(/^2 of 2 judged, \d strange, 1 not read/, { timeout: 60_000 });
  const rows = page.getByTestId('batch').locator('tbody tr');
  // What has no score comes last.
  await expect(rows.last()).toContainText('plain.png');
  await expect(rows.last()).toContainText(`${limits} 24 × 16`);
  await expect(rows.first()).toContainText(GOOD);
});
