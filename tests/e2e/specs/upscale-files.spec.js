// What files the page of super-resolution takes and gives, and what it says of those that it cannot.

import fs from 'node:fs/promises';
import path from 'node:path';

import { expect, test } from '../support/test.js';
import { dropFiles, holdFiles, watchNotes } from '../support/page.js';
import { choosePicture as choose, enlarge, openUpscale, picture, pixels, saved, savedFile, unzip } from '../support/upscale.js';

const photoFile = (page) => page.getByTestId('photo-file');
const row = (page, index) => page.getByTestId('batch').getByRole('listitem').nth(index);
const toast = (page, text) => expect(page.getByTestId('error-toast').filter({ hasText: text })).toBeVisible();

/** A picture of the tests, as bytes: files by path and by bytes cannot be chosen together. */
const copied = async (name) => ({ name, mimeType: '', buffer: await fs.readFile(picture(name)) });

/** A PNG file of what is drawn: `fill` is the colour of a picture of `colorSpace`, of a disc in it where that is wanted. */
const drawn = async (page, name, size, fill, { colorSpace = 'srgb', isDisc = false } = {}) => {
  const bytes = await page.evaluate(
    async ([[width, height], fill, colorSpace, isDisc]) => {
      const canvas = new OffscreenCanvas(width, height);
      const on = canvas.getContext('2d', { colorSpace });
      on.fillStyle = fill;
      if (isDisc) {
        on.arc(width / 2, height / 2, Math.min(width, height) / 3.3, 0, 7);
        on.fill();
      } else {
        on.fillRect(0, 0, width, height);
      }
      return Array.from(new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer()));
    },
    [size, fill, colorSpace, isDisc],
  );
  return { name, mimeType: 'image/png', buffer: Buffer.from(bytes) };
};

/** Makes all photos of a batch larger, and gives the files of the zip. */
async function batch(page, done) {
  await page.getByTestId('batch-start').click();
  await expect(page.getByTestId('batch-count')).toContainText(`${done} of`, { timeout: 60_000 });
  await expect(page.getByTestId('save-zip')).toBeEnabled();
  return unzip((await savedFile(page, 'save-zip')).bytes);
}

test.beforeEach(async ({ page }) => {
  await openUpscale(page);
  await page.getByTestId('model-select').selectOption('=bicubic');
});

test('what is transparent is white in a JPEG, and that is said', async ({ page }) => {
  await choose(page, 'plain.png');
  await enlarge(page);
  const notes = await watchNotes(page);
  const said = expect.stringContaining('JPEG has no transparency');
  await savedFile(page, 'save-jpeg');
  expect(await notes()).not.toContainEqual(said);
  await choose(page, 'see-through.png');
  await enlarge(page);
  const { bytes } = await savedFile(page, 'save-jpeg');
  await expect.poll(notes).toContainEqual(said);
  // It is clear at the top.
  const { data } = await pixels(page, bytes, 'jpeg');
  expect(Math.min(...data.slice(0, 96 * 4))).toBeGreaterThan(240);
  const white = await pixels(page, (await savedFile(page, 'save-png')).bytes, 'png', '#fff');
  const unlike = white.data.reduce((sum, value, index) => sum + Math.abs(value - data[index]), 0) / data.length;
  expect(unlike).toBeLessThan(3);
});

test('a disc on nothing has no edge when it is laid on its own colour', async ({ page }) => {
  for (const model of ['=bicubic', 'superres-light-x4']) {
    for (const [fill, level] of [
      ['#fff', 255],
      ['#808080', 128],
    ]) {
      await test.step(`${model}, ${fill}`, async () => {
        await choose(page, await drawn(page, `${level}.png`, [33, 33], fill, { isDisc: true }));
        await expect(page.getByTestId('estimate')).toContainText('33 × 33');
        await enlarge(page, model);
        const { bytes } = await savedFile(page, 'save-png');
        const { data } = await pixels(page, bytes, 'png', fill);
        expect(Math.max(...data.map((value, index) => (index % 4 < 3 ? Math.abs(value - level) : 0)))).toBeLessThan(6);
      });
    }
  }
});

