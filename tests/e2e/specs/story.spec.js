// The first page: a picture that lives, and paragraphs that steer it.

import { expect, test } from '../support/test.js';
import { engineReady, number, open, picture } from '../support/page.js';
import { lab } from '../support/lab.js';

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
  await page.goto('');
  const { plane, steps, modes, train } = lab(page);
  await expect(told(page)).toContainText('The game');
  await expect.poll(steps).toBeGreaterThan(0);
  const early = await sha(plane);
  await expect.poll(() => sha(plane)).not.toBe(early);
  await expect(train, 'it does not run for ever').toBeEnabled({ timeout: 90_000 });
  await expect(modes).toHaveText('8 / 8');
  await expect(page.getByTestId('trained-note')).toContainText(/steps in \d+\.\d s/);
});

test('before the engine is there, the real points are', async ({ page }) => {
  let release;
  const held = new Promise((resolve) => { release = resolve; });
  await page.route('**/engine.js', async (route) => {
    await held;
    await route.continue();
  });
  await page.goto('');
  await expect(page.getByTestId('plane')).toBeVisible();
  await expect.poll(async () => (await picture(page.getByTestId('plane'))).levels).toBeGreaterThan(10);
  await expect(page.getByTestId('step-count')).toHaveText('0');
  release();
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

  await scene(page, 'forger').click();
  await expect(told(page)).toContainText('The forger');
  await expect(stepsText).toHaveText('0');
  await expect(page.getByTestId('state')).toHaveText('Ready');
  const first = await sha(plane);
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
  await expect(page.getByTestId('trained-note')).toContainText('steps in', { timeout: 90_000 });
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
  const middle = (name) =>
    scene(page, name).evaluate((button) => {
      const { top } = button.closest('li').getBoundingClientRect();
      window.scrollBy({ top: top - 0.7 * window.innerHeight, behavior: 'instant' });
    });
  await middle('failure');
  await expect(told(page)).toContainText('The failure');
  await expect(page.getByTestId('plane')).toBeInViewport({ ratio: 0.95 });
  await expect(page.getByTestId('step-count')).toHaveText('600', { timeout: 60_000 });
  // Whoever steers by hand is left alone.
  await page.getByTestId('reset-button').click();
  await expect(page.getByTestId('step-count')).toHaveText('0');
});

test('the run of the first page takes no kept run\'s place, and stops when the page is left', async ({ page }) => {
  const asked = await requests(page);
  await page.addInitScript(() => localStorage.setItem('forger.run', JSON.stringify({ step: 7, state: '' })));
  await page.goto('');
  await expect(lab(page).train).toBeDisabled();
  await expect(lab(page).train).toBeEnabled({ timeout: 90_000 });
  // What is kept is saved when a run stops, or not at all.
  await expect.poll(() => asked.some(({ kind, payload }) => kind === 'lab' && payload.lab === 'save')).toBe(true);
  await engineReady(page);
  await page.getByTestId('scene-game').click();
  await page.getByRole('navigation').getByRole('link', { name: 'Upscale' }).click();
  await expect.poll(() => asked.some(({ kind, payload }) => kind === 'lab' && payload.lab === 'close')).toBe(true);
  expect(await page.evaluate(() => JSON.parse(localStorage.getItem('forger.run')).step)).toBe(7);
});
