// A browser with WebGPU, here on a software adapter: slow, and as right as any. Which device "Fastest" means is not for tests
// to know.

import fs from 'node:fs/promises';

import { expect, test } from '../support/test.js';
import { frames, open, picture } from '../support/page.js';
import { colours, drawn, settled } from '../support/latent.js';
import { lab } from '../support/lab.js';
import { current, openTranslate, pixelsOf } from '../support/translate.js';
import { choosePicture, openUpscale, pixels, saved } from '../support/upscale.js';

test('the badge tells the device that did the work', async ({ page }) => {
  test.setTimeout(300_000);
  await open(page, 'lab');
  const badge = page.getByTestId('device-badge');
  await page.getByTestId('device-choice').selectOption('cpu');
  await expect(badge).toHaveText('CPU');
  await page.getByTestId('device-choice').selectOption('webgpu');
  const { step, steps } = lab(page);
  await step.click();
  await expect.poll(steps, { timeout: 120_000 }).toBe(1);
  await expect(badge).toHaveText('WebGPU');
  await step.click();
  await expect.poll(steps, { timeout: 60_000 }).toBe(2);

  await page.getByTestId('device-choice').selectOption('cpu');
  await expect(badge).toHaveText('CPU', { timeout: 60_000 });
  // The session moved and went on.
  await step.click();
  await expect.poll(steps).toBe(3);
});

test('a few steps on WebGPU give the same picture as on CPU', async ({ page }) => {
  test.setTimeout(300_000);
  const after = async (device) => {
    await open(page, 'lab?seed=4');
    await page.getByTestId('device-choice').selectOption(device);
    const { step, steps, plane } = lab(page);
    for (let count = 1; count <= 3; count += 1) {
      await step.click();
      await expect.poll(steps, { timeout: 120_000 }).toBe(count);
    }
    await settled(plane);
    expect((await picture(plane)).levels).toBeGreaterThan(10);
    return colours(plane);
  };
  const [cpu, gpu] = [await after('cpu'), await after('webgpu')];
  const far = cpu.filter((value, index) => Math.abs(value - gpu[index]) > 40).length;
  expect(far / cpu.length, 'share of pixels that differ').toBeLessThan(0.002);
});

for (const model of ['digits', 'faces']) {
  test(`WebGPU and CPU draw the same ${model}`, async ({ page }) => {
    test.setTimeout(300_000);
    await open(page, `latent?model=${model}&seed=2`);
    const grid = await drawn(page);
    const redraw = async (seed) => {
      const { sha256 } = await picture(grid);
      await page.getByTestId('seed-input').fill(seed);
      await page.getByTestId('seed-input').blur();
      await expect.poll(async () => (await picture(grid)).sha256, { timeout: 200_000 }).not.toBe(sha256);
    };
    const drawnOn = async (device, badge) => {
      await page.getByTestId('device-choice').selectOption(device);
      await redraw('3');
      await redraw('2');
      await expect(page.getByTestId('device-badge')).toHaveText(badge, { timeout: 200_000 });
      return colours(grid);
    };
    const [cpu, gpu] = [await drawnOn('cpu', 'CPU'), await drawnOn('webgpu', 'WebGPU')];
    const difference = cpu.reduce((most, value, index) => Math.max(most, Math.abs(value - gpu[index])), 0);
    expect(difference).toBeLessThanOrEqual(2);
    expect(new Set(cpu).size).toBeGreaterThan(50);
  });
}

test('WebGPU and CPU make the same large picture', async ({ page }) => {
  test.setTimeout(300_000);
  await openUpscale(page);
  const enlarged = async (device) => {
    await page.getByTestId('device-choice').selectOption(device);
    await choosePicture(page, 'see-through.png');
    await page.getByTestId('upscale-button').click();
    await expect(page.getByTestId('took')).toContainText(device === 'cpu' ? 'CPU' : 'WebGPU', { timeout: 200_000 });
    return (await saved(page)).data;
  };
  const [cpu, gpu] = [await enlarged('cpu'), await enlarged('webgpu')];
  const apart = cpu.reduce((most, value, index) => Math.max(most, Math.abs(value - gpu[index])), 0);
  expect(apart).toBeLessThanOrEqual(2);
  expect(new Set(cpu).size).toBeGreaterThan(50);
});

