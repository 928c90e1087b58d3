// Training of pictures in the tab: on drawn pictures and on the user's, gone on with after a reload, made a model of.

import fs from 'node:fs/promises';

import { AxeBuilder } from '@axe-core/playwright';

import { expect, test } from '../support/test.js';
import { dropFiles, number, open, picture } from '../support/page.js';
import { LONG, begin, pause, photos, steps } from '../support/train.js';
import { savedFile, unzip } from '../support/upscale.js';

test.describe.configure({ timeout: 240_000 });

const levels = async (canvas) => (await picture(canvas)).levels;

/** Writes files into the folder of the test. Their paths. */
async function written(testInfo, files) {
  await fs.mkdir(testInfo.outputPath(), { recursive: true });
  return Promise.all(
    files.map(async ([name, bytes]) => {
      const path = testInfo.outputPath(name);
      await fs.writeFile(path, bytes);
      return path;
    }),
  );
}

/** Shades of a picture in which nothing was drawn, at most. What a network of a few steps draws is nearly grey. */
const BLANK = 2;

test('a DCGAN learns drawn digits, goes on after a reload, and becomes a model of the latent page', async ({ page }) => {
  await open(page, 'train');
  await expect(page.getByTestId('system-dcgan')).toHaveAttribute('aria-pressed', 'true');
  await expect(page.getByTestId('data-0')).toHaveValue('drawn:digits');
  await expect(page.getByTestId('side')).toHaveValue('28');
  await expect(page.getByTestId('weight')).toHaveText(/^[\d,]+ pictures; [\d,]+ numbers to learn; about .* of memory$/, LONG);
  await expect.poll(() => levels(page.getByTestId('preview-0')), LONG).toBeGreaterThan(10);
  await expect(page.getByTestId('go-on-banner')).toHaveCount(0);
  await begin(page, 6);
  // Samples lie beside what they are to be like.
  await expect.poll(() => levels(page.getByTestId('pictures-0')), LONG).toBeGreaterThan(BLANK);
  await expect.poll(() => levels(page.getByTestId('pictures-1')), LONG).toBeGreaterThan(10);
  for (const chart of ['losses', 'verdicts', 'gradients']) {
    await expect.poll(() => levels(page.getByTestId(`chart-${chart}`))).toBeGreaterThan(2);
  }
  await expect(page.getByTestId('run-device')).toHaveText('CPU');
  await pause(page);
  await expect(page.getByTestId('saved')).toHaveText(/^Saved at step [\d,]+, /);
  const saved = await number(page.getByTestId('saved'));
  await page.reload();
  const banner = page.getByTestId('go-on-banner');
  await expect(banner).toContainText('dcgan-digits', LONG);
  expect(await number(banner.locator('p'))).toBeGreaterThanOrEqual(saved);
  await page.getByTestId('go-on').click();
  await expect.poll(() => steps(page), LONG).toBeGreaterThan(saved);
  await expect(banner).toHaveCount(0);
  await pause(page);
  await page.getByTestId('model-name').fill('My digits');
  await expect(page.getByTestId('make-model')).toBeDisabled();
  await page.getByTestId('model-name').fill('my-digits');
  await page.getByTestId('make-model').click();
  await expect(page.getByTestId('made')).toContainText('my-digits', LONG);
  await page.getByTestId('use-model').click();
  await expect(page).toHaveURL(/\/latent\?.*model=my-digits-[0-9a-f]{8}/);
  await expect.poll(() => levels(page.getByTestId('sample-grid')), LONG).toBeGreaterThan(BLANK);
  await expect(page.getByTestId('model-select')).toHaveValue('my-digits');
});

