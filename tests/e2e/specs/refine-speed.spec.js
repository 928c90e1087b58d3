// How fast the models of the site refine in the tab: what is measured is told, and only what is far off fails.

import { expect, test } from '../support/test.js';
import { number } from '../support/page.js';
import { current, openRefine } from '../support/refine.js';

/** Pictures that are timed. */
const TIMES = 20;

for (const [simulator, slider] of [['eyes', 'slider-yaw'], ['digits', 'slider-turn']]) {
  test(`${simulator} are refined within a moment`, { tag: '@alone' }, async ({ page }) => {
    await openRefine(page, `simulator=${simulator}&seed=3`);
    await expect(page.getByTestId('model-select')).toHaveValue(`refine-${simulator}`);
    const times = [];
    // The first one compiles.
    for (let time = 0; time <= TIMES; time += 1) {
      await page.getByTestId(slider).fill(String(time - 10));
      await current(page);
      await expect(page.getByTestId('took')).toHaveText(/in \d+ ms on CPU/);
      times.push(await number(page.getByTestId('took')));
    }
    const sorted = times.slice(1).sort((a, b) => a - b);
    const median = sorted[TIMES / 2];
    const description = `${simulator}: median of ${TIMES} pictures ${median} ms, longest ${sorted.at(-1)} ms`;
    test.info().annotations.push({ type: 'measured', description });
    expect(median).toBeLessThan(200);
  });
}
