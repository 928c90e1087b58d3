// Runs that begin with a trained model: of the site, of this machine, and of a file.

import fs from 'node:fs/promises';

import { expect, test } from '../support/test.js';
import { cardIn, modelPath, withCard } from '../support/models.js';
import { open } from '../support/page.js';
import { LONG, begin, pause, steps } from '../support/train.js';
import { savedFile } from '../support/upscale.js';

test.describe.configure({ timeout: 240_000 });

/** Chooses a model to begin with, by the beginning of its option's value. */
async function choose(page, beginning) {
  const [select, option] = [page.getByTestId('begin-with'), page.locator(`option[value^="${beginning}"]`)];
  await expect(option).toHaveCount(1, LONG);
  await select.selectOption(await option.getAttribute('value'));
}

/** How bright the pictures of the first moment are, from 0 to 255, of the run that is paused. */
async function firstBrightness(page) {
  const timeline = page.getByTestId('timeline');
  await expect(timeline).toBeEnabled(LONG);
  await timeline.fill('0');
  await expect(page.getByTestId('shown-step')).toHaveText('Step 0');
  // Earlier pictures have no real ones beside them: they are drawn by then.
  await expect(page.getByTestId('pictures-1')).toHaveCount(0);
  return () =>
    page.getByTestId('pictures-0').evaluate((canvas) => {
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      // The last row may not be full.
      const reds = data.filter((_, at) => at % 4 === 0 && data[at + 3] > 0);
      return reds.reduce((sum, red) => sum + red, 0) / reds.length;
    });
}

const file = (name, buffer) => ({ name, mimeType: 'application/octet-stream', buffer });

test('a run begins with a model of the site, says so after a reload, and hands the name and licence on', async ({ page }) => {
  await open(page, 'train');
  await expect(page.getByTestId('begin-with')).toHaveValue('');
  await expect(page.getByTestId('data-0')).toHaveValue('drawn:digits');
  await choose(page, 'site:threes-');
  await expect(page.getByTestId('checkpoint')).toContainText('Threes');
  await expect(page.getByTestId('checkpoint')).toContainText('at 28 × 28 pixels');
  await expect(page.getByTestId('checkpoint')).not.toContainText('opponent');
  // Its settings are taken.
  await expect(page.getByTestId('side')).toHaveCount(0);
  await expect(page.getByTestId('set-width')).toHaveCount(0);
  await begin(page, 1);
  await expect(page.getByTestId('began-with')).toContainText('Threes');
  const saved = await pause(page);
  // Random weights are not its beginning.
  await expect(page.getByTestId('reset-button')).toHaveCount(0);
  await page.reload();
  await page.getByTestId('go-on').click(LONG);
  await expect.poll(() => steps(page), LONG).toBeGreaterThan(saved);
  await pause(page);
  await expect(page.getByTestId('began-with')).toContainText('Threes');
  await expect(page.getByTestId('reset-button')).toHaveCount(0);
  await page.getByTestId('model-name').fill('more-threes');
  await page.getByTestId('make-model').click();
  await expect(page.getByTestId('made')).toContainText('more-threes', LONG);
  const card = cardIn((await savedFile(page, 'save-model')).bytes);
  expect(card.notes).toBe('Trained in a browser. Began with the weights of threes.');
  expect(card.licence).toBe('CC0 1.0; of the weights it began with: CC BY-SA 3.0, as the data');
  expect(card.system.config.width).toBe(16);
  // What was made here is a beginning, too.
  await page.getByTestId('put-away').click();
  await choose(page, 'own:more-threes-');
  await begin(page, 1);
  await expect(page.getByTestId('began-with')).toContainText('more-threes');
  await pause(page);
  await page.getByTestId('put-away').click();
  // Of random weights, step 0 can be had again.
  await page.getByTestId('begin-with').selectOption('');
  await expect(page.getByTestId('side')).toBeVisible();
  await begin(page, 1);
  await expect(page.getByTestId('reset-button')).toBeVisible();
  await expect(page.getByTestId('began-with')).toHaveCount(0);
});

test('the first pictures are the model’s, and of random weights they are grey', async ({ page }) => {
  await open(page, 'train');
  await choose(page, 'site:threes-');
  await begin(page, 1);
  await pause(page);
  // A digit is white on black, and little of it is white.
  await expect.poll(await firstBrightness(page), LONG).toBeLessThan(70);
  await page.getByTestId('put-away').click();
  await page.getByTestId('begin-with').selectOption('');
  await begin(page, 1);
  await pause(page);
  await expect.poll(await firstBrightness(page), LONG).toBeGreaterThan(100);
});

test('a model to begin with comes from a file; another system begins with random weights again', async ({ page }) => {
  await open(page, 'train');
  await choose(page, 'site:zeros-');
  await expect(page.getByTestId('checkpoint')).toContainText('Its opponent is not in the file');
  await page.getByTestId('system-superres').click();
  await expect(page.getByTestId('checkpoint')).toHaveCount(0);
  await expect(page.getByTestId('begin-with')).toHaveValue('');
  await expect(page.locator('option[value^="site:superres-light-x4-"]')).toHaveCount(1);
  await expect(page.locator('option[value^="site:threes-"]')).toHaveCount(0);
  // A file brings its system.
  const threes = await fs.readFile(await modelPath('threes'));
  await page.getByTestId('checkpoint-file').setInputFiles(file('mine.safetensors', threes));
  await expect(page.getByTestId('checkpoint')).toContainText('Begins with what mine.safetensors has learned');
  await expect(page.getByTestId('system-dcgan')).toHaveAttribute('aria-pressed', 'true');
  await expect(page.getByTestId('begin-with')).toHaveCount(0);
  await begin(page, 1);
  // By its card, whatever the file is called.
  await expect(page.getByTestId('began-with')).toContainText('Threes');
  await pause(page);
  await page.getByTestId('put-away').click();
  await page.getByTestId('drop-checkpoint').click();
  await expect(page.getByTestId('checkpoint')).toHaveCount(0);
  await expect(page.getByTestId('begin-with')).toHaveValue('');
});

