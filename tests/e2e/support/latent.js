// The pictures of the latent page.

import { expect } from '@playwright/test';
import { picture } from './page.js';

/** The grid of samples, once something is drawn in it and in the walk from A to B. */
export async function drawn(page) {
  const grid = page.getByTestId('sample-grid');
  for (const canvas of [grid, page.getByTestId('walk-strip')]) {
    await expect(canvas).toBeVisible();
    await expect.poll(async () => (await picture(canvas)).levels, { timeout: 60_000 }).toBeGreaterThan(32);
  }
  return grid;
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

/** The grey values of a canvas. */
export const greys = (canvas) =>
  canvas.evaluate((element) => {
    const { data } = element.getContext('2d').getImageData(0, 0, element.width, element.height);
    return Array.from(data.filter((_, index) => index % 4 === 0));
  });