test('what is too long for WebP is told before, and is saved as PNG', async ({ page }) => {
  const long = await drawn(page, 'long.png', [4100, 4], '#36c');
  await photoFile(page).setInputFiles(long);
  await enlarge(page);
  await expect(page.getByTestId('too-long')).toHaveText(/WebP holds at most 16383 .* 16400 × 16: PNG instead/);
  await expect(page.getByTestId('save-webp')).toBeDisabled();
  expect((await saved(page)).width).toBe(16_400);
  await photoFile(page).setInputFiles([long, await copied('plain.png')]);
  await page.getByTestId('batch-kind').selectOption('WebP');
  const files = await batch(page, 2);
  await expect(row(page, 0)).toContainText('WebP holds at most');
  await expect(row(page, 1)).toHaveText('plain.pngdone');
  await expect(page.getByTestId('too-long')).toBeHidden();
  expect(files.map((file) => file.name)).toEqual(['long-bicubic.png', 'plain-bicubic.webp']);
  expect(files[0].bytes.readUInt32BE(16)).toBe(16_400);
  expect(files[1].bytes.toString('latin1', 8, 12)).toBe('WEBP');
});

test('a browser that writes PNG for WebP names it so and says it', async ({ page }) => {
  await page.evaluate(() => {
    const { toBlob } = HTMLCanvasElement.prototype;
    HTMLCanvasElement.prototype.toBlob = function (give) {
      toBlob.call(this, give, 'image/png');
    };
  });
  await choose(page, 'on-its-side.jpg');
  await enlarge(page);
  const notes = await watchNotes(page);
  const { name, bytes } = await savedFile(page, 'save-webp');
  expect([name, bytes.toString('latin1', 1, 4)]).toEqual(['on-its-side-bicubic.png', 'PNG']);
  await expect.poll(notes).toContainEqual(expect.stringContaining('does not write WebP: the file is a PNG'));
  await photoFile(page).setInputFiles([picture('plain.png'), picture('on-its-side.jpg')]);
  await page.getByTestId('batch-kind').selectOption('WebP');
  expect((await batch(page, 2)).map((file) => file.name)).toEqual(['plain-bicubic.png', 'on-its-side-bicubic.png']);
  await expect(row(page, 0)).toContainText('does not write WebP');
});

test('a picture that a browser does not write is told with its reason', async ({ page }) => {
  await page.evaluate(() => {
    HTMLCanvasElement.prototype.toBlob = function (give, kind) {
      if (kind === 'image/webp') {
        throw new Error('the pen is broken');
      }
      give(null);
    };
  });
  await choose(page, 'plain.png');
  await enlarge(page);
  await page.getByTestId('save-webp').click();
  await toast(page, 'could not save this as WebP: the pen is broken');
  await page.getByTestId('save-jpeg').click();
  await toast(page, 'did not write 96 × 64 as JPEG');
  await expect(page.getByText('no memory')).toBeHidden();
});

test('a folder that is dropped opens with the pictures in it, and one without is told', async ({ page }, info) => {
  const folder = info.outputPath('photos');
  await fs.mkdir(path.join(folder, 'inner'), { recursive: true });
  await fs.mkdir(info.outputPath('letters'));
  for (const name of ['plain.png', 'inner/plain.png', 'inner/.hidden.png']) {
    await fs.copyFile(picture('plain.png'), path.join(folder, name));
  }
  await fs.writeFile(info.outputPath('letters/notes.txt'), 'no picture');
  const drop = (files) => dropFiles(page, page.getByTestId('drop-here'), files);
  await drop([info.outputPath('letters')]);
  await toast(page, 'There is no picture in the folder letters.');
  await drop([folder, picture('on-its-side.jpg')]);
  await expect(page.getByTestId('batch-count')).toHaveText('0 of 3 photos');
  const names = ['on-its-side-bicubic.png', 'plain-bicubic.png', 'plain-bicubic (2).png'];
  expect((await batch(page, 3)).map((file) => file.name)).toEqual(names);
});

