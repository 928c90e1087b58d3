// Translation with the models of the site, in the engine as it is.

import { fileURLToPath } from 'node:url';

import { expect, test } from '../support/test.js';
import { breakWorker, makeBreakable } from '../support/gpu.js';
import { frames, holdBack, leave, open } from '../support/page.js';
import { choosePicture as choose, makePicture, saved } from '../support/upscale.js';
import { colourAt, current, draw, openTranslate, pixelsOf } from '../support/translate.js';

/** A CycleGAN that turns red discs into blue ones. */
const DISCS = fileURLToPath(new URL('../fixtures/discs.safetensors', import.meta.url));

const result = (page) => page.getByTestId('result');

test.describe('facades', () => {
  test('a front of a house is there at once, and what is drawn on it changes it there', async ({ page }) => {
    await openTranslate(page);
    await expect(page.getByTestId('model-select')).toHaveValue('facades');
    const before = await pixelsOf(result(page));
    expect([before.width, before.height]).toEqual([256, 256]);
    expect(new Set(before.data).size, 'it is a photo, not a drawing').toBeGreaterThan(100);
    await page.getByTestId('swatch-shop').click();
    await draw(page, [0.2, 0.2], [0.4, 0.4]);
    await current(page);
    const after = await pixelsOf(result(page));
    // The network sees all of the drawing, so little changes everywhere, and much where something was drawn.
    const change = (isThere) => {
      let [sum, count] = [0, 0];
      for (let at = 0; at < after.data.length; at += 1) {
        const [x, y] = [((at >> 2) % 256) / 256, (at >> 10) / 256];
        if (at % 4 < 3 && isThere(x, y)) {
          sum += Math.abs(after.data[at] - before.data[at]);
          count += 1;
        }
      }
      return sum / count;
    };
    const here = change((x, y) => x > 0.2 && x < 0.4 && y > 0.2 && y < 0.4);
    const far = change((x, y) => x > 0.7 || y > 0.7);
    expect(here).toBeGreaterThan(8);
    expect(here).toBeGreaterThan(4 * far);
  });

  test('it goes on in another worker', async ({ context, page, complaints }) => {
    complaints.expect(/on purpose/);
    await makeBreakable(context);
    await openTranslate(page);
    await breakWorker(page, 'throw');
    await draw(page, [0.5, 0.5], [0.7, 0.7]);
    await expect(page.getByTestId('error-toast')).toContainText('started again on the CPU');
    await current(page);
  });
});

test('an aerial photo of odd sides becomes a map of the same size', async ({ page }) => {
  await open(page, 'translate?model=maps-aerial-to-map');
  await expect(page.getByText('About this model: Aerial photo → Map')).toBeVisible();
  await page.getByTestId('size-select').selectOption('0');
  await choose(page, 'on-its-side.jpg');
  await makePicture(page, 'translate-button');
  const { width, height } = await saved(page);
  await expect(page.getByTestId('estimate')).toContainText(`${width} × ${height}`);
});

test('a file of one’s own waits for no model of the site that is on its way', async ({ page }) => {
  const files = await holdBack(page, '**/models/maps-aerial-to-map-*.safetensors');
  await open(page, 'translate?model=maps-aerial-to-map');
  await choose(page, 'plain.png');
  await page.getByTestId('translate-button').click();
  await expect(page.getByTestId('tiles')).toContainText('Loading the model');
  await expect.poll(() => files.asked).toBe(1);
  await page.getByTestId('model-file').setInputFiles(DISCS);
  await expect(page.getByTestId('model-select')).toHaveValue('discs');
  await makePicture(page, 'translate-button');
  expect((await saved(page)).name).toBe('plain-discs.png');
  await expect(page.getByTestId('error-toast')).toHaveCount(0);
  files.release();
});

test('a CycleGAN of a file goes there and back, and its discriminators judge', async ({ page }) => {
  await open(page, 'translate');
  await page.getByTestId('model-file').setInputFiles(DISCS);
  await expect(page.getByTestId('model-select')).toHaveValue('discs');
  const disc = await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(32, 32);
    const on = canvas.getContext('2d');
    on.fillRect(0, 0, 32, 32);
    on.fillStyle = '#f00';
    on.arc(16, 16, 8, 0, 7);
    on.fill();
    return Array.from(new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer()));
  });
  await page.getByTestId('photo-file').setInputFiles({ name: 'disc.png', mimeType: 'image/png', buffer: Buffer.from(disc) });
  const cycle = page.getByTestId('cycle');
  await expect(cycle.getByTestId('cycle-error')).toHaveText(/Off by 0\.[01]\d\d on average/, { timeout: 60_000 });
  await frames(page);
  // Red becomes blue, and red again.
  const [made, again] = [await colourAt(cycle.getByTestId('made'), [0.5, 0.5]), await colourAt(cycle.getByTestId('again'), [0.5, 0.5])];
  expect(made[2]).toBeGreaterThan(made[0] + 50);
  expect(again[0]).toBeGreaterThan(again[2] + 50);
  await page.getByTestId('cycle-verdicts').check();
  await expect(cycle.getByTestId('verdict-map')).toHaveCount(2);
});

test('the way back from drawn faces begins with one that is drawn, another one each time', async ({ page }) => {
  await open(page, 'translate?model=faces-to-avatars');
  await expect(page.getByTestId('model-select')).toHaveValue('faces-to-avatars');
  await expect(page.getByTestId('draw-face')).toBeHidden();
  await page.getByTestId('way-back').click();
  const made = [];
  for (let face = 0; face < 2; face += 1) {
    await page.getByTestId('draw-face').click();
    await expect(page.getByTestId('took')).toBeHidden();
    await makePicture(page, 'translate-button');
    made.push(await saved(page));
  }
  const [first, second] = made;
  expect([first.width, first.height]).toEqual([64, 64]);
  expect(first.name).toMatch(/^avatars-\d+-faces-to-avatars-back\.png$/);
  expect(first.name).not.toBe(second.name);
  expect(first.data).not.toEqual(second.data);
});

test('a face that is ready when the page was left goes nowhere', async ({ page }) => {
  await open(page, 'translate?model=faces-to-avatars');
  await page.getByTestId('way-back').click();
  // The browser writes its file when it is told to.
  await page.evaluate(() => {
    const { toBlob } = HTMLCanvasElement.prototype;
    HTMLCanvasElement.prototype.toBlob = function write(give, ...how) {
      window.write = () =>
        new Promise((done) => {
          toBlob.call(this, (blob) => done(give(blob)), ...how);
        });
    };
  });
  await page.getByTestId('draw-face').click();
  await expect.poll(() => page.evaluate(() => Boolean(window.write))).toBe(true);
  await leave(page);
  // A page that fails at it complains.
  await page.evaluate(() => window.write());
  await expect(page.getByTestId('train-button')).toBeVisible();
});
