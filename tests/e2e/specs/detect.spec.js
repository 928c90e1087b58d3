// Strange pictures: drawn, opened, in batches, and the same scores as `forger detect` gives.

import fs from 'node:fs/promises';
import path from 'node:path';

import { expect, test } from '../support/test.js';
import { CROSS, beside, draw, judge, judged, numbers, openZeros } from '../support/detect.js';
import { cardOf, modelPath, withCard } from '../support/models.js';
import { open, picture as shown, watchNotes } from '../support/page.js';
import { picture, savedFile } from '../support/upscale.js';

/** What the trainer's own test holds the program to as well. */
const NATIVE = JSON.parse(await fs.readFile(new URL('../fixtures/detect.json', import.meta.url), 'utf8'));
/** The tab multiplies in another order than a program: scores are as good as the same. */
const APART = 1e-3;

/** A closed ring. */
const ZERO = Array.from({ length: 33 }, (_, step) => {
  const turn = (step / 32) * 2 * Math.PI;
  return [0.5 + 0.21 * Math.sin(turn), 0.5 - 0.32 * Math.cos(turn)];
});

test('a drawn zero is normal, a cross is strange, and the second search takes less than two seconds', { tag: '@alone' }, async ({ page }) => {
  await openZeros(page);
  await expect(beside(page)).toContainText('Draw something');
  await draw(page, ZERO);
  await judged(page);
  await expect(page.getByTestId('verdict')).toHaveText('Not strange');
  const zero = await numbers(page);
  await page.getByTestId('clear').click();
  await expect(beside(page)).toContainText('Draw something');
  await draw(page, ...CROSS);
  await judged(page);
  await expect(page.getByTestId('verdict')).toHaveText('Strange');
  await expect(beside(page)).toContainText('none is as strange');
  // Read out at the end, and not step by step.
  await expect(page.getByTestId('told')).toHaveText(/^Strange\. .*none is as strange/);
  await expect(page.getByTestId('told')).toHaveRole('status');
  await expect(beside(page)).not.toHaveAttribute('role');
  const cross = await numbers(page);
  expect(cross.score).toBeGreaterThan(zero.score);
  // It has nothing to compile.
  expect(cross.seconds).toBeLessThan(2);
  expect((await shown(page.getByTestId('made'))).levels).toBeGreaterThan(4);
});

for (const [model, scores] of Object.entries(NATIVE)) {
  test(`scores of ${model} are those of the program`, async ({ page }) => {
    await openZeros(page, '', model);
    await page.getByTestId('photo-file').setInputFiles(Object.keys(scores).map(picture));
    await expect(page.getByTestId('batch-count')).toContainText('2 of 2 judged', { timeout: 60_000 });
    const { name, bytes } = await savedFile(page, 'save-csv');
    expect(name).toBe('forger-detect.csv');
    const [head, ...rows] = bytes.toString().trim().split('\n');
    expect(head).toBe('file,score,p_value,strange');
    expect(rows.map((row) => row.split(',')[0])).toEqual(['cross.png', 'ring.png']);
    for (const [name, score] of rows.map((row) => row.split(','))) {
      const native = scores[name];
      expect(Math.abs(Number(score) - native) / native, `${name}: ${score}, native ${native}`).toBeLessThan(APART);
    }
  });
}

test('an encoder needs no search, and the page says so', async ({ page }) => {
  await openZeros(page, '&sample=2', 'threes');
  await judged(page);
  await expect(page.getByTestId('verdict')).toHaveText('Not strange');
  await expect(page.getByTestId('starts')).toHaveCount(0);
  await expect(page.getByText('An encoder says at once')).toBeVisible();
  await page.getByTestId('model-select').selectOption('zeros');
  await expect(page.getByText('The search begins from several codes')).toBeVisible();
});

test('a model with a mapping network lays its samples on the sheet', async ({ page }) => {
  await openZeros(page);
  // No model of the site has one and knows what is normal: this says so of one that does not.
  const { normal } = await cardOf('zeros');
  const buffer = await withCard('avatars', (card) => ({ ...card, normal: { ...normal, strokes: false } }));
  await page.getByTestId('model-file').setInputFiles({ name: 'avatars.safetensors', mimeType: '', buffer });
  await expect.poll(async () => (await shown(page.getByTestId('board'))).levels, { timeout: 60_000 }).toBeGreaterThan(10);
  const first = (await shown(page.getByTestId('board'))).sha256;
  await page.getByTestId('sample').click();
  await expect.poll(async () => (await shown(page.getByTestId('board'))).sha256, { timeout: 60_000 }).not.toBe(first);
});

