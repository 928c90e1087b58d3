// A GPU that the engine takes for a card, and that answers late: what reads from it, for as long as people do.

import { expect, test } from '../support/test.js';
import { breakWorker, makeBreakable, passForFastCard, passForRefusingCard } from '../support/gpu.js';
import { engineState, number, open } from '../support/page.js';
import { keptStep, lab, trainTo } from '../support/lab.js';
import { photoOf, settled, shown } from '../support/latent.js';
import { choosePicture, listed, openUpscale, saved } from '../support/upscale.js';

const choose = (page, device) => page.getByTestId('device-choice').selectOption(device);
const badge = (page) => page.getByTestId('device-badge');
/** Where a step on the CPU is long enough that the GPU is tried behind it. */
const WIDE = 'lab?g_width=128&d_width=128&batch=512';

async function stepsOn(page, device, more) {
  const { train, steps } = lab(page);
  await expect(badge(page)).toHaveText(device, { timeout: 120_000 });
  if (await train.isEnabled()) {
    await train.click();
  }
  const before = await steps();
  await expect.poll(steps, { timeout: 120_000 }).toBeGreaterThan(before + more);
  expect(await engineState(page)).toBe('ready');
}

test('a wide game trains at once, is tried on the GPU behind, and moves there when it is told to', async ({ page }) => {
  test.setTimeout(400_000);
  await open(page, WIDE);
  const { train, steps, pause } = lab(page);
  await train.click();
  // Nobody waits for kernels.
  await expect.poll(steps, { timeout: 20_000 }).toBeGreaterThan(0);
  await choose(page, 'webgpu');
  await stepsOn(page, 'WebGPU', 4);
  await choose(page, 'auto');
  await stepsOn(page, 'CPU', 20);
  await choose(page, 'webgpu');
  await stepsOn(page, 'WebGPU', 4);
  await pause.click();
  await expect(train).toBeEnabled();
});

test('settings that change while the GPU is tried leave nothing behind', async ({ page }) => {
  test.setTimeout(400_000);
  await open(page, WIDE);
  for (const width of ['32', '64', '128']) {
    await page.getByTestId('g_width-select').selectOption(width);
    await expect(page.getByTestId('g_width-select')).toHaveValue(width);
  }
  await choose(page, 'webgpu');
  await stepsOn(page, 'WebGPU', 4);
});

test('looks, saves, pages, pictures, searches and large pictures come one after the other, again and again', async ({ page }) => {
  test.setTimeout(900_000);
  await open(page, 'lab');
  await choose(page, 'webgpu');
  const onPage = (name) => page.getByRole('navigation').getByRole('link', { name }).click();
  for (let round = 0; round < 2; round += 1) {
    await expect(badge(page)).toHaveText('WebGPU', { timeout: 60_000 });
    await trainTo(page, (await lab(page).steps()) + 6);
    const download = page.waitForEvent('download');
    await page.getByTestId('export-button').click();
    await download;

    await onPage('Latent space');
    const grid = await shown(page.getByTestId('sample-grid'), 200_000);
    await page.getByTestId('new-seed').click();
    await settled(grid);
    await page.getByTestId('tab-photo').click();
    await page.getByTestId('photo-file').setInputFiles(await photoOf(grid, 5));
    await page.getByTestId('search').click();
    await expect(page.getByTestId('search-status')).toContainText('dB', { timeout: 120_000 });
    await page.getByTestId('cancel-search').click();
    await expect(page.getByTestId('search')).toBeVisible({ timeout: 10_000 });

    await onPage('Upscale');
    await listed(page);
    await choosePicture(page, 'plain.png');
    await page.getByTestId('upscale-button').click();
    await expect(page.getByTestId('took')).toContainText('WebGPU', { timeout: 200_000 });
    await onPage('Lab');
  }
  await expect(page.getByTestId('error-toast')).toHaveCount(0);
});

test('a game moves to a GPU that is faster, by itself and while it trains', async ({ page }) => {
  test.setTimeout(300_000);
  await passForFastCard(page.context());
  await open(page, WIDE);
  const { steps, pause, train } = lab(page);
  await train.click();
  await expect.poll(steps, { timeout: 60_000 }).toBeGreaterThan(0);
  await expect(badge(page)).toHaveText('WebGPU', { timeout: 200_000 });
  const moved = await steps();
  await expect.poll(steps, { timeout: 120_000 }).toBeGreaterThan(moved + 2);
  await pause.click();
  await expect(train).toBeEnabled();
});

