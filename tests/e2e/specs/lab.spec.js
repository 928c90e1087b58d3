// The toy GAN trains in the tab. This file runs with WebGPU in the browser and without.

import { expect, test } from '../support/test.js';
import { engineReady, frames, measureFrames, open, picture, watchNotes } from '../support/page.js';
import { drawnPlane, keptStep, lab, written } from '../support/lab.js';

test('with the defaults every mode is covered within a minute, at more than 30 frames a second', { tag: '@alone' }, async ({ page }) => {
  await open(page, 'lab');
  const { train, pause, modes, rate, steps } = lab(page);
  await expect(modes).toHaveText(/^[0-4] \/ 8$/);
  const measured = await measureFrames(page);
  await train.click();
  await expect(modes).toHaveText('8 / 8', { timeout: 60_000 });
  const { perSecond, longest } = await measured();
  const [speed, count] = [await rate(), await steps()];
  await pause.click();
  test.info().annotations.push({
    type: 'measured',
    description: `${perSecond.toFixed(0)} frames/s, longest ${longest.toFixed(0)} ms, ${speed} steps/s, step ${count}`,
  });
  expect(perSecond).toBeGreaterThan(30);
  expect(speed).toBeGreaterThan(0);
});

test('pause stops, step does one, reset goes back', async ({ page }) => {
  await open(page, 'lab');
  const { train, pause, step, reset, steps, stepsText, plane } = lab(page);
  const start = await drawnPlane(page);
  await train.click();
  await expect.poll(steps).toBeGreaterThan(20);
  await pause.click();
  await expect(train).toBeEnabled();
  const paused = await steps();
  // The worker itself says where it stands.
  const [run] = await Promise.all([page.waitForEvent('download'), page.getByTestId('export-button').click()]);
  expect(run.suggestedFilename()).toBe(`forger-run-${paused}.forger`);
  expect(await steps()).toBe(paused);

  await step.click();
  await expect(stepsText).toHaveText(written(paused + 1));
  await reset.click();
  await expect(stepsText).toHaveText('0');
  // The same seed: the same networks as at the start.
  await expect.poll(async () => (await picture(plane)).sha256).toBe(start);
});

test('a step of one player changes the picture', async ({ page }) => {
  await open(page, 'lab');
  const { plane } = lab(page);
  for (const player of ['step-d-button', 'step-g-button']) {
    const before = await drawnPlane(page);
    await page.getByTestId(player).click();
    await expect.poll(async () => (await picture(plane)).sha256, player).not.toBe(before);
  }
});

test('settings are in the URL and come back from it', async ({ page }) => {
  await open(page, 'lab');
  await expect(page).not.toHaveURL(/\?/);
  await page.getByTestId('data-select').selectOption('grid');
  await page.getByTestId('loss-select').selectOption('hinge');
  await page.getByTestId('seed-input').fill('7');
  await page.getByTestId('seed-input').blur();
  for (const part of [/data=grid/, /loss=hinge/, /seed=7/]) {
    await expect(page).toHaveURL(part);
  }
  await expect(lab(page).modes).toHaveText(/ \/ 25$/);
  await page.reload();
  await engineReady(page);
  await expect(page.getByTestId('data-select')).toHaveValue('grid');
  await expect(page.getByTestId('loss-select')).toHaveValue('hinge');
  await expect(page.getByTestId('seed-input')).toHaveValue('7');
  await expect(lab(page).modes).toHaveText(/ \/ 25$/);
});

test('a link with nonsense in it says what it could not use, and works', async ({ page }) => {
  await open(page, 'lab?data=banana&batch=-3&g_lr=NaN&seed=5&step=abc');
  const message = page.getByTestId('error-toast');
  for (const part of ['Data = banana', 'Batch = -3', 'Generator: Learning rate = NaN', 'step=abc']) {
    await expect(message).toContainText(part);
  }
  await expect(page.getByTestId('seed-input')).toHaveValue('5');
  await lab(page).step.click();
  await expect(lab(page).stepsText).toHaveText('1');
});

