// Where a run cannot be kept: it is not lost without a word, and comes out as files.

import { expect, test } from '../support/test.js';
import { breakWorker, fillDisk, makeBreakable, makeFillable } from '../support/gpu.js';
import { cardIn } from '../support/models.js';
import { answered, engineState, engineStops, leave, number, open, watchWorker } from '../support/page.js';
import { LONG, begin, pause, released, steps } from '../support/train.js';
import { savedFile } from '../support/upscale.js';

test.describe.configure({ timeout: 240_000 });

const toast = (page, text) => page.getByTestId('error-toast').filter({ hasText: text });
const name = (page) => page.getByTestId('run-name');

/** Does one step more. How many there are then. */
async function stepOn(page) {
  const before = await steps(page);
  await page.getByTestId('step-d-button').click();
  await expect.poll(() => steps(page), LONG).toBe(before + 1);
  return before + 1;
}

test('where nothing can be written, the checkpoint and a model still come out as files', async ({ page }) => {
  await makeFillable(page.context());
  await open(page, 'train');
  await fillDisk(page, true);
  await begin(page, 3);
  const at = await pause(page);
  await expect(toast(page, 'full on purpose')).toBeVisible(LONG);
  const checkpoint = await savedFile(page, 'save-checkpoint');
  expect(checkpoint.name).toBe('dcgan-digits.safetensors');
  await page.getByTestId('model-name').fill('mine');
  await page.getByTestId('make-model').click();
  await expect(page.getByTestId('made')).toContainText('could not be kept', LONG);
  // It is on no page.
  await expect(page.getByTestId('use-model')).toHaveCount(0);
  expect(cardIn((await savedFile(page, 'save-model')).bytes).name).toBe('mine');
  // It does not go without a question, and the answer may be no.
  const unsaved = page.getByTestId('unsaved');
  await page.getByTestId('put-away').click();
  await expect(unsaved).toContainText('full on purpose', LONG);
  await page.getByTestId('stay-open').click();
  await expect(unsaved).toHaveCount(0);
  expect(await stepOn(page)).toBe(at + 1);
  await page.getByTestId('put-away').click();
  await page.getByTestId('put-away-anyway').click(LONG);
  await expect(page.getByTestId('live')).toHaveCount(0, LONG);
  await expect(page.getByTestId('go-on-banner')).toHaveCount(0);
  // The file is what it was.
  const file = { name: 'mine.safetensors', mimeType: 'application/octet-stream', buffer: checkpoint.bytes };
  await page.getByTestId('checkpoint-file').setInputFiles(file);
  await expect(page.getByTestId('checkpoint')).toContainText(`at step ${at}`);
  await begin(page, at + 1);
});

test('a run that cannot be saved stays where another is to take its place', async ({ page }) => {
  await makeFillable(page.context());
  await open(page, 'train');
  await page.getByTestId('run-name-field').fill('other');
  await begin(page, 1);
  await pause(page);
  await page.getByTestId('put-away').click();
  await expect(page.getByTestId('go-on-banner')).toContainText('other', LONG);
  await page.getByTestId('run-name-field').fill('first');
  await page.getByTestId('begin').click();
  await expect(name(page)).toHaveText('first', LONG);
  const saved = await pause(page);
  await fillDisk(page, true);
  const at = await stepOn(page);
  const unsaved = page.getByTestId('unsaved');
  const stays = async () => {
    await expect(unsaved).toContainText(`after step ${saved}?`, LONG);
    await expect(name(page)).toHaveText('first');
    expect(await steps(page)).toBe(at);
    await page.getByTestId('stay-open').click();
    await expect(unsaved).toHaveCount(0);
  };
  // One of this machine, and a new one.
  await page.getByTestId('fold-runs').locator('summary').click();
  await page.getByTestId('runs').getByTestId(/^go-on-/).click();
  await stays();
  await page.getByTestId('fold-what').locator('> summary').click();
  await page.getByTestId('run-name-field').fill('second');
  await page.getByTestId('begin').click();
  await stays();
  // There is room again.
  await fillDisk(page, false);
  await page.getByTestId('put-away').click();
  const banner = page.getByTestId('go-on-banner');
  await expect(banner).toContainText('first', LONG);
  expect(await number(banner.locator('p'))).toBe(at);
  await expect(page.getByTestId('runs').getByRole('row')).toHaveCount(3);
  // Whoever leaves the page is told what is lost.
  await page.getByTestId('go-on').click();
  await expect(name(page)).toHaveText('first', LONG);
  await pause(page);
  await fillDisk(page, true);
  await stepOn(page);
  await leave(page);
  await expect(toast(page, 'could not be saved: full on purpose')).toBeVisible(LONG);
});

