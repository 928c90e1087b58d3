// Photos that are translated, on an engine that turns colours over: sizes, refusals, both ways, there and back, the camera.

import { expect, test } from '../support/test.js';
import { frames, holdRequests, open } from '../support/page.js';
import { choosePicture as choose, makePicture, picture, saved, savedFile, stripes, unzip } from '../support/upscale.js';
import { current, pixelsOf, standIn } from '../support/translate.js';

async function take(page, model) {
  await page.getByTestId('model-select').selectOption(model);
  await expect(page.getByTestId('drop-here')).toBeVisible();
}

const translate = (page) => makePicture(page, 'translate-button');

test.beforeEach(async ({ context, page }) => {
  await standIn(context);
  await open(page, 'translate');
});

test('a photo of odd sides is translated in its own size, or in that which the model learned from', async ({ page }) => {
  const title = page.getByRole('heading', { level: 1 });
  await expect(title).toHaveText('Draw it, and it becomes a photo');
  await take(page, 'maps-aerial-to-map');
  await expect(title).toHaveText('A photo becomes another picture');
  await page.getByTestId('photo-file').setInputFiles(await stripes(page, 201, 133));
  await expect(page.getByTestId('estimate')).toContainText('193 × 128');
  await page.getByTestId('size-select').selectOption('0');
  await expect(page.getByTestId('estimate')).toContainText('201 × 133');
  await translate(page);
  const result = await saved(page);
  expect([result.name, result.width, result.height]).toEqual(['drawn-maps-aerial-to-map.png', 201, 133]);
  await page.getByTestId('size-select').selectOption('2');
  await expect(page.getByTestId('estimate')).toContainText('387 × 256');
  await expect(page.getByTestId('save-png')).toBeHidden();
  await translate(page);
  expect((await saved(page)).width).toBe(387);
});

test('the smallest and odd pictures are translated, transparent ones too', async ({ page }) => {
  await take(page, 'maps-aerial-to-map');
  for (const [name, size, expected] of [
    ['one-pixel.png', '1', [128, 128]],
    ['one-pixel.png', '0', [1, 1]],
    ['see-through.png', '0', [24, 16]],
    ['sixteen-bit.png', '0', [24, 16]],
  ]) {
    await page.getByTestId('size-select').selectOption(size);
    await choose(page, name);
    await expect(page.getByTestId('estimate')).toContainText(expected.join(' × '));
    await translate(page);
    const { width, height } = await saved(page);
    expect([width, height], name).toEqual(expected);
  }
});

test('what a network that sees all cannot take is refused in words, and a smaller size helps', async ({ page }) => {
  await take(page, 'maps-aerial-to-map');
  await page.getByTestId('photo-file').setInputFiles(await stripes(page, 8000, 6000));
  await expect(page.getByTestId('estimate')).toContainText('171 × 128', { timeout: 60_000 });
  await page.getByTestId('size-select').selectOption('0');
  await expect(page.getByTestId('refused')).toContainText('8000 × 6000', { timeout: 60_000 });
  await expect(page.getByTestId('translate-button')).toBeDisabled();
  await page.getByTestId('size-select').selectOption('4');
  await expect(page.getByTestId('estimate')).toContainText('683 × 512');
  await translate(page);
  await page.getByTestId('size-select').selectOption('1');
  await choose(page, 'long.png');
  await expect(page.getByTestId('refused')).toBeVisible();
});

test('cancelling takes less than a second', { tag: '@alone' }, async ({ context, page }) => {
  await context.unroute(/\/engine\.js/);
  await standIn(context, { pause: 400 });
  await open(page, 'translate');
  await take(page, 'twins');
  await page.getByTestId('size-select').selectOption('0');
  await page.getByTestId('photo-file').setInputFiles(await stripes(page, 64, 6400));
  await page.getByTestId('translate-button').click();
  await expect(page.getByTestId('tiles')).toContainText(/Tile [1-9]\d* of 100/);
  const start = Date.now();
  await page.getByTestId('cancel-button').click();
  await expect(page.getByTestId('tiles')).toBeHidden();
  expect(Date.now() - start).toBeLessThan(3000);
  await expect(page.getByTestId('translate-button')).toBeEnabled();
});

test('several photos become one zip', async ({ page }) => {
  await take(page, 'maps-aerial-to-map');
  await page.getByTestId('photo-file').setInputFiles(['plain.png', 'on-its-side.jpg'].map(picture));
  await page.getByTestId('batch-start').click();
  await expect(page.getByTestId('batch-count')).toHaveText('2 of 2 photos', { timeout: 60_000 });
  await expect(page.getByTestId('save-zip')).toBeEnabled();
  const files = unzip((await savedFile(page, 'save-zip')).bytes);
  expect(files.map((file) => file.name)).toEqual(['plain-maps-aerial-to-map.png', 'on-its-side-maps-aerial-to-map.png']);
});

