// The first page: a picture that lives, and paragraphs that steer it.

import { expect, test } from '../support/test.js';
import { afterTimers, answered, engineReady, frames, holdBack, number, open, picture, watchWorker } from '../support/page.js';
import { drawnPlane, lab } from '../support/lab.js';

const scene = (page, name) => page.getByTestId(`scene-${name}`);
const told = (page) => page.getByRole('listitem').and(page.locator('[aria-current="step"]'));
const sha = async (canvas) => (await picture(canvas)).sha256;

/** What is asked of the worker from now on. */
async function requests(page) {
  const asked = [];
  await page.exposeFunction('forgerAsked', (body) => asked.push(JSON.parse(body)));
  await page.addInitScript(() => {
    const { postMessage } = Worker.prototype;
    Worker.prototype.postMessage = function (message, ...rest) {
      window.forgerAsked(JSON.stringify(message[0].body));
      return postMessage.call(this, message, ...rest);
    };
  });
  return asked;
}

const isCommand = ({ kind, payload }) => kind === 'lab' && payload.lab === 'command';

test('the picture lives by itself, and comes to rest with all clusters found', async ({ page }) => {
  // Once it begins it may be over before it is looked at.
  const script = await holdBack(page, '**/engine.js');
  await page.goto('');
  const { plane, steps, modes, train } = lab(page);
  await expect(told(page)).toContainText('The game');
  const early = await drawnPlane(page);
  script.release();
  await expect.poll(steps).toBeGreaterThan(0);
  await expect.poll(() => sha(plane)).not.toBe(early);
  await expect(page.getByTestId('trained-note')).toContainText(/steps in \d+\.\d s/, { timeout: 150_000 });
  await expect(train, 'it does not run for ever').toBeEnabled();
  await expect(modes).toHaveText('8 / 8');
});

test('before the engine is there, the real points are', async ({ page }) => {
  const script = await holdBack(page, '**/engine.js');
  await page.goto('');
  await drawnPlane(page);
  await expect(page.getByTestId('step-count')).toHaveText('0');
  script.release();
  await expect.poll(lab(page).steps).toBeGreaterThan(0);
});

test('who asked for stillness begins it with a button', async ({ page }) => {
  const asked = await requests(page);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await open(page, '');
  // Measures are there, so that the engine has answered all that was asked of it.
  await expect(page.getByTestId('modes-covered')).toHaveText(/\d \/ 8/);
  expect(asked.filter(isCommand)).toEqual([]);
  await expect(page.getByTestId('step-count')).toHaveText('0');
  await expect(told(page)).toHaveCount(0);
  await scene(page, 'game').click();
  await expect.poll(lab(page).steps).toBeGreaterThan(0);
  await expect(told(page)).toContainText('The game');
});

test('each paragraph has a button that shows what it tells', async ({ page }) => {
  // Three runs are trained to their end.
  test.setTimeout(300_000);
  await open(page, '');
  const { plane, steps, stepsText, train, modes } = lab(page);
  const says = async () => (await page.getByTestId('coin').innerText()).match(/0\.\d\d/g).map(Number);

  // Noise is under way for two seconds: here, where the clock of the page is slow, for as long as it takes to look twice.
  await page.evaluate(() => {
    const [now, from] = [performance.now.bind(performance), performance.now()];
    performance.now = () => from + (now() - from) / 10;
  });
  await scene(page, 'forger').click();
  await expect(told(page)).toContainText('The forger');
  await expect(stepsText).toHaveText('0');
  await expect(page.getByTestId('state')).toHaveText('Ready');
  await frames(page);
  const first = await drawnPlane(page);
  await expect.poll(() => sha(plane), 'noise is under way').not.toBe(first);

  await scene(page, 'police').click();
  await expect(told(page)).toContainText('The police');
  await expect(stepsText).toHaveText('120');
  await expect(train).toBeEnabled();
  const [real, fake] = await says();
  expect(real - fake, 'D tells real from forged').toBeGreaterThan(0.15);

  await scene(page, 'game').click();
  await expect(told(page)).toContainText('The game');
  await expect.poll(steps).toBeGreaterThan(120);

  await scene(page, 'failure').click();
  await expect(told(page)).toContainText('The failure');
  await expect(stepsText).toHaveText('600', { timeout: 60_000 });
  await expect.poll(() => number(modes)).toBeLessThanOrEqual(3);

  await scene(page, 'cure').click();
  await expect(told(page)).toContainText('The failure');
  await expect(scene(page, 'cure')).toHaveAttribute('aria-pressed', 'true');
  await expect(stepsText).toHaveText('3,000', { timeout: 90_000 });
  await expect(modes).toHaveText('8 / 8');

  await scene(page, 'coin').click();
  await expect(told(page)).toContainText('The coin');
  await expect(page.getByTestId('trained-note')).toContainText('steps in', { timeout: 150_000 });
  for (const verdict of await says().then((found) => found.slice(0, 2))) {
    expect(Math.abs(verdict - 0.5), 'D can only toss a coin').toBeLessThan(0.06);
  }
});

