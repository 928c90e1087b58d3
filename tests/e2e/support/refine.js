// What tests of the page of refined pictures share: a stand-in for the engine turns brightness over, so that what is refined is known exactly.

import { expect } from './test.js';
import { frames, open } from './page.js';
import { entry, pixelsOf } from './translate.js';

export const NETWORKS = ['refiner', 'discriminator'];
const measured = (value) => ({ value, command: 'forger eval refine' });
export const REFINERS = [
  entry('refine-eyes', 'simgan', { lambda: 0.5 }, {
    networks: NETWORKS,
    metrics: { pupil_moved: measured(0.42), pupil_within_1_5: measured(0.91), realism_refined: measured(0.64), realism_wide_refined: measured(0.97) },
  }),
  entry('free', 'simgan', { lambda: 0.01 }, { networks: ['refiner'] }),
  entry('refine-digits', 'simgan', { image_height: 28, image_width: 28, displacement: 0.01 }, {
    networks: NETWORKS,
    metrics: { synthetic: measured(0.81), refined: measured(0.93), refined_spread: measured(0.005), real: measured(0.98), gap_closed: measured(0.7059) },
  }),
];

/** A file of the user's that the stand-in opens. */
export const modelFile = (name, config) => ({
  name: `${name}.safetensors`,
  mimeType: 'application/octet-stream',
  buffer: Buffer.from(JSON.stringify(entry(name, 'simgan', config, { networks: NETWORKS }).card)),
});

/** Waits until what is refined is the picture of the simulator, and drawn. */
export async function current(page, timeout = 60_000) {
  await expect(page.getByTestId('outcome')).toHaveAttribute('aria-busy', 'false', { timeout });
  await frames(page);
}

export async function openRefine(page, query = '') {
  await open(page, `refine${query && '?'}${query}`);
  await current(page);
}

/** What is known of the picture: gaze and pupil of an eye, the class of a digit. */
export async function known(page) {
  const text = await page.getByTestId('labels').innerText();
  const [yaw, pitch, x, y, openness] = text.match(/\d+(\.\d+)?/g).map(Number);
  const [left, down] = [/to the left|왼쪽/, /° down|아래/].map((word) => word.test(text));
  return { yaw: left ? -yaw : yaw, pitch: down ? -pitch : pitch, x, y, openness };
}

/** What is refined is the picture of the simulator, turned over. */
export async function expectRefined(page) {
  await current(page);
  await expect
    .poll(async () => {
      const [given, made] = [await pixelsOf(page.getByTestId('synthetic')), await pixelsOf(page.getByTestId('refined'))];
      return made.data.every((value, at) => value === (at % 4 < 3 ? 255 - given.data[at] : 255));
    })
    .toBe(true);
}
