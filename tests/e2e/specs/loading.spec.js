// What is asked while a model is on its way: it waits for it, gives it up, or is answered by the one that is shown.

import { expect, test } from '../support/test.js';
import { CROSS, beside, draw, judged, openZeros } from '../support/detect.js';
import { openLatent, settled } from '../support/latent.js';
import { modelPath, withCard } from '../support/models.js';
import { holdBack, picture as shown, watchNotes } from '../support/page.js';
import { picture } from '../support/upscale.js';

/** Opens /detect with a model that is held back. */
async function openHeld(page, model) {
  const files = await holdBack(page, `**/models/${model}-*.safetensors`);
  await openZeros(page, '', model);
  return files;
}

test('a picture that is opened while the model is on its way waits for it', async ({ page }) => {
  // Its first sample asks for the model.
  const files = await openHeld(page, 'sneakers');
  await expect.poll(() => files.asked).toBe(1);
  await page.getByTestId('photo-file').setInputFiles(picture('cross.png'));
  await expect.poll(async () => (await shown(page.getByTestId('board'))).levels).toBeGreaterThan(1);
  files.release();
  await judged(page);
  await expect(page.getByTestId('given')).toBeVisible();
  expect(files.asked).toBe(1);
});

test('strokes that are drawn while the model is on its way do not have it loaded anew', async ({ page }) => {
  const files = await openHeld(page, 'zeros');
  await draw(page, CROSS[0]);
  await expect.poll(() => files.asked).toBe(1);
  await draw(page, CROSS[1]);
  await expect(beside(page)).toContainText('Loading the model');
  files.release();
  await judged(page);
  await expect(page.getByTestId('verdict')).toHaveText('Strange');
  expect(files.asked).toBe(1);
});

test('what is asked once the model was given up has it loaded anew', async ({ page }) => {
  const files = await openHeld(page, 'sneakers');
  await expect.poll(() => files.asked).toBe(1);
  // At once: the worker has not said yet that it gave it up.
  await page.evaluate(() => {
    for (const id of ['clear', 'sample']) {
      document.querySelector(`[data-testid=${id}]`).click();
    }
  });
  await expect.poll(() => files.asked).toBe(2);
  files.release();
  await judged(page);
});

test('a batch that waits for the model is stopped with it, and goes on when it is asked to', async ({ page }) => {
  const files = await openHeld(page, 'zeros');
  await page.getByTestId('photo-file').setInputFiles(['ring.png', 'cross.png'].map(picture));
  await expect.poll(() => files.asked).toBe(1);
  await expect(beside(page)).toContainText('Loading the model');
  await page.getByTestId('batch-stop').click();
  await expect(beside(page)).toContainText('Draw something');
  await expect(page.getByTestId('batch-count')).toContainText('0 of 2 judged');
  await page.getByTestId('batch-go-on').click();
  await expect.poll(() => files.asked).toBe(2);
  files.release();
  await expect(page.getByTestId('batch-count')).toContainText('2 of 2 judged', { timeout: 60_000 });
});

/** Opens /latent with the digits, and chooses the avatars, which are held back. */
async function chooseHeld(page, query) {
  const grid = await openLatent(page, `model=digits&${query}`);
  await expect(page).toHaveURL(/model=digits-/);
  const files = await holdBack(page, '**/models/avatars-*.safetensors');
  await page.getByTestId('model-select').selectOption('avatars');
  await expect.poll(() => files.asked).toBe(1);
  await expect(page.getByTestId('progress')).toBeVisible();
  return { grid, files };
}

test('while another model is on its way the one that is shown draws, and a file of the user’s takes its place', async ({ page }) => {
  const { grid, files } = await chooseHeld(page, 'seed=3');
  const before = (await shown(grid)).sha256;
  await page.getByTestId('new-seed').click();
  await expect.poll(async () => (await shown(grid)).sha256).not.toBe(before);
  await expect(page.getByTestId('progress')).toBeVisible();
  await page.getByTestId('model-file').setInputFiles(await modelPath('faces'));
  await expect(page.getByTestId('progress')).toHaveCount(0);
  await expect(page).toHaveURL(/model=faces-/);
  files.release();
  await settled(grid);
  await expect(page.getByTestId('model-select')).toHaveValue('faces');
  await expect(page.getByTestId('error-toast')).toHaveCount(0);
});

test('a file of the user’s that is shown stays when what was chosen after it is given up', async ({ page }) => {
  await openLatent(page, 'model=digits');
  const buffer = await withCard('digits', (card) => ({ ...card, name: 'mine' }));
  await page.getByTestId('model-file').setInputFiles({ name: 'mine.safetensors', mimeType: '', buffer });
  await expect(page).toHaveURL(/model=mine-/);
  const files = await holdBack(page, '**/models/avatars-*.safetensors');
  const select = page.getByTestId('model-select');
  await select.selectOption('avatars');
  await expect.poll(() => files.asked).toBe(1);
  await select.selectOption('mine');
  await expect(page.getByTestId('progress')).toHaveCount(0);
  await expect(select).toHaveValue('mine');
  // Nor is it loaded once more where another file does not read.
  await page.getByTestId('model-file').setInputFiles({ name: 'bad.safetensors', mimeType: '', buffer: Buffer.from('no') });
  await expect(page.getByTestId('error-toast')).toContainText('safetensors');
  await expect(page.getByTestId('retry-button')).toHaveCount(0);
  files.release();
  await expect(page).toHaveURL(/model=mine-/);
});

test('a link that is opened while another model is on its way is shown under its own', async ({ page }) => {
  const { grid, files } = await chooseHeld(page, 'seed=3');
  await page.getByTestId('examples').getByRole('link').first().click();
  await expect(page.getByTestId('progress')).toHaveCount(0);
  files.release();
  await expect(page.getByTestId('tab-walk')).toHaveAttribute('aria-selected', 'true');
  await settled(grid);
  await expect(page.getByTestId('model-select')).toHaveValue('digits');
  await expect(page).toHaveURL(/model=digits/);
});

test('a choice that is cancelled leaves the model that is shown in the list and in the link', async ({ context, page }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const { files } = await chooseHeld(page, 'seed=3');
  await expect(page.getByTestId('model-select')).toHaveValue('avatars');
  await page.getByTestId('cancel-button').click();
  await expect(page.getByTestId('progress')).toHaveCount(0);
  await expect(page.getByTestId('model-select')).toHaveValue('digits');
  const notes = await watchNotes(page);
  await page.getByTestId('share-button').click();
  await expect.poll(notes).not.toEqual([]);
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('model=digits-');
  files.release();
  await page.getByTestId('retry-button').click();
  await expect(page).toHaveURL(/model=avatars-/, { timeout: 60_000 });
  await expect(page.getByTestId('model-select')).toHaveValue('avatars');
  await expect(page.getByTestId('retry-button')).toHaveCount(0);
});
