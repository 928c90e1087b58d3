// What axe can find, on every page, light and dark, wide and narrow.

import { AxeBuilder } from '@axe-core/playwright';

import { expect, test } from '../support/test.js';
import { open } from '../support/page.js';

const ROUTES = [
  '',
  'lab',
  'lab?data=banana',
  'lab?data=pair&step=0&show=real,fake,walk',
  'latent',
  'latent?tab=edit&base=1.5',
  'latent?tab=walk&walk=1.1,1.5&closed=1',
  'latent?tab=photo',
  'translate',
  'refine',
  'refine?simulator=digits',
  'detect',
  'upscale',
  'models',
  'train',
  'no/such/page',
];

// A fault of colours is one at every width, and a fault of the layout in every light.
for (const [colorScheme, width] of [['light', 390], ['dark', 1440]]) {
  test(`no page has a fault that axe knows, ${colorScheme}, ${width} pixels`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const route of ROUTES) {
      await open(page, route);
      const { violations, passes } = await new AxeBuilder({ page }).analyze();
      expect(passes.length, 'axe looked at something').toBeGreaterThan(10);
      const faults = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
      expect(faults, `/${route}`).toEqual([]);
    }
  });
}
