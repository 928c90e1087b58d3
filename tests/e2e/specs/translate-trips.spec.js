// Photos that wait for each other, on an engine that gives up one for the next: trips there and back, what is painted or drawn to begin
// with, and files that are no photos.

import fs from 'node:fs/promises';

import { expect, test } from '../support/test.js';
import { dropFiles, holdFiles, holdRequests, open } from '../support/page.js';
import { choosePicture as choose, picture, saved, stripes } from '../support/upscale.js';
import { STAND_INS, entry, pixelsOf, standIn } from '../support/translate.js';

async function begin(context, page, model, settings = {}) {
  await standIn(context, { replaces: true, ...settings });
  await open(page, 'translate');
  await page.getByTestId('model-select').selectOption(model);
  await expect(page.getByTestId('drop-here')).toBeVisible();
}

async function translated(page) {
  await expect(page.getByTestId('took')).toContainText(/\d m?s on/, { timeout: 60_000 });
}

/** How many pictures the worker is asked for, from now on. */
async function countMakes(page) {
  await page.evaluate(() => {
    const { postMessage } = Worker.prototype;
    window.makes = 0;
    Worker.prototype.postMessage = function post(...given) {
      window.makes += given[0][0].body.payload?.picture === 'make' ? 1 : 0;
      return postMessage.apply(this, given);
    };
  });
  return () => page.evaluate(() => window.makes);
}

const error = (page, cycle = 'cycle') => page.getByTestId(cycle).getByTestId('cycle-error');

test('a trip that waits for its turn is given up, and asks for nothing when that comes', async ({ context, page }) => {
  await begin(context, page, 'twins');
  await page.getByTestId('size-select').selectOption('0');
  // Too long to go there and back by itself.
  await page.getByTestId('photo-file').setInputFiles(await stripes(page, 64, 640));
  const makes = await countMakes(page);
  const letGo = await holdRequests(page, 'make');
  await page.getByTestId('translate-button').click();
  await expect(page.getByTestId('tiles')).toContainText('Tile');
  await page.getByTestId('trip-button').press('Enter');
  await expect(page.getByTestId('trip-cancel')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('trip-button')).toBeFocused();
  await letGo();
  await translated(page);
  // What waited before this one would have been asked for by now.
  await page.getByTestId('way-back').click();
  await page.getByTestId('translate-button').click();
  await expect(page.getByTestId('right-select')).toHaveValue('twins=back');
  await translated(page);
  expect(await makes()).toBe(2);
});

test('a photo that is translated while one goes there and back ends nothing', async ({ context, page }) => {
  await begin(context, page, 'twins');
  const letGo = await holdRequests(page, 'make');
  await choose(page, 'plain.png');
  await expect(page.getByTestId('trip-cancel')).toBeVisible();
  await page.getByTestId('translate-button').click();
  await expect(page.getByTestId('tiles')).toHaveText('waiting');
  await letGo();
  await translated(page);
  await expect(error(page)).toHaveText(/Off by/);
  expect((await saved(page)).name).toBe('plain-twins.png');
});

test('a translation that waits is given up, and leaves the focus where it was', async ({ context, page }) => {
  await begin(context, page, 'twins');
  const letGo = await holdRequests(page, 'make');
  await choose(page, 'plain.png');
  await page.getByTestId('translate-button').click();
  await page.getByTestId('cancel-button').press('Enter');
  await expect(page.getByTestId('tiles')).toBeHidden();
  await expect(page.locator('.progress-row')).toBeFocused();
  await letGo();
  await expect(error(page)).toHaveText(/Off by/);
  await expect(page.getByTestId('save-png')).toHaveCount(0);
});

test('what is judged when a trip is given up is not shown', async ({ context, page }) => {
  await begin(context, page, 'twins');
  const letGo = await holdRequests(page, 'judge');
  await choose(page, 'plain.png');
  await expect(error(page)).toHaveText(/Off by/);
  await page.getByTestId('cycle-verdicts').check();
  await page.getByTestId('trip-cancel').click();
  await expect(page.getByTestId('trip-button')).toBeVisible();
  await letGo();
  // It is answered after the judge.
  await page.getByTestId('translate-button').click();
  await translated(page);
  await expect(page.getByTestId('verdict-map')).toHaveCount(0);
  await page.getByTestId('trip-button').click();
  await expect(page.getByTestId('cycle').getByTestId('verdict-map')).toHaveCount(2);
});

test('a large photo goes there and back smaller, and that is said', async ({ context, page }) => {
  await begin(context, page, 'twins');
  await expect(page.getByTestId('learned')).toContainText('64 × 64 pixels');
  await page.getByTestId('size-select').selectOption('0');
  await page.getByTestId('photo-file').setInputFiles(await stripes(page, 1100, 1000));
  await expect(page.getByTestId('estimate')).toContainText('1100 × 1000');
  await page.getByTestId('trip-button').click();
  await expect(page.getByTestId('trip-smaller')).toContainText('70 × 64');
  await expect(error(page)).toHaveText(/Off by/);
  await page.getByTestId('size-select').selectOption('1');
  await expect(page.getByTestId('trip-smaller')).toHaveCount(0);
});

