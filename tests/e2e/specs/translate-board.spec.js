// The drawing board, on an engine that turns colours over: what is drawn, taken back and saved.

import { expect, test } from '../support/test.js';
import { frames, holdRequests, picture } from '../support/page.js';
import { pixels, savedFile } from '../support/upscale.js';
import { FACADES, colourAt, current, draw, finger, openTranslate, pixelsOf, standIn } from '../support/translate.js';

const colour = (name) => FACADES.find((swatch) => swatch.name === name).color;
const board = (page) => page.getByTestId('board');
const look = async (page) => (await picture(board(page))).sha256;

test.beforeEach(({ context }) => standIn(context));

test('a drawing is there, translated, before anything is done', async ({ page }) => {
  await openTranslate(page);
  await expect(page.getByTestId('model-select')).toHaveValue('facades');
  const [drawn, made] = [await pixelsOf(board(page)), await pixelsOf(page.getByTestId('result'))];
  expect(made.data).toEqual(drawn.data.map((value, at) => (at % 4 < 3 ? 255 - value : value)));
  // Only colours of the palette: nothing is smoothed.
  const known = new Set(FACADES.map(({ color }) => color.join()));
  const others = drawn.data.filter((_, at) => at % 4 === 0 && !known.has(drawn.data.slice(at, at + 3).join()));
  expect(others.length).toBe(0);
  await expect(page.getByTestId('took')).toHaveText(/Made in \d+ ms on CPU\./);
});

test('every tool draws what it should, and only there', async ({ page }) => {
  await openTranslate(page);
  await page.getByTestId('clear').click();
  await page.getByTestId('swatch-door').click();
  await draw(page, [0.25, 0.25], [0.5, 0.75]);
  const { data } = await pixelsOf(board(page));
  const doors = [];
  for (let at = 0; at < data.length; at += 4) {
    if (data.slice(at, at + 3).join() === colour('door').join()) {
      doors.push([(at / 4) % 256, Math.floor(at / 4 / 256)]);
    }
  }
  const bounds = [0, 1].map((axis) => doors.map((place) => place[axis])).map((all) => [Math.min(...all), Math.max(...all)]);
  expect(doors.length).toBe((bounds[0][1] - bounds[0][0] + 1) * (bounds[1][1] - bounds[1][0] + 1));
  expect(Math.abs(bounds[0][0] - 64)).toBeLessThanOrEqual(1);
  expect(Math.abs(bounds[1][1] - 192)).toBeLessThanOrEqual(1);
  await page.getByTestId('tool-brush').click();
  await page.getByTestId('swatch-shop').click();
  await draw(page, [0.7, 0.1], [0.9, 0.1]);
  expect(await colourAt(board(page), [0.8, 0.1])).toEqual(colour('shop'));
  await page.getByTestId('tool-bucket').click();
  await page.getByTestId('swatch-window').click();
  await draw(page, [0.3, 0.5], [0.3, 0.5]);
  expect(await colourAt(board(page), [0.4, 0.6])).toEqual(colour('window'));
  expect(await colourAt(board(page), [0.1, 0.1])).toEqual(colour('background'));
  await page.getByTestId('tool-eraser').click();
  await draw(page, [0.75, 0.1], [0.85, 0.1]);
  expect(await colourAt(board(page), [0.8, 0.1])).toEqual(colour('background'));
  await current(page);
  expect(await colourAt(page.getByTestId('result'), [0.4, 0.6])).toEqual(colour('window').map((value) => 255 - value));
});

test('what was drawn is taken back and made again, by button and by key', async ({ page }) => {
  await openTranslate(page);
  const looks = [await look(page)];
  await expect(page.getByTestId('undo')).toBeDisabled();
  for (const x of [0.2, 0.5]) {
    await page.getByTestId('swatch-pillar').click();
    await draw(page, [x, 0.1], [x + 0.1, 0.3]);
    await expect.poll(() => look(page)).not.toBe(looks.at(-1));
    looks.push(await look(page));
  }
  await page.getByTestId('undo').click();
  await expect.poll(() => look(page)).toBe(looks[1]);
  await board(page).focus();
  await page.keyboard.press('Control+z');
  await expect.poll(() => look(page)).toBe(looks[0]);
  await expect(page.getByTestId('undo')).toBeDisabled();
  await page.keyboard.press('Control+Shift+z');
  await expect.poll(() => look(page)).toBe(looks[1]);
  await page.getByTestId('redo').click();
  await expect.poll(() => look(page)).toBe(looks[2]);
  await expect(page.getByTestId('redo')).toBeDisabled();
  await page.getByTestId('example-shop').click();
  await page.getByTestId('undo').click();
  await expect.poll(() => look(page)).toBe(looks[2]);
  await current(page);
});

