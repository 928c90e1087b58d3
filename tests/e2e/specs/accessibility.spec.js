// What axe can find, on every page, light and dark, wide and narrow; and what it cannot: where the focus goes, and what is read out.

import { AxeBuilder } from '@axe-core/playwright';

import { expect, test } from '../support/test.js';
import { open } from '../support/page.js';
import { LONG, photoFiles } from '../support/train.js';
import { entry, standIn } from '../support/translate.js';
import { savedFile } from '../support/upscale.js';

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
    test.setTimeout(600_000);
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const route of ROUTES) {
      await open(page, route);
      // A page is a part of the program of its own, which may come after the engine.
      await expect(page.getByRole('heading', { level: 1 }), `/${route}`).toBeVisible();
      const { violations, passes } = await new AxeBuilder({ page }).analyze();
      expect(passes.length, 'axe looked at something').toBeGreaterThan(10);
      const faults = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
      expect(faults, `/${route}`).toEqual([]);
    }
  });
}

test('whoever uses the keyboard keeps the place where something is asked or renamed', async ({ page }) => {
  await open(page, 'train');
  await page.getByTestId('add-pictures').click();
  await page.getByTestId('set-name').fill('one');
  await page.getByTestId('set-side').selectOption('32');
  await page.getByTestId('set-files').setInputFiles(await photoFiles(page, 4));
  await expect(page.getByTestId('report')).toHaveText('Pictures in one: 4. Files left out: 0.', LONG);
  const [sets, { keyboard }] = [page.getByTestId('sets'), page];
  const button = (name) => sets.getByRole('button', { name, exact: true });
  const [remove, yes] = [button('Delete: one'), page.getByTestId(/^delete-set-.*-yes$/)];
  // The question is closed by its button, or by Escape, wherever the focus is.
  for (const [way, key] of [[['Tab', 'Tab'], 'Enter'], [['Tab'], 'Escape'], [[], 'Escape']]) {
    await remove.focus();
    await keyboard.press('Enter');
    await expect(yes).toBeVisible();
    for (const step of way) {
      await keyboard.press(step);
    }
    await keyboard.press(key);
    await expect(yes).toHaveCount(0);
    await expect(remove).toBeFocused();
  }
  await button('Rename one').focus();
  const field = page.getByTestId(/^name-set-/);
  await keyboard.press('Enter');
  await expect(field).toBeFocused();
  await keyboard.press('Escape');
  await expect(field).toHaveCount(0);
  await expect(button('Rename one')).toBeFocused();
  await keyboard.press('Enter');
  await field.fill('two');
  await keyboard.press('Enter');
  await expect(button('Rename two')).toBeFocused();
  await expect(field).toHaveCount(0);
  // Of a list that is gone, the part of the page that it was in has the focus.
  await button('Delete: two').press('Enter');
  await yes.press('Enter');
  await expect(sets).toHaveCount(0);
  await expect(page.getByTestId('fold-pictures').locator(':scope > summary')).toBeFocused();
});

const REFINER = entry('refine-eyes', 'simgan', { lambda: 0.5 }, { networks: ['refiner'] });

/** Opens the page of a refiner that takes so many milliseconds for each picture. */
async function openRefiner(context, page, pause) {
  await standIn(context, { models: [REFINER], pause });
  await open(page, 'refine');
  await expect(page.getByTestId('outcome')).toHaveAttribute('aria-busy', 'false');
}

test('a button that begins something and ends it keeps the focus', async ({ context, page }) => {
  await openRefiner(context, page, 60);
  await page.getByTestId('set-count').fill('5000');
  await page.getByTestId('set-count').blur();
  await page.getByTestId('set-start').press('Enter');
  await expect(page.getByTestId('set-stop')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('set-start')).toBeFocused();
});

test('a note stays while it is read, and goes afterwards', async ({ context, page }) => {
  await openRefiner(context, page, 5);
  // It stands still but for what the test lets pass.
  await page.clock.install();
  await page.clock.pauseAt(Date.now() + 60_000);
  await page.getByTestId('share-button').click();
  const note = page.getByTestId('note-toast');
  // It is announced by what it comes into, once.
  await expect(page.locator('.toasts [aria-live="polite"] > [data-testid="note-toast"]:not([role])')).toHaveCount(1);
  await note.hover();
  await page.clock.fastForward(6000);
  await expect(note).toBeVisible();
  await page.mouse.move(0, 0);
  await note.getByRole('button').focus();
  await page.clock.fastForward(6000);
  await expect(note).toBeVisible();
  await note.getByRole('button').blur();
  await page.clock.fastForward(6000);
  await expect(note).toHaveCount(0);
});

test('what is said of each picture is not read out, and what came of all is', async ({ context, page }) => {
  await openRefiner(context, page, 5);
  await expect(page.getByTestId('set-progress')).not.toHaveAttribute('role');
  await page.getByTestId('set-count').fill('3');
  await page.getByTestId('set-count').blur();
  await savedFile(page, 'set-start');
  await expect(page.getByRole('status').filter({ hasText: 'Pictures in it: 3' })).toHaveCount(1);
});
