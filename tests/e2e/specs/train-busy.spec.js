// What is asked of /train while its worker is at something else, or is no more.

import { expect, test } from '../support/test.js';
import { breakWorker, makeBreakable } from '../support/gpu.js';
import { answered, holdRequests, open, watchWorker } from '../support/page.js';
import { LONG, begin, pause } from '../support/train.js';

test.describe.configure({ timeout: 240_000 });

const name = (page) => page.getByTestId('run-name');

test('while a run is being opened, the buttons of the one before do nothing to it', async ({ page }) => {
  await open(page, 'train');
  await page.getByTestId('run-name-field').fill('first');
  await begin(page, 2);
  await pause(page);
  await page.getByTestId('put-away').click();
  await expect(page.getByTestId('go-on-banner')).toContainText('first', LONG);
  await page.getByTestId('run-name-field').fill('second');
  await page.getByTestId('begin').click();
  await expect(name(page)).toHaveText('second', LONG);
  await pause(page);
  const buttons = ['train-button', 'step-d-button', 'reset-button', 'put-away', 'make-model', 'save-checkpoint'];
  const fields = ['stop-at', 'timeline', 'live-rate-discriminator_optimizer'];
  for (const id of [...buttons, ...fields]) {
    await expect(page.getByTestId(id), id).toBeEnabled();
  }
  const letGo = await holdRequests(page, 'resume');
  await page.getByTestId('fold-runs').locator('summary').click();
  await page.getByTestId('runs').getByTestId(/^go-on-/).click();
  await expect(page.getByTestId('cancel-opening')).toBeVisible();
  await expect(name(page)).toHaveText('second');
  for (const id of [...buttons, ...fields]) {
    await expect(page.getByTestId(id), id).toBeDisabled();
  }
  await letGo();
  await expect(name(page)).toHaveText('first', LONG);
  await expect(page.getByTestId('model-name')).toHaveValue('first');
  await expect(page.getByTestId('make-model')).toBeEnabled();
});

test('a run that is given up while it is opened leaves the one that is open', async ({ page }) => {
  await watchWorker(page);
  await open(page, 'train');
  await page.getByTestId('run-name-field').fill('first');
  await begin(page, 2);
  await pause(page);
  // Its pictures are there already: nothing is drawn before it is opened.
  await page.getByTestId('fold-what').locator('> summary').click();
  await page.getByTestId('run-name-field').fill('second');
  const letGo = await holdRequests(page, 'begin');
  await page.getByTestId('begin').click();
  await page.getByTestId('cancel-opening').click();
  await letGo();
  await expect(page.getByTestId('cancel-opening')).toHaveCount(0, LONG);
  // What lies on this machine is listed anew by then.
  await answered(page);
  await expect(name(page)).toHaveText('first');
  await expect(page.getByTestId('state')).toHaveText('Paused');
  await expect(page.getByTestId('train-button')).toBeEnabled();
  await expect(page.getByTestId('runs')).toHaveCount(0);
});

test('a run is weighed when what weighs is changed, and not with every letter of its name', async ({ page }) => {
  await page.addInitScript(() => {
    const { postMessage } = Worker.prototype;
    window.weighed = 0;
    Worker.prototype.postMessage = function post(...given) {
      window.weighed += given[0][0].body.payload?.run === 'weigh' ? 1 : 0;
      postMessage.apply(this, given);
    };
  });
  const weighed = () => page.evaluate(() => window.weighed);
  await open(page, 'train');
  const weight = page.getByTestId('weight');
  await expect(weight).toContainText('numbers to learn', LONG);
  const before = await weighed();
  await page.getByTestId('run-name-field').pressSequentially('digits');
  await page.getByTestId('system-superres').click();
  await expect(weight).toContainText('numbers to learn', LONG);
  expect(await weighed()).toBe(before + 1);
});

test('what a worker was at when it stopped is said, where it does not go on', async ({ page, complaints }) => {
  complaints.expect(/on purpose/);
  await makeBreakable(page.context());
  await open(page, 'train');
  await begin(page, 2);
  const letGo = await holdRequests(page, 'export');
  await page.getByTestId('make-model').click();
  await breakWorker(page, 'throw');
  const toasts = page.getByTestId('error-toast');
  await expect(toasts.filter({ hasText: 'before the model was made' })).toBeVisible(LONG);
  await letGo();
  await expect(page.getByTestId('make-model')).toBeEnabled(LONG);
  await expect(page.getByTestId('made')).toHaveCount(0);
});