test('a spot of the picture is one number in words, with the mouse and the keyboard', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await open(page, '');
  await scene(page, 'police').click();
  await expect(page.getByTestId('step-count')).toHaveText('120');
  await expect(page.getByTestId('train-button')).toBeEnabled();
  const [plane, says] = [page.getByTestId('plane'), page.getByTestId('asked')];
  const { width, height } = await plane.boundingBox();
  const at = (x, y) => plane.hover({ position: { x: ((x + 1.25) / 2.5) * width, y: ((1.25 - y) / 2.5) * height } });
  await at(-0.7, 0);
  await expect(says).toContainText('passes for real');
  await frames(page);
  const there = await sha(plane);
  const value = await number(says);
  await page.getByTestId('asking').focus();
  for (let presses = 0; presses < 12; presses += 1) await page.keyboard.press('ArrowLeft');
  await expect.poll(() => sha(plane)).not.toBe(there);
  await expect.poll(() => number(says)).not.toBe(value);
  await expect(page.getByTestId('spoken')).toHaveText(await says.textContent());
});

test('on a phone the picture stays, and the paragraph that one reads is shown', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page, '');
  await expect(scene(page, 'failure')).toBeEnabled();
  // Its middle, since what is above may become higher meanwhile.
  const middle = (name) =>
    scene(page, name).evaluate((button) => {
      const { top, height } = button.closest('li').getBoundingClientRect();
      window.scrollBy({ top: top + height / 2 - 0.72 * window.innerHeight, behavior: 'instant' });
    });
  await middle('failure');
  await expect(told(page)).toContainText('The failure');
  await expect(page.getByTestId('plane')).toBeInViewport({ ratio: 0.95 });
  await expect(page.getByTestId('step-count')).toHaveText('600', { timeout: 60_000 });
  // Whoever steers by hand is left alone, after a way that was begun before, too.
  await page.evaluate(() => {
    const reset = () => document.querySelector('[data-testid="reset-button"]').click();
    window.addEventListener('scroll', reset, { once: true });
  });
  for (const name of ['police', 'coin']) {
    await middle(name);
    await frames(page);
    await afterTimers(page, 500);
    await expect(told(page)).toContainText('The failure');
  }
  await expect(page.getByTestId('step-count')).toHaveText('0');
});

test('the run of the first page takes no kept run\'s place, and stops when the page is left', async ({ page }) => {
  const asked = await requests(page);
  await watchWorker(page);
  await page.addInitScript(() => localStorage.setItem('forger.run', JSON.stringify({ step: 7, state: '' })));
  await page.goto('');
  await expect(page.getByTestId('trained-note')).toContainText('steps in', { timeout: 150_000 });
  await expect(lab(page).train).toBeEnabled();
  // What is kept is saved when a run stops, or not at all.
  await expect.poll(() => asked.some(({ kind, payload }) => kind === 'lab' && payload.lab === 'save')).toBe(true);
  await engineReady(page);
  await page.getByTestId('scene-game').click();
  await page.getByRole('navigation').getByRole('link', { name: 'Upscale' }).click();
  await expect.poll(() => asked.some(({ kind, payload }) => kind === 'lab' && payload.lab === 'close')).toBe(true);
  await answered(page);
  expect(await page.evaluate(() => JSON.parse(localStorage.getItem('forger.run')).step)).toBe(7);
});
