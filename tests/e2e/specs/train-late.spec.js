// What the user is at on /train while something is on its way: it is neither held up nor folded away.

import { expect, test } from '../support/test.js';
import { afterTimers, answered, holdBack, open, watchWorker } from '../support/page.js';
import { LONG, begin, pause } from '../support/train.js';
import { savedFile } from '../support/upscale.js';

test.describe.configure({ timeout: 240_000 });

/** The choices of a new run, which fold away once one is open. */
const choices = (page) => page.getByTestId('fold-what');

test('a model to begin with that is slow to come holds up no run, and can be given up', async ({ page }) => {
  await open(page, 'train');
  const name = page.getByTestId('run-name-field');
  await name.fill('first');
  await begin(page, 1);
  await choices(page).locator('> summary').click();
  await page.getByTestId('begin-with').selectOption({ label: 'Threes, by encoder' });
  await name.fill('second');
  const files = await holdBack(page, '**/models/threes-*.safetensors');
  await page.getByTestId('begin').click();
  const cancel = page.getByTestId('cancel-opening');
  await expect(cancel).toBeVisible();
  await expect(page.getByTestId('begin')).toBeDisabled();
  await expect.poll(() => files.asked).toBe(1);
  await expect(page.getByTestId('run-name')).toHaveText('first');
  await pause(page);
  await cancel.click();
  await expect(cancel).toHaveCount(0);
  await expect(page.getByTestId('train-button')).toBeEnabled();
  // What was given up begins no run when it comes; what is asked for now does.
  await name.fill('third');
  await page.getByTestId('begin').click();
  await expect.poll(() => files.asked).toBe(2);
  files.release();
  await expect(page.getByTestId('run-name')).toHaveText('third', LONG);
  await expect(page.getByTestId('began-with')).toContainText('Threes');
  await expect(cancel).toHaveCount(0);
  await page.getByTestId('fold-runs').locator('> summary').click();
  await expect(page.getByTestId('runs').getByRole('row')).toHaveCount(2);
  await expect(page.getByTestId('runs')).toContainText('first');
});

test('the choices of the next run stay unfolded while the open one is saved and gets another rate', async ({ page }) => {
  await watchWorker(page);
  await open(page, 'train');
  await begin(page, 1);
  await pause(page);
  await expect(choices(page)).toHaveJSProperty('open', false);
  await choices(page).locator('> summary').click();
  await expect(choices(page)).toHaveJSProperty('open', true);
  await savedFile(page, 'save-checkpoint');
  await expect(choices(page)).toHaveJSProperty('open', true);
  await page.getByTestId('live-rate-discriminator_optimizer').fill('-4');
  // The run is told once the slider rests.
  await afterTimers(page, 400);
  await answered(page);
  await expect(choices(page)).toHaveJSProperty('open', true);
});
