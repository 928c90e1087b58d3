// A worker that stops, for whatever reason, is replaced, and what was open goes on.

import { expect, test } from '../support/test.js';
import { breakWorker, makeBreakable } from '../support/gpu.js';
import { answered, engineReady, engineState, engineStops, open, watchWorker } from '../support/page.js';
import { keptStep, lab, trainTo } from '../support/lab.js';
import { openLatent, settled } from '../support/latent.js';
import { made, openUpscale } from '../support/upscale.js';

test.beforeEach(async ({ page, complaints }) => {
  complaints.expect(/on purpose/);
  await watchWorker(page);
  await makeBreakable(page.context());
});

const told = (page, text) => expect(page.getByTestId('error-toast').filter({ hasText: text })).toBeVisible();
const restarted = (page) => told(page, 'started again on the CPU');

/** Waits until the next worker has done what it was asked at once: what is there until then is of the one before. */
async function goesOn(page) {
  await restarted(page);
  await engineReady(page);
  await answered(page);
}

test('a run goes on from what was kept last', async ({ page }) => {
  await open(page, 'lab?seed=3');
  const { train, pause, steps } = lab(page);
  await train.click();
  await expect.poll(() => keptStep(page)).toBeGreaterThan(0);
  const step = await keptStep(page);
  await breakWorker(page, 'throw');
  await goesOn(page);
  // It is running, and did not begin anew.
  const now = await steps();
  expect(now).toBeGreaterThanOrEqual(step);
  await expect.poll(steps).toBeGreaterThan(now);
  await pause.click();
  await expect(train).toBeEnabled();
});

test('a run that was paused is there again, to the last bit', async ({ page }) => {
  await open(page, 'lab?seed=3&step=40');
  const { train, steps, stepsText } = lab(page);
  await expect(stepsText).toHaveText('40');
  await trainTo(page, 60);
  const step = await steps();
  const plane = await settled(page.getByTestId('plane'));
  await expect.poll(() => keptStep(page)).toBe(step);
  await breakWorker(page, 'throw');
  // Nothing happens in a paused run: the worker breaks when it is asked.
  await page.getByTestId('device-choice').selectOption('cpu');
  await goesOn(page);
  await expect.poll(steps).toBe(step);
  expect(await settled(page.getByTestId('plane'))).toBe(plane);
});

test('a model is open again, and draws the same', async ({ page }) => {
  const grid = await openLatent(page, 'model=digits&seed=2');
  const before = await settled(grid);
  await breakWorker(page, 'throw');
  await page.getByTestId('seed-input').fill('3');
  await page.getByTestId('seed-input').blur();
  await restarted(page);
  await expect.poll(() => settled(grid)).not.toBe(before);
  await page.getByTestId('seed-input').fill('2');
  await page.getByTestId('seed-input').blur();
  await expect.poll(() => settled(grid)).toBe(before);
});

test('a file of the user’s that a worker stops by is not opened again by itself', async ({ page }) => {
  await page.context().route(/\/engine\.js/, async (route) => {
    const response = await route.fetch();
    const stubborn = () =>
      addEventListener('message', (event) => {
        const { kind, payload } = event.data[0]?.body ?? {};
        if (kind === 'model' && payload.model === 'open') {
          event.stopImmediatePropagation();
          throw new Error('thrown on purpose');
        }
      });
    await route.fulfill({ response, body: `(${stubborn})();\n${await response.text()}` });
  });
  await page.addInitScript(() => {
    window.opened = 0;
    const { postMessage } = Worker.prototype;
    Worker.prototype.postMessage = function (message, ...rest) {
      const { kind, payload } = message[0].body;
      window.opened += kind === 'model' && payload.model === 'open' ? 1 : 0;
      return postMessage.call(this, message, ...rest);
    };
  });
  const grid = await openLatent(page, 'model=digits&seed=2');
  const before = await settled(grid);
  const file = { name: 'mine.safetensors', mimeType: 'application/octet-stream', buffer: Buffer.from('a file') };
  await page.getByTestId('model-file').setInputFiles(file);
  await restarted(page);
  await told(page, 'mine.safetensors was being opened when the engine had to restart');
  // The next worker has answered something that was asked after all that it was to open.
  await page.getByTestId('seed-input').fill('3');
  await page.getByTestId('seed-input').blur();
  await expect.poll(() => settled(grid)).not.toBe(before);
  expect(await page.evaluate(() => window.opened)).toBe(1);
});

test('a large picture that was in the making is made', async ({ page }) => {
  await openUpscale(page);
  const whole = await made(page);
  await breakWorker(page, 'throw');
  expect(await made(page)).toEqual(whole);
  await restarted(page);
});

test('a worker that stops again and again is left alone until the user wants another', async ({ page }) => {
  await open(page, 'lab');
  const { train, steps } = lab(page);
  await train.click();
  for (let count = 0; count < 4; count += 1) {
    await expect.poll(() => engineState(page)).toBe('ready');
    await expect.poll(steps).toBeGreaterThan(0);
    const stopped = await engineStops(page);
    await breakWorker(page, 'throw');
    await stopped();
  }
  await expect.poll(() => engineState(page)).toBe('failed');
  await page.getByRole('button', { name: 'Restart engine' }).click();
  await expect.poll(() => engineState(page)).toBe('ready');
  await expect.poll(steps).toBeGreaterThan(0);
});
