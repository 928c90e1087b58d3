// The camera of photos: which one is asked for, how near it looks, and what is kept of it. A canvas is in its place, and an engine that
// turns colours over.

import { expect, test } from '../support/test.js';
import { holdRequests, open } from '../support/page.js';
import { makePicture, saved } from '../support/upscale.js';
import { colourAt, pixelsOf, standIn } from '../support/translate.js';

const INNER = [48, 112, 192];
const OUTER = [200, 40, 40];

/** A camera that sees a square of one colour, half as high as all that it sees, in the middle of another. */
const bringCamera = (page) =>
  page.evaluate(
    ([inner, outer]) => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 240 });
      const on = canvas.getContext('2d');
      setInterval(() => {
        on.fillStyle = `rgb(${outer})`;
        on.fillRect(0, 0, 320, 240);
        on.fillStyle = `rgb(${inner})`;
        on.fillRect(100, 60, 120, 120);
      }, 30);
      window.asked = [];
      navigator.mediaDevices.getUserMedia = async ({ video }) => {
        window.asked.push(video.facingMode);
        return canvas.captureStream();
      };
    },
    [INNER, OUTER],
  );

const asked = (page) => page.evaluate(() => window.asked);
const given = (page, place) => colourAt(page.getByTestId('live-given'), place);
/** Whether two colours are one, but for what a video loses. */
const isLike = (a, b) => a.every((value, at) => Math.abs(value - b[at]) < 30);

test.beforeEach(async ({ context, page }) => {
  await standIn(context);
  await open(page, 'translate');
  await bringCamera(page);
});

async function begin(page, model) {
  await page.getByTestId('model-select').selectOption(model);
  await page.getByTestId('camera-start').click();
  await expect(page.getByTestId('live-took')).toContainText('on CPU');
}

test('every model of photos has a camera, and that of faces looks at whoever is there', async ({ page }) => {
  await begin(page, 'maps-aerial-to-map');
  await expect.poll(async () => (await pixelsOf(page.getByTestId('live-given'))).width).toBe(128);
  await expect(page.getByTestId('live')).not.toHaveClass(/mirrored/);
  await expect(page.getByTestId('camera-file')).toHaveAttribute('capture', 'environment');
  expect(await asked(page)).toEqual(['environment']);
  // The other side is asked for where it is on.
  await page.getByTestId('model-select').selectOption('twins');
  await expect(page.getByTestId('camera-file')).toHaveAttribute('capture', 'user');
  await expect.poll(() => asked(page)).toEqual(['environment', 'user']);
  await expect.poll(async () => (await pixelsOf(page.getByTestId('live-given'))).width).toBe(64);
  await expect(page.getByTestId('live')).toHaveClass(/mirrored/);
  await page.getByTestId('camera-stop').click();
  await expect(page.getByTestId('camera-zoom')).toHaveCount(0);
});

test('a face is brought near, and a frame is kept as a photo', async ({ page }) => {
  await begin(page, 'twins');
  await expect.poll(async () => isLike(await given(page, [0.1, 0.1]), OUTER)).toBe(true);
  await page.getByTestId('camera-zoom').fill('2');
  await expect.poll(async () => isLike(await given(page, [0.1, 0.1]), INNER)).toBe(true);
  await page.getByTestId('size-select').selectOption('0');
  await page.getByTestId('camera-keep').click();
  // With its own pixels.
  await expect(page.getByTestId('estimate')).toContainText('120 × 120');
  // What the camera sees goes there all the time; what was kept waits for whoever wants it.
  await page.getByTestId('size-select').selectOption('1');
  await expect(page.getByTestId('estimate')).toContainText('64 × 64');
  await expect(page.getByTestId('cycle')).toHaveClass(/waiting/);
  await makePicture(page, 'translate-button');
  const { name, data } = await saved(page);
  expect(name).toBe('camera-twins.png');
  expect(isLike(Array.from(data.slice(0, 3)), INNER.map((value) => 255 - value))).toBe(true);
  await page.getByTestId('camera-stop').click();
});

test('who cancels the model that the camera waits for stops the camera, and may start it again', async ({ page }) => {
  const letGo = await holdRequests(page, 'fetch');
  await page.getByTestId('model-select').selectOption('maps-aerial-to-map');
  await page.getByTestId('camera-start').click();
  await page.getByTestId('cancel-button').click();
  await letGo();
  await expect(page.getByTestId('camera-start')).toBeVisible();
  await expect(page.getByTestId('cancel-button')).toHaveCount(0);
  await expect(page.getByTestId('live')).toHaveCount(0);
  await page.getByTestId('camera-start').click();
  await expect(page.getByTestId('live-took')).toContainText('on CPU');
});