test('several photos are translated in one way, and neither they nor a trip there and back end the other', async ({ context, page }) => {
  await context.unroute(/\/engine\.js/);
  await standIn(context, { replaces: true });
  await open(page, 'translate');
  await take(page, 'twins');
  await page.getByTestId('photo-file').setInputFiles(['plain.png', 'on-its-side.jpg'].map(picture));
  const error = page.getByTestId('cycle').getByTestId('cycle-error');
  await expect(error).toHaveText(/Off by/);
  const others = ['model-select', 'model-file', 'way-back', 'size-select', 'translate-button'];
  const letGo = await holdRequests(page, 'make');
  await page.getByTestId('batch-start').click();
  await expect(page.getByTestId('batch-stop')).toBeVisible();
  for (const id of others) {
    await expect(page.getByTestId(id), id).toBeDisabled();
  }
  // Not read out with every photo: what came of them is.
  await expect(page.getByTestId('batch-count')).not.toHaveAttribute('role');
  await expect(page.getByTestId('batch-end')).toBeEmpty();
  await expect(page.getByTestId('took')).not.toHaveAttribute('role');
  await page.getByTestId('trip-button').click();
  await expect(page.getByTestId('trip-cancel')).toBeVisible();
  await expect(error).not.toHaveText(/Off by/);
  await letGo();
  await expect(page.getByTestId('batch-count')).toHaveText('2 of 2 photos', { timeout: 60_000 });
  await expect(page.getByRole('status').filter({ hasText: '2 of 2 photos' })).toHaveCount(1);
  await expect(error).toHaveText(/Off by/);
  const files = unzip((await savedFile(page, 'save-zip')).bytes);
  expect(files.map((file) => file.name)).toEqual(['plain-twins.png', 'on-its-side-twins.png']);
  for (const id of others) {
    await expect(page.getByTestId(id), id).toBeEnabled();
  }
});

test('a face is cut out of a photo, with its own pixels', async ({ page }) => {
  await take(page, 'twins');
  await expect(page.getByTestId('cut-button')).toBeHidden();
  await page.getByTestId('size-select').selectOption('0');
  await choose(page, 'plain.png');
  await expect(page.getByText('from chin to crown')).toBeVisible();
  await translate(page);
  const whole = await saved(page);
  expect([whole.width, whole.height]).toEqual([24, 16]);
  // As far left as it goes.
  await page.getByTestId('cut-button').click();
  await page.getByTestId('crop').focus();
  for (let step = 0; step < 20; step += 1) {
    await page.keyboard.press('ArrowLeft');
  }
  await page.getByTestId('cut-take').click();
  await expect(page.getByTestId('estimate')).toContainText('16 × 16');
  await expect(page.getByTestId('crop')).toBeHidden();
  await translate(page);
  const part = await saved(page);
  expect([part.name, part.width, part.height]).toEqual([whole.name, 16, 16]);
  const left = Array.from({ length: 16 }, (_, row) => Array.from(whole.data.slice(row * 24 * 4, (row * 24 + 16) * 4))).flat();
  expect(Array.from(part.data)).toEqual(left);
  // Several photos are taken as they are.
  await page.getByTestId('photo-file').setInputFiles(['plain.png', 'on-its-side.jpg'].map(picture));
  await expect(page.getByTestId('cut-button')).toBeHidden();
});

test('a model that knows two ways goes both, and each is compared with the picture', async ({ page }) => {
  await take(page, 'twins');
  await page.getByTestId('size-select').selectOption('0');
  await choose(page, 'plain.png');
  await translate(page);
  await expect(page.getByTestId('right-select')).toHaveValue('twins');
  const there = await saved(page);
  await page.getByTestId('way-back').click();
  await translate(page);
  await expect(page.getByTestId('right-select')).toHaveValue('twins=back');
  await expect(page.getByTestId('right-select')).toContainText('Avatar → Face');
  const back = await saved(page);
  expect(back.name).toBe('plain-twins-back.png');
  expect(back.data).toEqual(there.data.map((value, at) => (at % 4 < 3 ? value & 0xf8 : value)));
  // A model of one way has no other.
  await page.getByTestId('model-select').selectOption('maps-aerial-to-map');
  await expect(page.getByTestId('way-back')).toBeHidden();
});

test('a face that is drawn late takes the place of no photo', async ({ context, page }) => {
  await standIn(context, { pause: 500 });
  await open(page, 'translate');
  await take(page, 'twins');
  await page.getByTestId('way-back').click();
  await page.getByTestId('draw-face').click();
  await choose(page, 'plain.png');
  await translate(page);
  expect((await saved(page)).name).toBe('plain-twins-back.png');
});