test('the same model made again is not written again', async ({ page }) => {
  await watchWorker(page);
  await makeFillable(page.context());
  await open(page, 'train');
  await begin(page, 2);
  await pause(page);
  const make = page.getByTestId('make-model');
  await page.getByTestId('model-name').fill('twice');
  await make.click();
  await expect(page.getByTestId('use-model')).toBeVisible(LONG);
  await fillDisk(page, true);
  await make.click();
  await answered(page);
  await expect(make).toBeEnabled();
  await expect(page.getByTestId('error-toast')).toHaveCount(0);
  await page.getByTestId('use-model').click();
  await expect(page.getByTestId('model-select')).toHaveValue('twice', LONG);
});

test('a run that another tab is at hides no other', async ({ page, context }) => {
  await open(page, 'train');
  const banner = page.getByTestId('go-on-banner');
  for (const run of ['first', 'second']) {
    await page.getByTestId('run-name-field').fill(run);
    await begin(page, 1);
    await pause(page);
    await page.getByTestId('put-away').click();
    await expect(banner).toContainText(run, LONG);
  }
  const other = await context.newPage();
  await open(other, 'lab');
  // The id of a run begins with the time, in digits of one length.
  await other.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const runs = await (await root.getDirectoryHandle('forger')).getDirectoryHandle('runs');
    const ids = [];
    for await (const id of runs.keys()) {
      ids.push(id);
    }
    const newest = await runs.getDirectoryHandle(ids.sort().at(-1));
    window.held = await (await newest.getFileHandle('state-a')).createWritable({ keepExistingData: true });
  });
  await page.reload();
  await expect(banner).toContainText('first', LONG);
  await expect(page.getByTestId('kept')).toHaveCount(0);
  await other.evaluate(() => window.held.abort());
  await page.reload();
  await expect(banner).toContainText('second', LONG);
  await other.close();
});

test('an engine that is given up lets go of the run that was open', async ({ page, complaints }) => {
  complaints.expect(/on purpose/);
  await makeBreakable(page.context());
  await open(page, 'train');
  await begin(page, 1);
  for (let count = 0; count < 4; count += 1) {
    // It trains again: what the page shows is of this worker, and is not at rest.
    await expect.poll(() => engineState(page)).toBe('ready');
    await expect(page.getByTestId('pause-button')).toBeEnabled(LONG);
    const stopped = await engineStops(page);
    await breakWorker(page, 'throw');
    await stopped();
    const before = await steps(page);
    if (count < 3) {
      await expect.poll(() => steps(page), LONG).not.toBe(before);
    }
  }
  await expect.poll(() => engineState(page)).toBe('failed');
  await released(page);
});

test('networks that would take more than a tab has are refused before they are there', async ({ page }) => {
  await open(page, 'train');
  await page.getByTestId('side').selectOption('64');
  await page.getByTestId('fold-settings').locator('summary').click();
  await page.getByTestId('set-width').fill('192');
  await page.getByTestId('set-width').blur();
  await expect(page.getByTestId('refused')).toContainText(/would take \d+\.\d GB of memory/, LONG);
  await expect(page.getByTestId('begin')).toBeDisabled();
});
