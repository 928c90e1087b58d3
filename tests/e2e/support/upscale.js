// What the tests of super-resolution share.

import { fileURLToPath } from 'node:url';

/** The path of a picture in `tests/e2e/pictures`. */
export const picture = (name) => fileURLToPath(new URL(`../pictures/${name}`, import.meta.url));

export const choosePicture = (page, name) => page.getByTestId('photo-file').setInputFiles(picture(name));

/** Size and pixels of what is saved as PNG. */
export async function saved(page) {
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('save-png').click()]);
  const stream = await download.createReadStream();
  const parts = [];
  for await (const part of stream) {
    parts.push(part);
  }
  const url = `data:image/png;base64,${Buffer.concat(parts).toString('base64')}`;
  const decoded = await page.evaluate(async (url) => {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height);
    const on = canvas.getContext('2d');
    on.drawImage(image, 0, 0);
    return { width: image.width, height: image.height, data: Array.from(on.getImageData(0, 0, image.width, image.height).data) };
  }, url);
  return { name: download.suggestedFilename(), ...decoded };
}