test('the keys draw, too', async ({ page }) => {
  await openTranslate(page);
  await page.getByTestId('clear').click();
  await page.getByTestId('swatch-door').click();
  await board(page).focus();
  await page.keyboard.press('r');
  await page.keyboard.press('Enter');
  for (const key of ['ArrowRight', 'ArrowRight', 'ArrowDown', 'Shift+ArrowDown']) {
    await page.keyboard.press(key);
  }
  await page.keyboard.press('Enter');
  const isDoor = (data) => data.filter((_, at) => at % 4 === 1 && data[at] === 208).length;
  // Two steps of four pixels and the first, by one step, one pixel and the first.
  await expect.poll(async () => isDoor((await pixelsOf(board(page))).data)).toBe(9 * 6);
  await page.keyboard.press('Enter');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Escape');
  await frames(page);
  expect(isDoor((await pixelsOf(board(page))).data)).toBe(9 * 6);
});

test('drawing and picture are saved as they are', async ({ page }) => {
  await openTranslate(page);
  const drawn = await pixelsOf(board(page));
  const first = await savedFile(page, 'save-drawing');
  expect(first.name).toBe('facades-drawing.png');
  expect((await pixels(page, first.bytes)).data).toEqual(drawn.data);
  const second = await savedFile(page, 'save-result');
  expect(second.name).toBe('facades-result.png');
  expect((await pixels(page, second.bytes)).data).toEqual((await pixelsOf(page.getByTestId('result'))).data);
});

test('the discriminator says what it thinks, patch by patch', async ({ page }) => {
  await openTranslate(page);
  await page.getByTestId('patch-verdicts').check();
  await expect(page.getByTestId('opinion')).toHaveText("The discriminator's mean verdict: 50 % real.");
  await frames(page);
  const { width, height, data } = await pixelsOf(page.getByTestId('verdict-map'));
  expect([width, height]).toEqual([4, 3]);
  // From surely made, orange, to surely real, blue.
  expect(data[0]).toBeGreaterThan(data[2]);
  expect(data.at(-4)).toBeLessThan(data.at(-2));
  await expect(page.getByTestId('patch-verdicts-help')).toContainText('real (blue)');
  await page.getByTestId('patch-verdicts').uncheck();
  await expect(page.getByTestId('patch-verdicts-help')).toHaveCount(0);
  await expect(page.getByTestId('verdict-map')).toHaveCount(0);
});

test('what the discriminator said of one picture does not lie over the next', async ({ page }) => {
  await openTranslate(page);
  await page.getByTestId('patch-verdicts').check();
  await expect(page.getByTestId('verdict-map')).toHaveCount(1);
  const letGo = await holdRequests(page, 'judge');
  await page.getByTestId('example-modern').click();
  await current(page);
  await expect(page.getByTestId('verdict-map')).toHaveCount(0);
  await expect(page.getByTestId('opinion')).toBeEmpty();
  await letGo();
  await expect(page.getByTestId('verdict-map')).toHaveCount(1);
  await expect(page.getByTestId('opinion')).not.toBeEmpty();
});

test.describe('at the size of a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

  test('a finger draws, and does not scroll', async ({ page }) => {
    await openTranslate(page);
    await page.getByTestId('clear').click();
    await page.getByTestId('swatch-door').click();
    const touch = await finger(page);
    const scrolled = await page.evaluate(() => scrollY);
    await touch('touchStart', [0.2, 0.2]);
    for (const share of [0.3, 0.4, 0.5, 0.6]) {
      await touch('touchMove', [share, share]);
    }
    await touch('touchEnd');
    await expect.poll(() => colourAt(board(page), [0.3, 0.5])).toEqual(colour('door'));
    expect(await page.evaluate(() => scrollY)).toBe(scrolled);
    await current(page);
    const needed = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(needed).toBeLessThanOrEqual(390);
  });
});

test.describe('where an engine is slow', () => {
  test('one request is under way at a time, and the newest drawing comes last', async ({ context, page }) => {
    await context.unroute(/\/engine\.js/);
    await standIn(context, { pause: 150 });
    await openTranslate(page);
    await page.getByTestId('swatch-door').click();
    // The stroke may take longer than the engine.
    const letGo = await holdRequests(page, 'make');
    await draw(page, [0.1, 0.1], [0.9, 0.9], 40);
    await expect(page.getByTestId('outcome')).toHaveAttribute('aria-busy', 'true');
    await letGo();
    await current(page);
    expect(await colourAt(page.getByTestId('result'), [0.5, 0.5])).toEqual(colour('door').map((value) => 255 - value));
    // The stand-in complains of two at a time.
    await expect(page.getByTestId('error-toast')).toHaveCount(0);
  });
});
