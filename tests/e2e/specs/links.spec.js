// What is chosen on a page before it is known what its link names: it stays, and the link is forgotten.

import { expect, test } from '../support/test.js';
import { answered, engineReady, holdBack, open, watchWorker } from '../support/page.js';

test('/train: a system and its settings, while the models of the site are on their way', async ({ page }) => {
  await watchWorker(page);
  const list = await holdBack(page, '**/models/manifest.json');
  await open(page, 'train?model=threes');
  await expect.poll(() => list.asked).toBeGreaterThan(0);
  // What lies on this machine is known by then.
  await answered(page);
  await page.getByTestId('system-superres').click();
  await expect(page).toHaveURL(/\/train$/);
  await page.getByTestId('fold-settings').locator('> summary').click();
  const batch = page.getByTestId('set-batch');
  await batch.fill('12');
  await batch.blur();
  list.release();
  await expect(page.locator('option[value^="site:superres-light-x4-"]')).toHaveCount(1);
  await answered(page);
  await expect(page.getByTestId('system-superres')).toHaveAttribute('aria-pressed', 'true');
  await expect(page.getByTestId('checkpoint')).toHaveCount(0);
  await expect(batch).toHaveValue('12');
});

test('/upscale: a model, while those of this machine are on their way', async ({ page }) => {
  await watchWorker(page);
  const script = await holdBack(page, '**/engine.js');
  // No model of the site: it may be one of this machine.
  await page.goto('upscale?model=nobody');
  const select = page.getByTestId('model-select');
  await select.selectOption('superres-full-x4');
  await expect(page).toHaveURL(/\/upscale$/);
  script.release();
  await engineReady(page);
  await answered(page);
  await expect(select).toHaveValue('superres-full-x4');
  await expect(page.getByTestId('error-toast')).toHaveCount(0);
});