test('colours that a canvas has not are told, and are what the browser shows', async ({ page }) => {
  const wide = await drawn(page, 'wide.png', [24, 16], 'color(display-p3 0.4 0.6 0.3)', { colorSpace: 'display-p3' });
  await photoFile(page).setInputFiles(wide);
  await expect(page.getByTestId('wide')).toContainText('beyond sRGB');
  await enlarge(page);
  const [shown, made] = [await pixels(page, wide.buffer), await saved(page)];
  for (let channel = 0; channel < 3; channel++) {
    expect(Math.abs(made.data[channel] - shown.data[channel])).toBeLessThan(2);
  }
  await photoFile(page).setInputFiles([picture('sixteen-bit.png'), picture('plain.png')]);
  await expect(page.getByTestId('deep')).toContainText('more than 8 bits');
  await expect(page.getByTestId('wide')).toBeHidden();
  await batch(page, 2);
  await expect(row(page, 0)).toContainText('more than 8 bits');
  await expect(row(page, 1)).toHaveText('plain.pngdone');
});

// What is under the name of a picture, and what is said of it.
const IMPOSTORS = [
  ['photo.heic', '\0\0\0\x18ftypheic\0\0\0\0mif1heic', /HEIC photo.*Open this page in Safari, or save the photo as JPEG/],
  ['page.jpg', '\n<!DOCTYPE html>\n<html><body>Not found</body></html>', /is a web page/],
  ['nothing.png', '', /is empty/],
  ['scan.jpg', 'II*\0\x08\0\0\0', /TIFF\/RAW, which this browser does not read/],
  ['drawing.png', '<svg xmlns="http://www.w3.org/2000/svg"/>', /SVG, which this browser does not read/],
  ['cut.webp', 'RIFF\x10\0\0\0WEBPVP8 ', /is a WebP, but .*cut short, damaged or too large/],
];

test('a file that is no picture here is told what it is and what to do', async ({ page }, info) => {
  const files = IMPOSTORS.map(([name, text]) => ({ name, mimeType: '', buffer: Buffer.from(text, 'latin1') }));
  for (const [index, [name, , said]] of IMPOSTORS.entries()) {
    await photoFile(page).setInputFiles(files[index]);
    await expect(page.getByTestId('error-toast').filter({ hasText: name })).toContainText(said);
  }
  // As files of a batch, and one that is gone when its turn comes.
  const gone = info.outputPath('gone.png');
  await fs.copyFile(picture('plain.png'), gone);
  await photoFile(page).setInputFiles([picture('plain.png'), gone]);
  await fs.rm(gone);
  await batch(page, 1);
  await expect(row(page, 1)).toContainText('can no longer be read');
  await photoFile(page).setInputFiles([...files, await copied('plain.png')]);
  expect((await batch(page, 1)).map((file) => file.name)).toEqual(['plain-bicubic.png']);
  for (const [index, [, , said]] of IMPOSTORS.entries()) {
    await expect(row(page, index)).toContainText(said);
  }
});

test('no work is begun on a photo that another is about to replace', async ({ page }) => {
  await openUpscale(page);
  await choose(page, 'plain.png');
  const button = page.getByTestId('upscale-button');
  await expect(button).toBeEnabled();
  const late = await holdFiles(page, 'on-its-side.jpg');
  await page.getByTestId('photo-file').setInputFiles(picture('on-its-side.jpg'));
  await late.asked();
  await expect(button).toBeDisabled();
  await late.letGo();
  await expect(page.getByTestId('estimate')).toContainText('64 × 96');
  await expect(button).toBeEnabled();
  // One that does not come lets go of the one that is there.
  await choose(page, 'truncated.png');
  await expect(page.getByTestId('error-toast')).toContainText('truncated.png');
  await expect(button).toBeEnabled();
});