test('steps, rates, earlier pictures and an end, of a run that is at rest', async ({ page }) => {
  await open(page, 'train');
  await begin(page, 2);
  const at = await pause(page);
  await page.getByTestId('step-d-button').click();
  await expect.poll(() => steps(page), LONG).toBe(at + 1);
  const rate = page.getByTestId('live-rate-discriminator_optimizer');
  await expect(page.getByTestId('live-rate-discriminator_optimizer-text')).toHaveText('0.0004');
  await rate.fill('-4');
  await expect(page.getByTestId('live-rate-discriminator_optimizer-text')).toHaveText('0.0001');
  await page.getByTestId('stop-at').fill(String(at + 5));
  await page.getByTestId('stop-at').blur();
  await page.getByTestId('train-button').click();
  await expect.poll(() => steps(page), LONG).toBe(at + 5);
  await expect(page.getByTestId('state')).toHaveText('Paused');
  // The first pictures are kept.
  const timeline = page.getByTestId('timeline');
  await expect(timeline).toBeEnabled(LONG);
  await timeline.fill('0');
  await expect(page.getByTestId('shown-step')).toHaveText(/^Step \d+$/);
  await expect(page.getByTestId('pictures-1')).toHaveCount(0);
  await page.getByTestId('now-button').click();
  await expect(page.getByTestId('shown-step')).toHaveText('Now');
  await expect(page.getByTestId('pictures-1')).toBeVisible();
  // Back to the beginning, but not at once.
  await page.getByTestId('reset-button').click();
  expect(await steps(page)).toBe(at + 5);
  await page.getByTestId('reset-button-yes').click();
  await expect.poll(() => steps(page), LONG).toBe(0);
});

test('pictures are dropped, those that are none are named, and a run learns from the rest', async ({ page }, testInfo) => {
  await open(page, 'train');
  const all = await photos(page, 20);
  const named = all.map((bytes, index) => [`p${String(index).padStart(2, '0')}.png`, bytes]);
  const paths = await written(testInfo, [...named, ['same.png', all[3]], ['broken.png', all[0].subarray(0, 60)]]);
  await page.getByTestId('add-pictures').click();
  await page.getByTestId('set-name').fill('photos');
  await page.getByTestId('set-side').selectOption('32');
  await dropFiles(page, page.getByTestId('intake'), paths);
  await expect(page.getByTestId('report')).toHaveText('Pictures in photos: 20. Files left out: 2.', LONG);
  // They are what a run learns from next.
  await expect(page.getByTestId('data-0')).toHaveValue(/^own:/);
  const leftOut = page.getByTestId('left-out').getByRole('listitem');
  await expect(leftOut).toHaveCount(2);
  await expect(leftOut.filter({ hasText: 'same.png' })).toContainText('shows the same as p03.png');
  await expect(leftOut.filter({ hasText: 'broken.png' })).toContainText('PNG');
  const sets = page.getByTestId('sets');
  await expect(sets.getByRole('row')).toHaveCount(2);
  // The same pictures come back as a zip, which is a set in its turn.
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    sets.getByRole('button', { name: 'Save as zip: photos' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('photos.zip');
  const zip = await fs.readFile(await download.path());
  expect(unzip(zip)).toHaveLength(20);
  await page.getByTestId('set-name').fill('');
  await page.getByTestId('set-files').setInputFiles({ name: 'again.zip', mimeType: 'application/zip', buffer: zip });
  await expect(page.getByTestId('report')).toHaveText('Pictures in again: 20. Files left out: 0.', LONG);
  await expect(sets.getByRole('row')).toHaveCount(3);
  await sets.getByRole('button', { name: 'Delete: again' }).click();
  await page.getByTestId(/^delete-set-.*-yes$/).click();
  await expect(sets.getByRole('row')).toHaveCount(2);
  // They have colours, and so has the run.
  await page.getByTestId('data-0').selectOption({ label: 'photos' });
  await expect(page.getByTestId('colours')).toHaveValue('colour');
  await expect(page.getByTestId('weight')).toHaveText(/^20 pictures; /, LONG);
  await begin(page, 3);
  await expect(page.getByTestId('run-name')).toHaveText('dcgan-photos');
  await expect(page.getByTestId('epochs')).not.toHaveText('–');
  // As long as the run is kept, so are they: without them it could not go on.
  await pause(page);
  await page.getByTestId('put-away').click();
  await expect(page.getByTestId('go-on-banner')).toContainText('dcgan-photos', LONG);
  const remove = async () => {
    await sets.getByRole('button', { name: 'Delete: photos' }).click();
    await page.getByTestId(/^delete-set-.*-yes$/).click();
  };
  await remove();
  await expect(page.getByTestId('error-toast')).toContainText('The run dcgan-photos learns from these pictures.');
  await expect(sets.getByRole('row')).toHaveCount(2);
  // A tab that ended while the description was written leaves it cut, and the set is there all the same.
  await page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const sets = await (await root.getDirectoryHandle('forger')).getDirectoryHandle('sets');
    for await (const [, set] of sets.entries()) {
      const writable = await (await set.getFileHandle('set.json')).createWritable({ keepExistingData: true });
      await writable.truncate(9);
      await writable.close();
    }
  });
  await page.reload();
  await page.getByTestId('add-pictures').click();
  await expect(sets.getByRole('row').filter({ hasText: 'photos' })).toHaveCount(1, LONG);
  await page.getByTestId('fold-runs').locator('summary').click();
  await page.getByTestId('runs').getByRole('button', { name: 'Delete: dcgan-photos' }).click();
  await page.getByTestId(/^delete-run-.*-yes$/).click();
  await expect(page.getByTestId('go-on-banner')).toHaveCount(0);
  await remove();
  await expect(sets).toHaveCount(0);
});