test('a batch goes on past what does not read, stops at once, goes on, and shows each of its pictures', { tag: '@alone' }, async ({ page }) => {
  await openZeros(page);
  const bytes = async (name) => fs.readFile(picture(name));
  const [ring, cross, broken] = await Promise.all(['ring.png', 'cross.png', 'truncated.png'].map(bytes));
  const file = (name, buffer) => ({ name, mimeType: 'image/png', buffer });
  const files = Array.from({ length: 40 }, (_, index) => file(`${index}.png`, index % 2 ? ring : cross));
  files.splice(2, 0, file('broken.png', broken));
  await page.getByTestId('photo-file').setInputFiles(files);
  await expect(page.getByTestId('batch-count')).toContainText(/^([3-9]|[1-3]\d) of 41 judged, \d+ strange, 1 not read/, { timeout: 60_000 });
  const start = Date.now();
  await page.getByTestId('batch-stop').click();
  await expect(page.getByTestId('batch-go-on')).toBeVisible();
  // One second is promised to a user; this machine may be slow.
  expect(Date.now() - start).toBeLessThan(3000);
  await page.getByTestId('batch-go-on').click();
  await expect(page.getByTestId('batch-count')).toContainText('41 of 41 judged, 20 strange, 1 not read', { timeout: 110_000 });
  // What came of all is read out.
  await expect(page.getByTestId('batch-over')).toContainText('41 of 41 judged, 20 strange');
  const rows = page.getByTestId('batch').locator('tbody tr');
  await expect(rows.last()).toContainText('broken.png');
  await page.getByTestId('sort-name').click();
  await expect(rows.first()).toContainText('0.png');
  await rows.first().getByRole('button').click();
  await expect(page.getByTestId('verdict')).toHaveText('Strange');
  await expect(page.getByTestId('given')).toBeVisible();
});

test('a threshold that is moved calls other pictures strange, and goes back', async ({ page }) => {
  await openZeros(page);
  await page.getByTestId('photo-file').setInputFiles(picture('ring.png'));
  await judged(page);
  await expect(page.getByTestId('verdict')).toHaveText('Not strange');
  await expect(page.getByTestId('alarms')).toContainText('48 of 980 normal pictures: 4.9 % false alarms');
  await page.getByTestId('threshold').focus();
  await page.keyboard.press('Home');
  await expect(page.getByTestId('alarms')).toContainText('100.0 % false alarms');
  await expect(page.getByTestId('verdict')).toHaveText('Strange');
  await page.getByTestId('usual').click();
  await expect(page.getByTestId('verdict')).toHaveText('Not strange');
});

/** Normal pictures, false alarms among them, strange pictures and those that are missed, as the page says it. */
async function wrong(page) {
  const text = await page.getByTestId('misses').innerText();
  const said = text.match(/False alarms: (\d+) of (\d+) normal.*Of (\d+) .+, (\d+) missed/);
  const [alarms, normal, strange, missed] = said.slice(1).map(Number);
  return [normal, alarms, strange, missed];
}

test('the ROC curve says what the threshold calls strange and what it misses, while it moves', async ({ page }) => {
  await openZeros(page);
  const curve = page.getByTestId('roc');
  await expect(curve).toBeVisible();
  await expect(page.getByTestId('series')).toContainText('strange ones');
  await expect(page.getByTestId('roc-area')).toContainText(/0\.9\d\d.* 9\d\d of 1000 pairs/);
  const [normal, alarms, strange, missed] = await wrong(page);
  expect([normal, alarms]).toEqual([980, 48]);
  expect(missed).toBeLessThan(strange / 4);
  await expect.poll(async () => (await shown(curve)).levels).toBeGreaterThan(3);
  const usual = await shown(curve);
  await page.getByTestId('threshold').focus();
  await page.keyboard.press('Home');
  await expect.poll(() => wrong(page)).toEqual([normal, normal, strange, 0]);
  await expect.poll(async () => (await shown(curve)).sha256).not.toBe(usual.sha256);
  await page.keyboard.press('End');
  await expect.poll(() => wrong(page)).toEqual([normal, 0, strange, strange]);
  await page.getByTestId('usual').click();
  await expect.poll(() => wrong(page)).toEqual([normal, alarms, strange, missed]);
});

