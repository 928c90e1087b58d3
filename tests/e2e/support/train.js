// What the tests of training in the tab share.

import { expect } from './test.js';
import { number } from './page.js';

// A step takes a fraction of a second, and other tests run beside.
export const LONG = { timeout: 120_000 };

export const steps = (page) => number(page.getByTestId('step-count'));

/** Begins what the form says, and waits for so many steps. */
export async function begin(page, least) {
  await page.getByTestId('begin').click();
  await expect.poll(() => steps(page), LONG).toBeGreaterThanOrEqual(least);
}

export async function pause(page) {
  await page.getByTestId('pause-button').click();
  await expect(page.getByTestId('train-button')).toBeEnabled(LONG);
  await expect(page.getByTestId('state')).toHaveText('Paused');
  return steps(page);
}

/** Waits until the browser is rid of the workers of tabs that are gone, and of what they held. */
export const released = (page) =>
  expect.poll(() => page.evaluate(async () => (await navigator.locks.query()).held.map(({ name }) => name))).toEqual([]);

/** Small pictures that all differ, as PNG files. */
export async function photos(page, count) {
  const urls = await page.evaluate((count) => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 90, height: 70 });
    const on = canvas.getContext('2d');
    return Array.from({ length: count }, (_, index) => {
      on.fillStyle = `hsl(${index * 37} 80% 50%)`;
      on.fillRect(0, 0, 90, 70);
      on.fillStyle = '#fff';
      on.fillRect(15 + 2 * (index % 30), 20, 12, 30 - Math.floor(index / 30));
      return canvas.toDataURL('image/png');
    });
  }, count);
  return urls.map((url) => Buffer.from(url.split(',')[1], 'base64'));
}

/** The same, to be chosen. */
export async function photoFiles(page, count) {
  const file = (buffer, index) => ({ name: `p${String(index).padStart(3, '0')}.png`, mimeType: 'image/png', buffer });
  return (await photos(page, count)).map(file);
}