test('files that hold no pictures make no set', async ({ page }) => {
  await open(page, 'train');
  await page.getByTestId('add-pictures').click();
  const files = [
    { name: 'notes.png', mimeType: 'image/png', buffer: Buffer.from('no picture') },
    { name: 'bad.zip', mimeType: 'application/zip', buffer: Buffer.from('PK no zip') },
  ];
  await page.getByTestId('set-files').setInputFiles(files);
  await expect(page.getByTestId('report')).toHaveText('No picture could be read. Files left out: 2.', LONG);
  await expect(page.getByTestId('left-out')).toContainText('bad.zip cannot be read as a zip.');
  await expect(page.getByTestId('sets')).toHaveCount(0);
});

test('a checkpoint is saved, begun from and refused; runs are renamed and deleted', async ({ page }) => {
  await open(page, 'train');
  await begin(page, 3);
  const at = await pause(page);
  const { name, bytes } = await savedFile(page, 'save-checkpoint');
  expect(name).toBe('dcgan-digits.safetensors');
  await page.getByTestId('put-away').click();
  await expect(page.getByTestId('live')).toHaveCount(0);
  const file = (name, buffer) => ({ name, mimeType: 'application/octet-stream', buffer });
  await page.getByTestId('checkpoint-file').setInputFiles(file('cut.safetensors', bytes.subarray(0, 40)));
  await expect(page.getByTestId('error-toast')).toContainText('cut.safetensors is no checkpoint');
  await page.getByTestId('system-superres').click();
  await page.getByTestId('checkpoint-file').setInputFiles(file('mine.safetensors', bytes));
  await expect(page.getByTestId('checkpoint')).toHaveText(new RegExp(`^mine\\.safetensors: .* at step ${at}$`));
  await expect(page.getByTestId('system-dcgan')).toHaveAttribute('aria-pressed', 'true');
  await page.getByTestId('run-name-field').fill('second');
  await begin(page, at + 1);
  await pause(page);
  await page.getByTestId('put-away').click();
  // The newest is offered; both are listed.
  await expect(page.getByTestId('go-on-banner')).toContainText('second');
  await page.getByTestId('fold-runs').locator('summary').click();
  const runs = page.getByTestId('runs');
  await expect(runs.getByRole('row')).toHaveCount(3);
  await runs.getByRole('button', { name: 'Rename second' }).click();
  await page.getByTestId(/^name-run-/).fill('third');
  await page.getByTestId(/^name-run-/).press('Enter');
  await expect(page.getByTestId('go-on-banner')).toContainText('third');
  await runs.getByRole('button', { name: 'Delete: dcgan-digits' }).click();
  await page.getByTestId(/^delete-run-.*-yes$/).click();
  await expect(runs.getByRole('row')).toHaveCount(2);
  await expect(runs).toContainText('third');
});