test('every setting is in the form, and a setting without effect cannot be chosen', async ({ page }) => {
  await open(page, 'lab');
  const keys =
    'data batch prior z loss penalty penalty_weight clip sn smooth noise ' +
    'g_layers g_width g_act g_opt g_lr g_steps d_layers d_width d_act d_opt d_lr d_steps';
  for (const key of keys.split(' ')) {
    await expect(page.getByTestId(`${key}-select`), key).toBeVisible();
  }
  await expect(page.getByTestId('clip-select')).toBeDisabled();
  await expect(page.getByTestId('penalty_weight-select')).toBeDisabled();
  await expect(page.getByTestId('only-scores')).toHaveCount(0);
  await page.getByTestId('loss-select').selectOption('wasserstein');
  await expect(page.getByTestId('only-scores')).toHaveText(/scores, not chances/);
  await expect(page.getByTestId('clip-select')).toBeEnabled();
  await expect(page.getByTestId('smooth-select')).toBeDisabled();
  await page.getByTestId('penalty-select').selectOption('gradient');
  await expect(page.getByTestId('clip-select')).toBeDisabled();
  await expect(page.getByTestId('penalty_weight-select')).toBeEnabled();
  await page.getByTestId('sn-select').check();
  await expect(page).toHaveURL(/sn=on/);
});

test('a learning rate can change while it trains', async ({ page }) => {
  await open(page, 'lab');
  const { train, pause, steps } = lab(page);
  await train.click();
  await expect.poll(steps).toBeGreaterThan(20);
  const before = await steps();
  await page.getByTestId('g_lr-select').selectOption('0.0003');
  await expect(page).toHaveURL(/g_lr=0\.0003/);
  await expect.poll(steps).toBeGreaterThan(before);
  await pause.click();
});

test('a run that was changed on its way is shared without its step, and the page says why', async ({ page }) => {
  await open(page, 'lab');
  const { train, pause, steps } = lab(page);
  await train.click();
  await expect.poll(steps).toBeGreaterThan(20);
  await pause.click();
  await expect(train).toBeEnabled();
  await page.getByTestId('g_lr-select').selectOption('0.0003');
  const notes = await watchNotes(page);
  await page.getByTestId('share-button').click();
  await expect.poll(notes).not.toEqual([]);
  await expect(page).toHaveURL(/g_lr=0\.0003/);
  await expect(page).not.toHaveURL(/step=/);

  await page.getByTestId('reset-button').click();
  await page.getByTestId('step-button').click();
  await expect(page.getByTestId('step-count')).toHaveText('1');
  await page.getByTestId('share-button').click();
  await expect(page).toHaveURL(/step=1$/);
});

test('a shared link shows the same picture and figures to someone else, after 500 steps', async ({ page, browser, baseURL }) => {
  await open(page, 'lab?data=moons&seed=3');
  const { train, pause, plane, steps, stepsText } = lab(page);
  const figures = (page) => Promise.all(['js', 'sw'].map((name) => page.getByTestId(name).innerText()));
  await train.click();
  await expect.poll(steps).toBeGreaterThan(500);
  await pause.click();
  await expect(train).toBeEnabled();
  await page.getByTestId('share-button').click();
  await expect(page).toHaveURL(/step=\d+/);
  await frames(page);
  const mine = { step: await stepsText.innerText(), figures: await figures(page), ...(await picture(plane)) };

  const fresh = await browser.newContext({ baseURL, viewport: page.viewportSize(), colorScheme: 'light' });
  const other = await fresh.newPage();
  await open(other, page.url());
  await expect(lab(other).stepsText).toHaveText(mine.step, { timeout: 120_000 });
  await expect.poll(async () => (await picture(lab(other).plane)).sha256).toBe(mine.sha256);
  expect(await figures(other)).toEqual(mine.figures);
  expect(mine.levels, 'a picture, not a blank').toBeGreaterThan(10);
  await fresh.close();
});

test('a run goes on after the tab was closed', async ({ page }) => {
  await open(page, 'lab');
  const { train, pause, steps } = lab(page);
  await train.click();
  await expect.poll(() => keptStep(page)).toBeGreaterThan(0);
  await pause.click();
  await expect(train).toBeEnabled();
  // What it stopped at is kept as well.
  const kept = await steps();
  await expect.poll(() => keptStep(page)).toBe(kept);
  await open(page, 'lab');
  expect(await steps()).toBe(0);
  await page.getByTestId('continue-button').click();
  await expect.poll(steps).toBe(kept);
});

