// What helps whoever draws, on an engine that turns colours over: the ring of the brush, colours taken up, the discriminator asked
// once more, and the place that the keyboard keeps.

import { expect, test } from '../support/test.js';
import { holdRequests, picture } from '../support/page.js';
import { current, draw, openTranslate, standIn } from '../support/translate.js';

const board = (page) => page.getByTestId('board');
const look = async (page) => (await picture(board(page))).sha256;

test.beforeEach(({ context }) => standIn(context));

test('what the discriminator said comes back when it is asked for again', async ({ page }) => {
  await openTranslate(page);
  const [asked, map] = ['patch-verdicts', 'verdict-map'].map((id) => page.getByTestId(id));
  for (let time = 0; time < 2; time += 1) {
    await asked.check();
    await expect(map).toHaveCount(1);
    await expect(page.getByTestId('opinion')).not.toBeEmpty();
    await asked.uncheck();
    await expect(map).toHaveCount(0);
    await expect(page.getByTestId('opinion')).toBeEmpty();
  }
  // Of every stroke it is said how long it took, which nobody wants to hear.
  await expect(page.getByTestId('took')).toHaveText(/Made in \d+ ms on CPU\./);
  await expect(page.getByTestId('took')).not.toHaveAttribute('role');
});

test('a ring shows how wide the brush is, where there is one', async ({ page }) => {
  await openTranslate(page);
  const ring = page.getByTestId('ring');
  await page.getByTestId('tool-brush').click();
  for (const width of [16, 32]) {
    await page.getByTestId('brush-width').selectOption(`${width}`);
    await board(page).hover();
    await expect(ring).toBeVisible();
    const [sheet, found] = [await board(page).boundingBox(), await ring.boundingBox()];
    expect(Math.abs(found.width - (sheet.width * width) / 256)).toBeLessThan(1);
    expect(Math.abs(found.height - found.width)).toBeLessThan(1);
    // Around the pixel that the mouse is on.
    const middle = ({ x, y, width, height }) => [x + width / 2, y + height / 2];
    middle(found).forEach((place, axis) => expect(Math.abs(place - middle(sheet)[axis])).toBeLessThan(4));
    await page.mouse.move(0, 0);
    await expect(ring).toHaveCount(0);
  }
  await page.getByTestId('tool-rectangle').click();
  await board(page).hover();
  await draw(page, [0.4, 0.4], [0.6, 0.6]);
  await expect(ring).toHaveCount(0);
});

test('Alt and a click take up the colour that is there, and draw nothing', async ({ page }) => {
  await openTranslate(page);
  await page.getByTestId('clear').click();
  await current(page);
  const empty = await look(page);
  await page.getByTestId('swatch-shop').click();
  await draw(page, [0.3, 0.3], [0.7, 0.7]);
  await page.getByTestId('swatch-window').click();
  await page.getByTestId('tool-eraser').click();
  await board(page).click({ modifiers: ['Alt'] });
  await expect(page.getByTestId('swatch-shop')).toHaveAttribute('aria-pressed', 'true');
  await expect(page.getByTestId('tool-brush')).toHaveAttribute('aria-pressed', 'true');
  // The last that was done is the rectangle.
  await page.getByTestId('undo').click();
  await expect.poll(() => look(page)).toBe(empty);
});

test('whoever ends a picture with the keyboard, or asks for it once more, goes on from there', async ({ context, page }) => {
  await context.unroute(/\/engine\.js/);
  // It only says that it is slow: what is slow may be over all the same before it is looked at.
  await standIn(context, { took: 60_000 });
  await openTranslate(page);
  const letGo = await holdRequests(page, 'make');
  await draw(page, [0.2, 0.2], [0.4, 0.4]);
  const [cancel, retry] = ['cancel-button', 'retry-button'].map((id) => page.getByTestId(id));
  const place = page.locator('.results');
  await cancel.press('Enter');
  await expect(place).toBeFocused();
  await letGo();
  await expect(retry).toBeVisible();
  await page.keyboard.press('Tab');
  await expect(retry).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(place).toBeFocused();
  await current(page);
  await expect(retry).toHaveCount(0);
});
