// The pictures of the latent page.

import { expect } from '@playwright/test';
import { open, picture } from './page.js';

/** A canvas, once something is drawn in it. */
export async function shown(canvas, timeout = 60_000) {
  await expect(canvas).toBeVisible({ timeout });
  await expect.poll(async () => (await picture(canvas)).levels, { timeout }).toBeGreaterThan(32);
  return canvas;
}

/** The grid of samples, once something is drawn in it. */
export const drawn = (page) => shown(page.getByTestId('sample-grid'));

/** Opens a link of the latent page and waits for its samples. */
export async function openLatent(page, query = '') {
  await open(page, `latent${query && '?'}${query}`);
  return drawn(page);
}

/**
 * Fingerprint of a canvas that has stopped changing. Of the latent page, each canvas says whether pictures are on their way to it; of
 * others, two looks must agree.
 */
export async function settled(canvas) {
  await shown(canvas);
  if ((await canvas.getAttribute('aria-busy')) !== null) {
    await expect(canvas).toHaveAttribute('aria-busy', 'false', { timeout: 60_000 });
    return (await picture(canvas)).sha256;
  }
  let before = '';
  await expect
    .poll(async () => {
      const now = (await picture(canvas)).sha256;
      const same = now === before;
      before = now;
      return same;
    }, { intervals: [700], timeout: 60_000 })
    .toBe(true);
  return before;
}

/** Each picture of a canvas: fingerprint, brightness, and brightness along its edge. */
export const cells = (canvas, columns, rows) =>
  canvas.evaluate(
    async (element, [columns, rows]) => {
      const context = element.getContext('2d');
      const [width, height] = [element.width / columns, element.height / rows];
      const found = [];
      for (let index = 0; index < columns * rows; index += 1) {
        const [x, y] = [(index % columns) * width, Math.floor(index / columns) * height];
        const { data } = context.getImageData(x, y, width, height);
        const grey = data.filter((_, at) => at % 4 === 0);
        const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', data));
        const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
        const onEdge = (_, at) => at < width || at >= width * (height - 1) || at % width === 0;
        found.push({
          sha256: hash.join('.'),
          mean: mean(grey),
          brightest: Math.max(...grey),
          edge: mean(grey.filter(onEdge)),
        });
      }
      return found;
    },
    [columns, rows],
  );

/** Red, green and blue of every pixel of a canvas. */
export const colours = (canvas) =>
  canvas.evaluate((element) => {
    const { data } = element.getContext('2d').getImageData(0, 0, element.width, element.height);
    return Array.from(data.filter((_, index) => index % 4 < 3));
  });

/** Where the middle of a sample is on the grid. */
export async function place(grid, index) {
  const { width, height } = await grid.boundingBox();
  return { x: ((index % 8) + 0.5) * (width / 8), y: (Math.floor(index / 8) + 0.5) * (height / 8) };
}

/** A sample of the grid as a PNG, as large as a photo. */
export async function photoOf(grid, index, side = 640) {
  const url = await grid.evaluate(
    (element, [index, side]) => {
      const cell = element.width / 8;
      const canvas = Object.assign(document.createElement('canvas'), { width: side, height: side });
      const context = canvas.getContext('2d');
      context.imageSmoothingEnabled = false;
      context.drawImage(element, (index % 8) * cell, Math.floor(index / 8) * cell, cell, cell, 0, 0, side, side);
      return canvas.toDataURL('image/png');
    },
    [index, side],
  );
  return { name: 'face.png', mimeType: 'image/png', buffer: Buffer.from(url.split(',')[1], 'base64') };
}