test('a model works on the CPU at once, and to the same end where a faster GPU takes over', async ({ page }) => {
  test.setTimeout(300_000);
  await passForFastCard(page.context());
  await openUpscale(page);
  const took = page.getByTestId('took');
  const enlarge = async () => {
    // Another photo in its place: there is nothing to see of the one before.
    await choosePicture(page, 'see-through.png');
    await expect(took).toBeEmpty();
    await page.getByTestId('upscale-button').click();
    await expect(took).toContainText(/\d m?s on/, { timeout: 60_000 });
    return took.innerText();
  };
  expect(await enlarge()).toContain('CPU');
  const cpu = (await saved(page)).data;
  await expect.poll(enlarge, { timeout: 200_000 }).toContain('WebGPU');
  const gpu = (await saved(page)).data;
  const apart = cpu.reduce((most, value, index) => Math.max(most, Math.abs(value - gpu[index])), 0);
  expect(apart).toBeLessThanOrEqual(2);
});

test('a card that cannot be opened disturbs nothing', async ({ page, complaints }) => {
  complaints.expect(/refused on purpose/);
  await passForRefusingCard(page.context());
  await open(page, WIDE);
  const { train, steps, pause } = lab(page);
  await train.click();
  await expect.poll(steps, { timeout: 60_000 }).toBeGreaterThan(200);
  await pause.click();
  await expect(train).toBeEnabled();
  await expect(badge(page)).toHaveText('CPU');
  await choose(page, 'webgpu');
  await expect(page.getByTestId('error-toast')).toContainText('WebGPU is not available here');
  await expect(page.getByTestId('device-choice')).toHaveValue('auto');
});

test('a GPU that is lost is told, and the run goes on on the CPU', async ({ page, complaints }) => {
  test.setTimeout(200_000);
  // A GPU that goes between an answer and its reading makes burn panic (cubecl-wgpu maps with `unwrap`): then another worker goes on.
  complaints.expect(/lost|destroyed|getMappedRange|panicked|unreachable/i);
  await makeBreakable(page.context(), true);
  await open(page, 'lab');
  await choose(page, 'webgpu');
  await stepsOn(page, 'WebGPU', 10);
  await breakWorker(page, 'lose');
  await expect(page.getByTestId('error-toast')).toContainText(/The GPU was lost|getMappedRange/);
  await expect(badge(page)).toHaveText('CPU', { timeout: 60_000 });
  const step = await lab(page).steps();
  await expect.poll(lab(page).steps, { timeout: 60_000 }).toBeGreaterThan(step + 50);
});

test('a GPU that is lost while a state is saved costs no more than a moment of training', async ({ page, complaints }) => {
  test.setTimeout(300_000);
  complaints.expect(/lost|destroyed/i);
  await makeBreakable(page.context(), true);
  // The state of G's optimizer is the most that is read.
  await open(page, 'lab?g_width=64');
  await choose(page, 'webgpu');
  await lab(page).train.click();
  await expect.poll(() => keptStep(page), { timeout: 120_000 }).toBeGreaterThan(3);
  const kept = await keptStep(page);
  await breakWorker(page, 'lose-saving');
  await expect(page.getByTestId('error-toast')).toContainText('The GPU was lost', { timeout: 60_000 });
  await expect(badge(page)).toHaveText('CPU', { timeout: 60_000 });
  expect(await lab(page).steps()).toBeGreaterThanOrEqual(kept);
  await expect.poll(lab(page).steps, { timeout: 60_000 }).toBeGreaterThan(kept + 50);
});

test('a panic of the engine is told, and the run goes on on the CPU', async ({ page, complaints }) => {
  test.setTimeout(300_000);
  complaints.expect(/on purpose|unreachable|panicked/);
  await makeBreakable(page.context(), true);
  await open(page, 'lab');
  await choose(page, 'webgpu');
  await lab(page).train.click();
  await expect.poll(() => keptStep(page), { timeout: 120_000 }).toBeGreaterThan(0);
  const step = await keptStep(page);
  await breakWorker(page, 'panic');
  await expect(page.getByTestId('error-toast')).toContainText('a fault on purpose');
  await expect(badge(page)).toHaveText('CPU', { timeout: 60_000 });
  await expect(page.getByTestId('device-choice')).toHaveValue('cpu');
  await expect.poll(lab(page).steps, { timeout: 60_000 }).toBeGreaterThan(step + 50);
});

test('a run of pictures goes on on the CPU when its GPU is lost', async ({ page, complaints }) => {
  test.setTimeout(300_000);
  // As above: what happens depends on what the GPU was asked for last.
  complaints.expect(/lost|destroyed|getMappedRange|panicked|unreachable/i);
  await makeBreakable(page.context(), true);
  await open(page, 'train');
  await choose(page, 'webgpu');
  await page.getByTestId('begin').click();
  const count = () => number(page.getByTestId('step-count'));
  await expect.poll(count, { timeout: 200_000 }).toBeGreaterThan(0);
  await expect(page.getByTestId('run-device')).toHaveText('WebGPU');
  await breakWorker(page, 'lose');
  await expect(page.getByTestId('run-device')).toHaveText('CPU', { timeout: 60_000 });
  const at = await count();
  await expect.poll(count, { timeout: 60_000 }).toBeGreaterThan(at);
  await expect(page.getByTestId('state')).toHaveText('Training');
});