test('every system says what it needs', async ({ page }) => {
  await open(page, 'train');
  for (const [system, sets, derived] of [
    ['pix2pix', ['drawn:avatars'], 1],
    ['cyclegan', ['drawn:no-glasses', 'drawn:glasses'], 0],
    ['simgan', ['drawn:worn-digits'], 0],
    ['superres', ['drawn:avatars'], 0],
    ['dcgan', ['drawn:digits'], 0],
  ]) {
    await page.getByTestId(`system-${system}`).click();
    for (const [place, value] of sets.entries()) {
      await expect(page.getByTestId(`data-${place}`)).toHaveValue(value);
    }
    await expect(page.getByTestId(`data-${sets.length}`)).toHaveCount(0);
    await expect(page.getByTestId('derived')).toHaveCount(derived);
    await expect(page.getByTestId('weight')).toContainText('numbers to learn', LONG);
  }
  // No figures of the system before, not even for a moment.
  const before = await page.getByTestId('weight').textContent();
  const shown = await page.getByTestId('system-superres').evaluate(async (button) => {
    button.click();
    await new Promise((drawn) => requestAnimationFrame(drawn));
    return document.querySelector('[data-testid=weight]')?.textContent;
  });
  expect(shown).not.toBe(before);
  await expect(page.getByTestId('weight')).toContainText('numbers to learn', LONG);
  await page.getByTestId('system-dcgan').click();
  await page.getByTestId('fold-settings').locator('summary').click();
  // What is no number gives way to what is in use, and numbers may be written in any way.
  const batch = page.getByTestId('set-batch');
  const usual = await batch.inputValue();
  for (const [entered, used] of [['', usual], ['-4', usual], ['1e1', '10'], ['12.5', '12']]) {
    await batch.fill(entered);
    await batch.blur();
    await expect(batch).toHaveValue(used);
  }
  // What is out of range is told before anything begins.
  await page.getByTestId('set-batch').fill('1');
  await page.getByTestId('set-batch').blur();
  await expect(page.getByTestId('refused')).toContainText('batch', LONG);
  await expect(page.getByTestId('begin')).toBeDisabled();
  // And what a tab has no memory for.
  await page.getByTestId('set-batch').fill('4096');
  await page.getByTestId('set-batch').blur();
  await expect(page.getByTestId('refused')).toContainText(/would take 3\.\d GB of memory, and a tab has 2\.8 GB/, LONG);
  await expect(page.getByTestId('begin')).toBeDisabled();
});

test('it fits a phone, in Korean, and axe finds no fault in a run', async ({ browser, baseURL }) => {
  const context = await browser.newContext({ baseURL, viewport: { width: 390, height: 800 }, locale: 'ko-KR' });
  const page = await context.newPage();
  await open(page, 'train');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('학습');
  const needed = () => page.evaluate(() => document.documentElement.scrollWidth);
  await expect.poll(needed).toBeLessThanOrEqual(390);
  await begin(page, 2);
  await page.getByTestId('pause-button').click();
  await expect(page.getByTestId('train-button')).toBeEnabled(LONG);
  await expect.poll(() => levels(page.getByTestId('pictures-0')), LONG).toBeGreaterThan(BLANK);
  await expect.poll(needed).toBeLessThanOrEqual(390);
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
  await context.close();
});