test('WebGPU, CPU and the program refine alike', async ({ page }) => {
  test.setTimeout(300_000);
  const fixture = async (name) => (await pixels(page, await fs.readFile(new URL(`../fixtures/${name}`, import.meta.url)))).data;
  await open(page, 'refine?v=1&simulator=eyes&model=refine-eyes&seed=3&yaw=-10');
  // As `forger refine` made it, whose own tests hold it to the same file.
  const native = await fixture('eye-refined.png');
  expect(new Set(native).size).toBeGreaterThan(50);
  const apart = async () => {
    const { data } = await pixelsOf(page.getByTestId('refined'));
    return data.length === native.length ? data.reduce((most, value, at) => Math.max(most, Math.abs(value - native[at])), 0) : 255;
  };
  await expect.poll(apart, { timeout: 60_000 }).toBeLessThanOrEqual(2);
  expect((await pixelsOf(page.getByTestId('synthetic'))).data).toEqual(await fixture('eye.png'));
  for (const [device, badge] of [['cpu', 'CPU'], ['webgpu', 'WebGPU']]) {
    await page.getByTestId('device-choice').selectOption(device);
    // Another eye first, so that the one that is compared was made by this device.
    await page.getByTestId('slider-yaw').fill('12');
    await expect.poll(apart, { timeout: 200_000 }).toBeGreaterThan(20);
    await expect(page.getByTestId('device-badge')).toHaveText(badge, { timeout: 200_000 });
    await page.getByTestId('slider-yaw').fill('-10');
    await expect.poll(apart, { timeout: 200_000 }).toBeLessThanOrEqual(2);
    await expect(page.getByTestId('device-badge')).toHaveText(badge);
  }
});

/** The largest difference between two pictures. */
const apart = (one, other) =>
  one.length === other.length ? one.reduce((most, value, at) => Math.max(most, Math.abs(value - other[at])), 0) : 255;

test('WebGPU and CPU refine digits alike', async ({ page }) => {
  test.setTimeout(300_000);
  await open(page, 'refine?v=1&simulator=digits&model=refine-digits&seed=3&turn=4');
  const [outcome, took, turn] = ['outcome', 'took', 'slider-turn'].map((id) => page.getByTestId(id));
  const refined = () => expect(outcome).toHaveAttribute('aria-busy', 'false', { timeout: 200_000 });
  await refined();
  const made = {};
  for (const [device, badge] of [['cpu', 'CPU'], ['webgpu', 'WebGPU']]) {
    await page.getByTestId('device-choice').selectOption(device);
    // Another digit first, so that the one that is compared was made by this device.
    await turn.fill('-20');
    await refined();
    await expect(took).toContainText(badge);
    await turn.fill('4');
    await refined();
    await expect(took).toContainText(badge);
    await frames(page);
    made[device] = (await pixelsOf(page.getByTestId('refined'))).data;
  }
  expect(new Set(made.cpu).size).toBeGreaterThan(20);
  expect(apart(made.cpu, made.webgpu)).toBeLessThanOrEqual(2);
});

test('WebGPU and CPU translate a drawing alike', async ({ page }) => {
  test.setTimeout(300_000);
  await openTranslate(page, 'model=facades-light');
  const took = page.getByTestId('took');
  const made = {};
  for (const [device, badge] of [['cpu', 'CPU'], ['webgpu', 'WebGPU']]) {
    await page.getByTestId('device-choice').selectOption(device);
    const pixels = async () => (await pixelsOf(page.getByTestId('result'))).data;
    // Another drawing first, so that the one that is compared was translated by this device.
    await page.getByTestId('clear').click();
    await expect(page.getByTestId('undo')).toBeEnabled();
    await current(page, 200_000);
    await expect(took).toContainText(badge, { timeout: 200_000 });
    const cleared = await pixels();
    await page.getByTestId('undo').click();
    await expect.poll(async () => apart(cleared, await pixels()), { timeout: 200_000 }).toBeGreaterThan(100);
    await current(page, 200_000);
    made[device] = await pixels();
  }
  expect(new Set(made.cpu).size).toBeGreaterThan(100);
  expect(apart(made.cpu, made.webgpu)).toBeLessThanOrEqual(2);
});
