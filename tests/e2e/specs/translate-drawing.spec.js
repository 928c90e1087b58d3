// While a drawing is drawn: what is seen of it before the pointer goes up, and with which pointers it is drawn.

import { expect, test } from '../support/test.js';
import { frames, holdRequests, picture, press } from '../support/page.js';
import { FACADES, colourAt, current, draw, finger, openTranslate, standIn } from '../support/translate.js';

const colour = (name) => FACADES.find((swatch) => swatch.name === name).color;
/** What the stand-in for the engine makes of it. */
const turned = (name) => colour(name).map((value) => 255 - value);
const board = (page) => page.getByTestId('board');
const result = (page) => page.getByTestId('result');

/** How many pictures the engine is asked for on the page that is opened next. */
async function countMakes(page) {
  await page.addInitScript(() => {
    const { postMessage } = Worker.prototype;
    window.wanted = 0;
    Worker.prototype.postMessage = function post(...given) {
      window.wanted += given[0][0].body.payload?.picture === 'make' ? 1 : 0;
      postMessage.apply(this, given);
    };
  });
  return () => page.evaluate(() => window.wanted);
}

test('the picture changes before the pointer goes up', async ({ context, page }) => {
  await standIn(context);
  await openTranslate(page);
  await page.getByTestId('swatch-shop').click();
  await press(page, [[0.2, 0.2], [0.6, 0.6]], 5);
  await expect.poll(() => colourAt(result(page), [0.4, 0.4])).toEqual(turned('shop'));
  // As long as it is down there is nothing to take back.
  await expect(page.getByTestId('undo')).toBeDisabled();
  await page.mouse.up();
  await expect(page.getByTestId('undo')).toBeEnabled();
});

test('an engine that is slow is asked for nothing more during a stroke, and once after it', async ({ context, page }) => {
  // It only says that it is: so this does not depend on how fast the stroke is.
  await standIn(context, { took: 60_000 });
  const wanted = await countMakes(page);
  await openTranslate(page);
  await page.getByTestId('swatch-door').click();
  const before = await wanted();
  await press(page, [[0.1, 0.1], [0.9, 0.9]], 40);
  await expect.poll(() => colourAt(board(page), [0.5, 0.5])).toEqual(colour('door'));
  await frames(page);
  expect(await wanted()).toBe(before);
  await page.mouse.up();
  await current(page);
  expect(await wanted()).toBe(before + 1);
  await expect.poll(() => colourAt(result(page), [0.5, 0.5])).toEqual(turned('door'));
});

test('an engine that is slow and still at work when a stroke begins is asked for nothing more before its end', async ({
  context,
  page,
}) => {
  await standIn(context, { took: 60_000 });
  const wanted = await countMakes(page);
  await openTranslate(page);
  await page.getByTestId('swatch-door').click();
  const before = await wanted();
  const letGo = await holdRequests(page, 'make');
  await draw(page, [0.1, 0.4], [0.3, 0.6]);
  await press(page, [[0.7, 0.7], [0.9, 0.9]], 20);
  await letGo();
  await expect.poll(() => colourAt(result(page), [0.2, 0.5])).toEqual(turned('door'));
  await frames(page);
  expect(await wanted()).toBe(before + 1);
  await page.mouse.up();
  await current(page);
  expect(await wanted()).toBe(before + 2);
  await expect.poll(() => colourAt(result(page), [0.8, 0.8])).toEqual(turned('door'));
});

test('a pen draws', async ({ context, page }) => {
  await standIn(context);
  await openTranslate(page);
  await page.getByTestId('swatch-shop').click();
  await board(page).scrollIntoViewIfNeeded();
  await board(page).evaluate((element) => {
    window.pointers = new Set();
    for (const type of ['pointerdown', 'pointermove', 'pointerup']) {
      element.addEventListener(type, ({ pointerType }) => window.pointers.add(`${type} ${pointerType}`));
    }
  });
  const { x, y, width, height } = await board(page).boundingBox();
  const session = await page.context().newCDPSession(page);
  const pen = (type, [left, top], buttons) => {
    const place = { x: x + left * width, y: y + top * height };
    const how = { button: 'left', buttons, clickCount: 1, pointerType: 'pen', force: 0.5 };
    return session.send('Input.dispatchMouseEvent', { type, ...place, ...how });
  };
  await pen('mousePressed', [0.2, 0.2], 1);
  await pen('mouseMoved', [0.4, 0.3], 1);
  await pen('mouseMoved', [0.6, 0.6], 1);
  await pen('mouseReleased', [0.6, 0.6], 0);
  await expect.poll(() => colourAt(board(page), [0.4, 0.4])).toEqual(colour('shop'));
  const pointers = await page.evaluate(() => [...window.pointers]);
  expect(pointers).toEqual(expect.arrayContaining(['pointerdown pen', 'pointermove pen', 'pointerup pen']));
  await current(page);
  await expect.poll(() => colourAt(result(page), [0.4, 0.4])).toEqual(turned('shop'));
});

test.describe('at the size of a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

  test('a finger draws, and the model of the site makes another front of it', async ({ page }) => {
    await openTranslate(page, 'model=facades-light');
    await expect(page.getByTestId('model-select')).toHaveValue('facades-light');
    const before = (await picture(result(page))).sha256;
    await page.getByTestId('swatch-shop').click();
    const touch = await finger(page);
    await touch('touchStart', [0.2, 0.2]);
    for (const share of [0.3, 0.4, 0.5, 0.6]) {
      await touch('touchMove', [share, share]);
    }
    await touch('touchEnd');
    await expect.poll(() => colourAt(board(page), [0.3, 0.5])).toEqual(colour('shop'));
    await current(page);
    await expect.poll(async () => (await picture(result(page))).sha256).not.toBe(before);
  });
});
