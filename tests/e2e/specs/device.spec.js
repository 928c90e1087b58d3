// A browser without WebGPU.

import { expect, test } from '../support/test.js';
import { open } from '../support/page.js';
import { lab } from '../support/lab.js';

test('without WebGPU the badge says CPU, and WebGPU cannot be chosen', async ({ page }) => {
  await open(page, 'lab');
  await expect(page.getByTestId('device-badge')).toHaveText('CPU');
  await expect(page.getByTestId('device-choice').getByRole('option', { name: 'WebGPU' })).toBeDisabled();
  await lab(page).step.click();
  await expect(lab(page).stepsText).toHaveText('1');
  await expect(page.getByTestId('device-badge')).toHaveText('CPU');
});