test('beside what was made of it a photo is as sharp as it was opened', async ({ context, page }) => {
  await begin(context, page, 'maps-aerial-to-map');
  // In 128 pixels, columns of five are grey.
  const bytes = await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(1280, 1280);
    const on = canvas.getContext('2d');
    on.fillRect(0, 0, 1280, 1280);
    on.fillStyle = '#fff';
    for (let x = 0; x < 1280; x += 10) {
      on.fillRect(x, 0, 5, 1280);
    }
    return Array.from(new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer()));
  });
  await page.getByTestId('photo-file').setInputFiles({ name: 'columns.png', mimeType: 'image/png', buffer: Buffer.from(bytes) });
  await expect(page.getByTestId('estimate')).toContainText('128 × 128');
  // How far the lightest and the darkest are apart, where the line between both is not.
  const contrast = () =>
    page.getByTestId('viewer').evaluate((canvas) => {
      const [x, width] = [0.6, 0.3].map((share) => Math.round(share * canvas.width));
      const { data } = canvas.getContext('2d').getImageData(x, Math.round(canvas.height / 4), width, 1);
      const levels = data.filter((_, at) => at % 4 === 0);
      return Math.max(...levels) - Math.min(...levels);
    });
  // Near enough for its pixels.
  await page.getByTestId('zoom').fill('2');
  await expect.poll(contrast).toBeGreaterThan(200);
  await page.getByTestId('translate-button').click();
  await translated(page);
  await page.getByTestId('line').fill('0');
  await expect.poll(contrast).toBeLessThan(150);
  await page.getByTestId('line').fill('1');
  await expect.poll(contrast).toBeGreaterThan(200);
});

test('a photo that is being read is there although no face could be drawn', async ({ context, page }) => {
  await begin(context, page, 'twins', { draws: false });
  await page.getByTestId('way-back').click();
  const file = await holdFiles(page, 'plain.png');
  await page.getByTestId('photo-file').setInputFiles(picture('plain.png'));
  await file.asked();
  await page.getByTestId('draw-face').click();
  await expect(page.getByTestId('error-toast')).toContainText('no pencil');
  await file.letGo();
  await expect(page.getByTestId('estimate')).toContainText('96 × 64');
});

test('nothing is translated while a face is drawn that would take its place', async ({ context, page }) => {
  await begin(context, page, 'twins');
  await page.getByTestId('way-back').click();
  await choose(page, 'plain.png');
  const start = page.getByTestId('translate-button');
  await expect(start).toBeEnabled();
  // The stand-in draws once another picture is to be made.
  await page.getByTestId('draw-face').click();
  await expect(start).toBeDisabled();
  // A photo that is opened is there instead.
  await choose(page, 'on-its-side.jpg');
  await expect(page.getByTestId('estimate')).toContainText('64 × 96');
  await expect(start).toBeEnabled();
});

const PALETTE = ['ground', 'road', 'main road', 'park', 'water', 'highway', 'building'];
const PAINTER = entry(
  'maps-map-to-aerial-light',
  'pix2pix',
  { image_size: 128, generator: { network: 'unet', depth: 7, width: 16 } },
  {
    networks: ['generator', 'discriminator'],
    domains: ['map', 'aerial photo'],
    palette: PALETTE.map((name, at) => ({ name, color: [at * 30, 200, 100] })),
  },
);

test('who has no aerial photo takes one that another model paints, another one each time', async ({ context, page }) => {
  await begin(context, page, 'maps-aerial-to-map', { models: [...STAND_INS, PAINTER] });
  const names = [];
  for (let count = 0; count < 2; count += 1) {
    await page.getByTestId('paint').click();
    await expect(page.getByTestId('took')).toBeEmpty();
    await expect(page.getByTestId('estimate')).toContainText('128 × 128');
    await page.getByTestId('translate-button').click();
    await translated(page);
    const { name, data } = await saved(page);
    // What turned the colours of the drawing over turns them back.
    expect(PALETTE.map((_, at) => at * 30)).toContain(data[0]);
    names.push(name);
  }
  expect(names.every((name) => name.endsWith('-maps-aerial-to-map.png'))).toBe(true);
  expect(new Set(names).size).toBe(2);
  // For one that wants faces there is none to be had.
  await page.getByTestId('model-select').selectOption('twins');
  await expect(page.getByTestId('paint')).toHaveCount(0);
});

test('weights of PyTorch are told what makes a model of them, wherever they are dropped', async ({ context, page }, info) => {
  await begin(context, page, 'twins');
  const file = { name: 'latest_net_G.pth', mimeType: '', buffer: Buffer.from('PK') };
  const toast = page.getByTestId('error-toast').filter({ hasText: 'forger import FILE.pth --arch pix2pix|cyclegan' });
  for (const place of ['model-file', 'photo-file']) {
    await page.getByTestId(place).setInputFiles(file);
    await expect(toast).toHaveCount(1);
    await toast.getByRole('button').click();
    await expect(toast).toHaveCount(0);
  }
  // And a model that is dropped is opened.
  const path = info.outputPath('mine.safetensors');
  await fs.writeFile(path, JSON.stringify({ ...STAND_INS[2].card, name: 'mine' }));
  await dropFiles(page, page.getByTestId('drop-here'), [path]);
  await expect(page.getByTestId('model-select')).toHaveValue('mine');
});

test('whoever cuts with the keyboard stays at it', async ({ context, page }) => {
  await begin(context, page, 'twins');
  await choose(page, 'plain.png');
  const part = page.getByRole('region', { name: 'Cut out a part' });
  await page.getByTestId('cut-button').press('Enter');
  await expect(page.getByTestId('crop')).toBeVisible();
  await expect(part).toBeFocused();
  await page.getByTestId('cut-cancel').press('Enter');
  await expect(page.getByTestId('crop')).toHaveCount(0);
  await expect(part).toBeFocused();
  await page.getByTestId('cut-button').press('Enter');
  await page.getByTestId('cut-take').press('Enter');
  await expect(page.getByTestId('estimate')).toContainText('64 × 64');
  await expect(part).toBeFocused();
  await expect.poll(async () => (await pixelsOf(page.getByTestId('cycle').getByTestId('given'))).width).toBe(64);
});
