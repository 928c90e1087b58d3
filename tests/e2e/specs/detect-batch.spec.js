// What stays of a batch with another model, and what neither comes late nor stays for good.

import { expect, test } from '../support/test.js';
import { CROSS, beside, draw, judged, openZeros } from '../support/detect.js';
import { answered, holdFiles, leave, watchWorker } from '../support/page.js';
import { picture } from '../support/upscale.js';

const BOTH = ['ring.png', 'cross.png'].map(picture);
const count = (page) => page.getByTestId('batch-count');
const mark = (page, name) => page.getByRole('checkbox', { name: `${name} is strange indeed` });

test('marks outlive the model, which others judge when they are asked to, and are not lost unasked', async ({ page }) => {
  await openZeros(page);
  await page.getByTestId('photo-file').setInputFiles(BOTH);
  await expect(count(page)).toContainText('2 of 2 judged', { timeout: 60_000 });
  await mark(page, 'cross.png').check();
  await page.getByTestId('model-select').selectOption('threes');
  await expect(count(page)).toContainText('0 of 2 judged');
  await expect(mark(page, 'cross.png')).toBeChecked();
  await expect(mark(page, 'ring.png')).not.toBeChecked();
  await page.getByTestId('batch-go-on').click();
  await expect(count(page)).toContainText('2 of 2 judged', { timeout: 60_000 });
  await expect(page.getByTestId('roc-of')).toContainText('1 marked as strange, 1 not');

  await page.getByTestId('photo-file').setInputFiles(BOTH);
  await expect(page.getByTestId('replace')).toContainText('what you marked would be lost');
  await page.getByTestId('replace-no').click();
  await expect(page.getByTestId('replace')).toHaveCount(0);
  await expect(mark(page, 'cross.png')).toBeChecked();
  await page.getByTestId('photo-file').setInputFiles(BOTH);
  await page.getByTestId('replace-yes').click();
  await expect(mark(page, 'cross.png')).not.toBeChecked();
  await expect(count(page)).toContainText('2 of 2 judged', { timeout: 60_000 });
});

/** Takes another model as soon as the third of the pictures that come is searched for. What this gives waits until it has been. */
async function takeInTheMidst(page, model) {
  const taken = await page.evaluateHandle((model) => {
    const { postMessage } = Worker.prototype;
    let left = 3;
    const taken = new Promise((done) => {
      const take = () => {
        const select = document.querySelector('[data-testid=model-select]');
        select.value = model;
        select.dispatchEvent(new Event('change', { bubbles: true }));
        done();
      };
      Worker.prototype.postMessage = function post(...given) {
        postMessage.apply(this, given);
        left -= given[0][0].body.payload?.latent === 'detect' ? 1 : 0;
        if (left === 0) {
          Worker.prototype.postMessage = postMessage;
          // Once the page has done what it does with a request.
          queueMicrotask(take);
        }
      };
    });
    return { taken };
  }, model);
  return () => taken.evaluate(({ taken }) => taken);
}

test('another model in the midst of a batch leaves no score of the last one', async ({ page }) => {
  await openZeros(page);
  const taken = await takeInTheMidst(page, 'sneakers');
  await page.getByTestId('photo-file').setInputFiles(Array.from({ length: 8 }, () => picture('cross.png')));
  await taken();
  await expect(count(page)).toContainText('0 of 8 judged');
  await expect(page.getByTestId('batch-go-on')).toBeEnabled();
  // The sample that the sheet begins with: the search that was under way has ended by then.
  await judged(page);
  await expect(count(page)).toContainText('0 of 8 judged');
  await page.getByTestId('batch-go-on').click();
  await expect(count(page)).toContainText('8 of 8 judged', { timeout: 110_000 });
});

test('why a file was not read pushes no mark off the screen', async ({ page }) => {
  await openZeros(page);
  await page.getByTestId('photo-file').setInputFiles(['cross.png', 'truncated.png'].map(picture));
  await expect(count(page)).toContainText(/^2 of 2 judged, \d strange, 1 not read/, { timeout: 60_000 });
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 844 });
    const beyond = ({ scrollWidth, clientWidth }) => scrollWidth - clientWidth;
    expect(await page.locator('.rows').evaluate(beyond), `${width} pixels wide`).toBeLessThanOrEqual(1);
  }
});

test('what was said of a picture is not said of what is drawn on it', async ({ page }) => {
  await openZeros(page);
  await draw(page, CROSS[0]);
  await judged(page);
  const { x, y, width, height } = await page.getByTestId('board').boundingBox();
  await page.mouse.move(x + 0.8 * width, y + 0.2 * height);
  await page.mouse.down();
  await page.mouse.move(x + 0.2 * width, y + 0.8 * height);
  for (const id of ['verdict', 'beside', 'numbers']) {
    await expect(page.getByTestId(id)).toBeEmpty();
  }
  const sheets = page.locator(':is(.made, .where) .sheet');
  await expect(sheets).toHaveClass([/old/, /old/]);
  await page.mouse.up();
  await judged(page);
  await expect(sheets).toHaveClass([/^sheet\s*$/, /^sheet\s*$/]);
});

/** Clears the sheet in the moment in which the page tells how far the search is, or that it is over. */
const clearWhileSearching = (page) =>
  page.evaluate(
    () =>
      new Promise((done) => {
        const find = (id) => document.querySelector(`[data-testid=${id}]`);
        const look = () => {
          if (/^Searching|normal pictures/.test(find('beside').textContent)) {
            find('clear').click();
            done();
          } else {
            requestAnimationFrame(look);
          }
        };
        look();
      }),
  );

test('a search whose picture is cleared away leaves nothing behind', async ({ page }) => {
  await watchWorker(page);
  await openZeros(page);
  for (let time = 0; time < 5; time += 1) {
    await draw(page, CROSS[0]);
    await clearWhileSearching(page);
    await answered(page);
    await expect(beside(page)).toContainText('Draw something');
  }
});

test('a picture that is decoded late neither covers a newer one nor disturbs the page after this one', async ({ page }) => {
  await openZeros(page);
  const ring = await holdFiles(page, 'ring.png');
  const file = page.getByTestId('photo-file');
  await file.setInputFiles(picture('ring.png'));
  await ring.asked();
  await file.setInputFiles(picture('cross.png'));
  await judged(page);
  await ring.letGo();
  await judged(page);
  await expect(page.getByTestId('verdict')).toHaveText('Strange');
  // Nor does it go to the sheet of another model.
  await file.setInputFiles(picture('ring.png'));
  await ring.asked();
  await page.getByTestId('model-select').selectOption('threes');
  await ring.letGo();
  await file.setInputFiles(picture('ring.png'));
  await ring.asked();
  await leave(page);
  await ring.letGo();
});

test('a stroke whose pointer is taken away is one, and the next can be drawn', async ({ page }) => {
  await openZeros(page);
  const sheet = page.getByTestId('board');
  await sheet.scrollIntoViewIfNeeded();
  const { x, y, width } = await sheet.boundingBox();
  const pen = (type, at) =>
    sheet.dispatchEvent(type, { pointerId: 11, button: 0, clientX: x + at * width, clientY: y + at * width });
  await pen('pointerdown', 0.2);
  await pen('pointermove', 0.8);
  await pen('lostpointercapture', 0.8);
  await judged(page);
  await draw(page, CROSS[1]);
  const undo = page.getByTestId('undo');
  await undo.click();
  await expect(undo).toBeEnabled();
  await undo.click();
  await expect(undo).toBeDisabled();
  await expect(beside(page)).toContainText('Draw something');
});