test('files that nothing can begin with are refused in words', async ({ page }) => {
  await open(page, 'train');
  const threes = await fs.readFile(await modelPath('threes'));
  const toast = (text) => page.getByTestId('error-toast').filter({ hasText: text });
  const refused = async (text) => {
    await expect(toast(text)).toBeVisible(LONG);
    await toast(text).getByRole('button').click();
    await expect(toast(text)).toHaveCount(0);
    await expect(page.getByTestId('live')).toHaveCount(0);
  };
  // The page reads the header.
  await page.getByTestId('checkpoint-file').setInputFiles(file('cut.safetensors', threes.subarray(0, 40)));
  await refused('cut.safetensors is no checkpoint and no model');
  const toy = await withCard('threes', (card) => ({ ...card, system: { ...card.system, name: 'toy' } }));
  await page.getByTestId('checkpoint-file').setInputFiles(file('toy.safetensors', toy));
  await refused('toy.safetensors is of a kind that cannot be trained here: Points in the lab');
  await expect(page.getByTestId('checkpoint')).toHaveCount(0);
  // And the engine what is behind it.
  await page.getByTestId('checkpoint-file').setInputFiles(file('half.safetensors', threes.subarray(0, threes.length / 2)));
  await expect(page.getByTestId('checkpoint')).toContainText('half.safetensors');
  await page.getByTestId('begin').click();
  await refused('This is not a whole safetensors file');
  await page.getByTestId('drop-checkpoint').click();
  // A file of the site is not what its list says.
  const bodies = [threes.subarray(0, threes.length / 2), await fs.readFile(await modelPath('superres-light-x4'))];
  await page.route('**/models/threes-*.safetensors', (route) => route.fulfill({ body: bodies.shift() }));
  await choose(page, 'site:threes-');
  await page.getByTestId('begin').click();
  await refused('This is not a whole safetensors file');
  await page.getByTestId('begin').click();
  await refused('This is a model of another kind: Larger photos (super-resolution)');
});

test('a model that the site does not give is told, and nothing begins', async ({ page, complaints }) => {
  complaints.expect(/404/);
  await open(page, 'train');
  await page.route('**/models/threes-*.safetensors', (route) => route.fulfill({ status: 404, body: '' }));
  await choose(page, 'site:threes-');
  await page.getByTestId('begin').click();
  await expect(page.getByTestId('error-toast')).toContainText('the site answers 404');
  await expect(page.getByTestId('begin')).toBeEnabled();
  await expect(page.getByTestId('live')).toHaveCount(0);
});

test('a checkpoint of such a run still says what it began with', async ({ page }) => {
  await open(page, 'train');
  await choose(page, 'site:threes-');
  await begin(page, 1);
  await pause(page);
  const { bytes } = await savedFile(page, 'save-checkpoint');
  await page.getByTestId('put-away').click();
  await page.getByTestId('checkpoint-file').setInputFiles(file('kept.safetensors', bytes));
  await expect(page.getByTestId('checkpoint')).toContainText('kept.safetensors');
  await begin(page, 1);
  await expect(page.getByTestId('began-with')).toContainText('Threes');
  await pause(page);
  await page.getByTestId('model-name').fill('later-threes');
  await page.getByTestId('make-model').click();
  await expect(page.getByTestId('made')).toContainText('later-threes', LONG);
  const card = cardIn((await savedFile(page, 'save-model')).bytes);
  expect(card.licence).toBe('CC0 1.0; of the weights it began with: CC BY-SA 3.0, as the data');
});

test('the page of models leads to a run that begins with one, and its link to no other', async ({ page }) => {
  await open(page, 'models');
  // What a tab cannot train leads nowhere.
  await expect(page.getByTestId('use-model-superres-realism-x4')).toBeVisible();
  await expect(page.getByTestId('train-model-superres-realism-x4')).toHaveCount(0);
  await page.getByTestId('train-model-superres-light-x4').click();
  await expect(page).toHaveURL(/\/train\?model=superres-light-x4-[0-9a-f]{8}$/);
  await expect(page.getByTestId('system-superres')).toHaveAttribute('aria-pressed', 'true');
  await expect(page.getByTestId('begin-with')).toHaveValue(/^site:superres-light-x4-/);
  await expect(page.locator('option[value^="site:superres-realism-x4-"]')).toHaveCount(0);
  await page.getByTestId('begin-with').selectOption('');
  await expect(page).toHaveURL(/\/train$/);
  // Of this name, but with other weights.
  await open(page, 'train?model=threes-00000000');
  await expect(page.getByTestId('begin-with')).toHaveValue(/^site:threes-/);
  await expect(page.getByTestId('error-toast')).toContainText('threes-00000000');
  await open(page, 'train?model=nobody');
  await expect(page.getByTestId('error-toast')).toContainText('nobody');
  await expect(page.getByTestId('begin-with')).toHaveValue('');
  await expect(page).toHaveURL(/\/train$/);
});