/** Clicks a point of the plane, which shows -1.25 to 1.25. */
async function pick(page, [x, y]) {
  const { plane } = lab(page);
  await plane.scrollIntoViewIfNeeded();
  const { width, height } = await plane.boundingBox();
  await plane.click({ position: { x: ((x + 1.25) / 2.5) * width, y: ((1.25 - y) / 2.5) * height } });
}

const said = (page) => page.getByTestId('walk-said');

/** Distance and p-value that the search comes to. Read at once: where a run steps on, a text is there for a moment only. */
async function walked(page) {
  let found = null;
  await expect
    .poll(async () => {
      found = (await said(page).innerText()).match(/gets is ([\d.]+) away.*p = ([\d.]+)\)/);
      return found !== null;
    })
    .toBe(true);
  const [, distance, p] = found.map(Number);
  return { distance, p };
}

test('a search finds a z for a real point and none for a corner, by pointer and by keyboard', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await open(page, 'lab?data=pair');
  const { plane, stepsText, train } = lab(page);
  const [noise, walk] = [page.getByTestId('noise'), page.getByTestId('walk')];
  await page.getByTestId('already-trained').click();
  await expect(stepsText).toHaveText('1,000', { timeout: 120_000 });
  await expect(train).toBeEnabled();
  const still = [await drawnPlane(page), (await picture(noise)).sha256];
  await pick(page, [0.5, 0.3]);
  await expect(said(page)).toHaveCount(0);

  await walk.click();
  await expect(walk).toHaveAttribute('aria-pressed', 'true');
  await expect(page).toHaveURL(/show=real,fake,verdict,line,walk/);
  await expect(said(page)).toContainText('Click a point');
  await pick(page, [0.5, 0.3]);
  await expect(said(page)).toContainText('it can draw this point');
  const real = await walked(page);
  expect(real.distance).toBeLessThan(0.05);
  expect(real.p).toBeGreaterThan(0.05);
  await page.mouse.move(0, 0);
  await expect.poll(async () => (await picture(plane)).sha256).not.toBe(still[0]);
  await expect.poll(async () => (await picture(noise)).sha256).not.toBe(still[1]);

  await pick(page, [1.1, -1.1]);
  await expect(said(page)).toContainText('cannot draw');
  const corner = await walked(page);
  expect(corner.distance).toBeGreaterThan(0.5);
  expect(corner.p).toBeLessThan(0.01);

  // Upwards along the edge, where the cluster is nearer.
  await plane.focus();
  for (let step = 0; step < 10; step += 1) {
    await page.keyboard.press('ArrowUp');
  }
  await page.keyboard.press('Enter');
  await expect.poll(async () => (await walked(page)).distance).toBeLessThan(corner.distance);

  await page.mouse.move(0, 0);
  await walk.click();
  await expect(said(page)).toHaveCount(0);
  await page.mouse.move(0, 0);
  await expect.poll(async () => (await picture(plane)).sha256).toBe(still[0]);
});

test('while a run trains nothing is searched for, and where it stops the last point is', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await open(page, 'lab?show=real,fake,walk');
  const { train, pause, steps } = lab(page);
  await train.click();
  await expect.poll(steps).toBeGreaterThan(20);
  await pick(page, [1.1, 1.1]);
  await expect(said(page)).toContainText('is training');
  await pause.click();
  await walked(page);
  await page.getByTestId('step-button').click();
  await walked(page);
});

test('the page of strange pictures leads to the same search in two dimensions', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await open(page, 'detect');
  await page.getByTestId('walk-link').click();
  await expect(page).toHaveURL(/lab\?.*walk/);
  await expect(page.getByTestId('walk')).toHaveAttribute('aria-pressed', 'true');
  await expect(lab(page).stepsText).toHaveText('1,000', { timeout: 120_000 });
  await pick(page, [-1.1, 1.1]);
  expect((await walked(page)).p).toBeLessThan(0.01);
});