test('rows of a batch that are marked as strange indeed have a curve of their own', async ({ page }) => {
  await openZeros(page);
  const ofCard = await page.getByTestId('misses').innerText();
  await page.getByTestId('photo-file').setInputFiles(['ring.png', 'cross.png'].map(picture));
  await expect(page.getByTestId('batch-count')).toContainText('2 of 2 judged', { timeout: 60_000 });
  // The strangest is first.
  const [cross, ring] = [0, 1].map((row) => page.getByTestId('mark').nth(row));
  await expect(cross).toHaveAccessibleName('cross.png is strange indeed');
  await cross.focus();
  await page.keyboard.press('Space');
  await expect(page.getByTestId('roc-of')).toContainText('1 marked as strange, 1 not');
  await expect.poll(() => wrong(page)).toEqual([1, 0, 1, 0]);
  await expect(page.getByTestId('roc-area')).toContainText('1000 of 1000 pairs');
  const csv = async () => (await savedFile(page, 'save-csv')).bytes.toString().trim().split('\n');
  const [head, ...rows] = await csv();
  expect(head).toBe('file,score,p_value,strange,marked');
  expect(rows.map((row) => row.split(',').at(-1))).toEqual(['1', '0']);
  await ring.check();
  await expect(page.getByTestId('roc-of')).toContainText('pictures of both kinds');
  await expect(page.getByTestId('roc')).toHaveCount(0);
  await ring.uncheck();
  await cross.uncheck();
  await expect(page.getByTestId('misses')).toHaveText(ofCard);
  await expect(page.getByTestId('roc-of')).toHaveCount(0);
  expect((await csv())[0]).toBe('file,score,p_value,strange');
});

test('a link opens with the same drawing, threshold and score, and never holds a picture of the user’s', async ({ context, page }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await openZeros(page);
  await draw(page, ...CROSS);
  await judged(page);
  await page.getByTestId('threshold').focus();
  await page.keyboard.press('Home');
  await page.getByTestId('share-button').click();
  await expect.poll(() => page.url()).toContain('drawing=');
  const before = [await numbers(page), await shown(page.getByTestId('board')), await page.getByTestId('alarms').innerText()];
  await page.reload();
  await judged(page);
  const after = [await numbers(page), await shown(page.getByTestId('board')), await page.getByTestId('alarms').innerText()];
  // All but the time.
  before[0].seconds = after[0].seconds;
  expect(after).toEqual(before);
  await judge(page, 'ring.png');
  const notes = await watchNotes(page);
  await page.getByTestId('share-button').click();
  await expect.poll(notes).toContainEqual(expect.stringContaining('Your picture is not in it'));
  await expect(page).not.toHaveURL(/drawing=/);
});

test('a sample of the model is normal until something is scratched into it', async ({ page }) => {
  await open(page, 'detect?model=sneakers');
  await judged(page);
  await expect(page.getByTestId('verdict')).toHaveText('Not strange');
  await draw(page, ...CROSS);
  await expect(page.getByTestId('verdict')).toHaveText('Strange', { timeout: 60_000 });
  await page.getByTestId('undo').click();
  await page.getByTestId('undo').click();
  await expect(page.getByTestId('verdict')).toHaveText('Not strange', { timeout: 60_000 });
});

test('odd pictures are judged or named: coloured, long, of one pixel, blank, and none at all', async ({ page }, info) => {
  await openZeros(page);
  for (const name of ['plain.png', 'see-through.png', 'long.png', 'cmyk.jpg', 'one-pixel.png']) {
    await judge(page, name);
  }
  await expect(page.getByTestId('blank')).toBeVisible();
  await page.getByTestId('photo-file').setInputFiles(picture('truncated.png'));
  await expect(page.getByText('truncated.png', { exact: false }).first()).toBeVisible();
  const folder = info.outputPath('empty');
  await fs.mkdir(folder);
  await fs.writeFile(path.join(folder, 'notes.txt'), 'nothing');
  await page.getByTestId('folder-file').setInputFiles(folder);
  await expect(page.getByText('no pictures in this folder')).toBeVisible();
});

test('a model that does not know what is normal is refused in words', async ({ page }) => {
  await openZeros(page);
  await page.getByTestId('model-file').setInputFiles(await modelPath('digits'));
  await expect(page.getByText('does not say what is normal')).toBeVisible();
  await expect(page.getByTestId('model-select')).toHaveValue('zeros');
});

test('a file that is refused takes nothing from the model of its name', async ({ page }) => {
  await openZeros(page);
  await draw(page, CROSS[0]);
  await judged(page);
  const buffer = await withCard('zeros', ({ normal, ...card }) => card);
  await page.getByTestId('model-file').setInputFiles({ name: 'zeros.safetensors', mimeType: '', buffer });
  await expect(page.getByText('does not say what is normal')).toBeVisible();
  await draw(page, CROSS[1]);
  await judged(page);
  await expect(page.getByTestId('verdict')).toHaveText('Strange');
});

test('the sheet is drawn on with the keys, and the page speaks Korean', async ({ page }) => {
  await openZeros(page, '&lang=ko');
  await page.getByTestId('board').focus();
  await page.keyboard.press('Space');
  for (let step = 0; step < 12; step += 1) {
    await page.keyboard.press('ArrowDown');
  }
  await page.keyboard.press('Space');
  await expect(page.getByTestId('verdict')).toHaveText(/^이상/, { timeout: 60_000 });
  await expect(beside(page)).toContainText('정상 그림');
});
