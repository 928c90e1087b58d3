// What the tests of super-resolution share.

import { fileURLToPath } from 'node:url';

import { expect } from './test.js';
import { holdFiles, open } from './page.js';

/** The path of a picture in `tests/e2e/pictures`. */
export const picture = (name) => fileURLToPath(new URL(`../pictures/${name}`, import.meta.url));

/** A file of stripes and a disc, drawn by the browser. */
export async function stripes(page, width, height, name = 'drawn.png') {
  const bytes = await page.evaluate(
    async ([width, height]) => {
      const canvas = new OffscreenCanvas(width, height);
      const on = canvas.getContext('2d');
      for (let x = 0; x < width; x += 7) {
        on.fillStyle = `hsl(${x * 3} 70% 50%)`;
        on.fillRect(x, 0, 4, height);
      }
      on.fillStyle = '#fff';
      on.arc(width / 2, height / 2, Math.min(width, height) / 3, 0, 7);
      on.fill();
      const blob = await canvas.convertToBlob();
      return Array.from(new Uint8Array(await blob.arrayBuffer()));
    },
    [width, height],
  );
  return { name, mimeType: 'image/png', buffer: Buffer.from(bytes) };
}

/** Waits for the models of the page: until they are listed there is only bicubic interpolation. */
export const listed = (page) => expect(page.getByTestId('model-select')).not.toHaveValue('=bicubic');

export async function openUpscale(page) {
  await open(page, 'upscale');
  await listed(page);
}

/** Opens a picture of the tests, or a file, and waits until the page has read it: what is there until then is of the one before. */
export async function choosePicture(page, given) {
  const name = given.name ?? given;
  const file = await holdFiles(page, name);
  await page.getByTestId('photo-file').setInputFiles(given.name ? given : picture(name));
  await file.asked();
  await file.letGo();
  await file.end();
}

/** Name and bytes of what a button saves. */
export async function savedFile(page, button) {
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId(button).click()]);
  const stream = await download.createReadStream();
  const parts = [];
  for await (const part of stream) {
    parts.push(part);
  }
  return { name: download.suggestedFilename(), bytes: Buffer.concat(parts) };
}

/** Makes a small picture larger with the chosen model. Its pixels, as they are saved. */
export async function made(page) {
  await listed(page);
  await choosePicture(page, 'plain.png');
  await enlarge(page);
  return (await saved(page)).data;
}

/** Makes the picture that is open larger, with another model if one is named. */
export async function enlarge(page, model) {
  if (model) {
    await page.getByTestId('model-select').selectOption(model);
  }
  await makePicture(page, 'upscale-button');
}

/** Presses what makes a picture, and waits for it: until then the button is off, and what is said may be of the one before. */
export async function makePicture(page, button) {
  await page.getByTestId(button).click();
  await expect(page.getByTestId(button)).toBeEnabled({ timeout: 90_000 });
  await expect(page.getByTestId('took')).toContainText(/\d m?s on/);
}

/** Size and pixels of the bytes of a picture, laid on a colour if one is named. */
export async function pixels(page, bytes, kind = 'png', on = 'transparent') {
  const url = `data:image/${kind};base64,${bytes.toString('base64')}`;
  return page.evaluate(
    async ([url, colour]) => {
      const image = new Image();
      image.src = url;
      await image.decode();
      const { width, height } = image;
      const on = new OffscreenCanvas(width, height).getContext('2d');
      on.fillStyle = colour;
      on.fillRect(0, 0, width, height);
      on.drawImage(image, 0, 0);
      return { width, height, data: Array.from(on.getImageData(0, 0, width, height).data) };
    },
    [url, on],
  );
}

/** Name, size and pixels of what is saved as PNG. */
export async function saved(page) {
  const { name, bytes } = await savedFile(page, 'save-png');
  return { name, ...(await pixels(page, bytes)) };
}

/** Name and bytes of the files in a zip that are stored as they are. */
export function unzip(zip) {
  const files = [];
  // The end of the directory says where it begins and how much is in it.
  const end = zip.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  let at = zip.readUInt32LE(end + 16);
  for (let count = zip.readUInt16LE(end + 10); count > 0; count--) {
    const [size, name, extra, comment] = [zip.readUInt32LE(at + 24), ...[28, 30, 32].map((place) => zip.readUInt16LE(at + place))];
    const start = zip.readUInt32LE(at + 42);
    const data = start + 30 + zip.readUInt16LE(start + 26) + zip.readUInt16LE(start + 28);
    files.push({ name: zip.toString('utf8', at + 46, at + 46 + name), bytes: zip.subarray(data, data + size) });
    at += 46 + name + extra + comment;
  }
  return files;
}
