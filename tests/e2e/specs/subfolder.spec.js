// The page in a folder of a site, as project pages are.

import { expect, test } from '../support/test.js';
import { engineReady, open } from '../support/page.js';
import { drawn } from '../support/latent.js';
import { openUpscale } from '../support/upscale.js';

test.use({ baseURL: process.env.FORGER_SUB_URL });

test('every page, a reload and the engine work below a folder', async ({ page }) => {
  await open(page, '');
  await expect(page).toHaveURL(/\/sub\/$/);
  await page.getByRole('navigation').getByRole('link', { name: 'Lab' }).click();
  await expect(page).toHaveURL(/\/sub\/lab$/);
  await page.getByTestId('data-select').selectOption('grid');
  await expect(page).toHaveURL(/\/sub\/lab\?data=grid$/);
  await page.reload();
  await engineReady(page);
  await expect(page.getByTestId('data-select')).toHaveValue('grid');
  await page.getByTestId('step-button').click();
  await expect(page.getByTestId('step-count')).toHaveText('1');
});

test('weights load from below the folder, and a shared link stays there', async ({ page }) => {
  await open(page, 'latent');
  await drawn(page);
  await page.getByTestId('share-button').click();
  await expect(page).toHaveURL(/\/sub\/latent\?v=1&model=/);
});

test('a photo to begin with comes from below the folder', async ({ page }) => {
  await openUpscale(page);
  await page.getByTestId('example-coffee').click();
  await expect(page.getByTestId('estimate')).toContainText('180 × 120');
});

test('an address below the folder where nothing is says so', async ({ page }) => {
  await open(page, 'no/such/page');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('No such page');
  await page.getByRole('link', { name: 'To the start' }).click();
  await expect(page).toHaveURL(/\/sub\/$/);
});