test('there and back, by itself: what is lost on the way is shown, and what the discriminators say', async ({ page }) => {
  await take(page, 'twins');
  await choose(page, 'plain.png');
  const cycle = page.getByTestId('cycle');
  await expect(cycle.getByTestId('cycle-error')).toHaveText(/Off by 0\.0\d\d on average/);
  await frames(page);
  const [given, made, again] = await Promise.all(['given', 'made', 'again'].map((id) => pixelsOf(cycle.getByTestId(id))));
  expect([given.width, given.height]).toEqual([96, 64]);
  expect(made.data).toEqual(given.data.map((value, at) => (at % 4 < 3 ? 255 - value : value)));
  expect(again.data).toEqual(given.data.map((value, at) => (at % 4 < 3 ? value & 0xf8 : value)));
  await page.getByTestId('cycle-verdicts').check();
  await expect(cycle.getByTestId('verdict-map')).toHaveCount(2);
  await expect(cycle).toContainText('75 %');
  // The other cycle begins with a picture of the other kind.
  await page.getByTestId('way-back').click();
  await page.getByTestId('trip-button').click();
  await expect(page.getByTestId('cycle-back').getByTestId('cycle-error')).toHaveText(/Off by/);
  await expect(cycle.getByTestId('cycle-error')).toHaveText(/Off by/);
  // Both stand in the same columns, and their captions begin at one height, however long they are.
  const edges = (found, edge) =>
    found.evaluateAll((all, edge) => all.map((one) => Math.round(one.getBoundingClientRect()[edge])), edge);
  const lefts = await edges(cycle.locator('.sheet'), 'left');
  expect(lefts).toHaveLength(4);
  expect(await edges(page.getByTestId('cycle-back').locator('.sheet'), 'left')).toEqual(lefts);
  expect(new Set(await edges(cycle.locator('figcaption'), 'top')).size).toBe(1);
});

test('a link says model and way, and nothing of a photo', async ({ page }) => {
  await take(page, 'twins');
  await choose(page, 'plain.png');
  await page.getByTestId('way-back').click();
  await page.getByTestId('share-button').click();
  await expect(page).toHaveURL(/translate\?v=1&model=twins-00000000&back=1$/);
  await page.reload();
  await expect(page.getByTestId('way-back')).toHaveAttribute('aria-pressed', 'true');
});

test('a browser without a camera is told so', async ({ page }) => {
  await take(page, 'twins');
  await page.getByTestId('camera-start').click();
  await expect(page.getByTestId('error-toast')).toContainText(/camera/);
  await expect(page.getByTestId('camera-start')).toBeEnabled();
});

/** A canvas in place of a camera: it is no camera's picture that is tested. */
const bringCamera = (page) =>
  page.evaluate(() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 240 });
    const on = canvas.getContext('2d');
    setInterval(() => {
      on.fillStyle = '#3070c0';
      on.fillRect(0, 0, 320, 240);
    }, 30);
    navigator.mediaDevices.getUserMedia = async () => (window.camera = canvas.captureStream());
  });

test('a camera that is there goes through the network, until it is stopped', async ({ page }) => {
  await bringCamera(page);
  await take(page, 'twins');
  await page.getByTestId('camera-start').click();
  await expect(page.getByTestId('live-took')).toContainText('on CPU');
  // Of two looks, the second may be at the next frame.
  const isTurned = async () => {
    const [given, made] = await Promise.all(['live-given', 'live-made'].map((id) => pixelsOf(page.getByTestId(id))));
    const isOpposite = (value, at) => made.data[at] === (at < 3 ? 255 - value : value);
    return given.width === 64 && given.height === 64 && given.data.slice(0, 4).every(isOpposite);
  };
  await expect.poll(isTurned).toBe(true);
  await page.getByTestId('camera-stop').click();
  await expect(page.getByTestId('camera-start')).toBeVisible();
  await expect.poll(() => page.evaluate(() => window.camera.active)).toBe(false);
  // The last picture is of the model and the way that its captions name.
  await expect(page.getByTestId('live')).toBeVisible();
  await page.getByTestId('way-back').click();
  await expect(page.getByTestId('live')).toHaveCount(0);
  await page.getByTestId('way-there').click();
  await expect(page.getByTestId('live')).toBeVisible();
  // Another model that draws leaves the camera alone.
  await page.getByTestId('model-select').selectOption('facades');
  await current(page);
});

test('the camera ends neither a photo that is translated nor one that goes there and back', async ({ context, page }) => {
  await context.unroute(/\/engine\.js/);
  await standIn(context, { pause: 60, replaces: true });
  await open(page, 'translate');
  await bringCamera(page);
  await take(page, 'twins');
  await page.getByTestId('size-select').selectOption('0');
  await page.getByTestId('photo-file').setInputFiles(await stripes(page, 64, 640));
  await page.getByTestId('camera-start').click();
  await expect(page.getByTestId('live-took')).toContainText('on CPU');
  await translate(page);
  expect((await saved(page)).height).toBe(640);
  await page.getByTestId('trip-button').click();
  await expect(page.getByTestId('cycle').getByTestId('cycle-error')).toHaveText(/Off by/);
  await expect(page.getByTestId('error-toast')).toHaveCount(0);
  await page.getByTestId('camera-stop').click();
});
