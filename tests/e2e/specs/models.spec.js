// The worker may close a model for want of memory. Whoever needs it does not notice.

import { expect, test } from '../support/test.js';
import { open } from '../support/page.js';
import { openLatent, settled } from '../support/latent.js';
import { made } from '../support/upscale.js';

test.beforeEach(async ({ page }) => {
  await page.addInitScript(() => {
    const { Worker } = window;
    window.Worker = class extends Worker {
      constructor(...settings) {
        super(...settings);
        window.engineWorker = this;
      }
    };
  });
});

/** Has the worker close a model, and waits until it has. The page did not ask, and does not know. */
const close = (page, name) =>
  page.evaluate(
    (name) =>
      new Promise((resolve) => {
        const id = 4_000_000_000;
        const listener = ({ data: [{ id: of }] }) => {
          if (of === id) {
            window.engineWorker.removeEventListener('message', listener);
            resolve();
          }
        };
        window.engineWorker.addEventListener('message', listener);
        window.engineWorker.postMessage([{ id, body: { kind: 'model', payload: { model: 'close', with: { name } } } }]);
      }),
    name,
  );

test('codes are drawn by a model that was closed', async ({ page }) => {
  const grid = await openLatent(page, 'model=digits&seed=2');
  const before = await settled(grid);
  const seed = page.getByTestId('seed-input');
  await seed.fill('3');
  await seed.blur();
  await expect.poll(() => settled(grid)).not.toBe(before);
  await close(page, 'digits');
  await seed.fill('2');
  await seed.blur();
  await expect.poll(() => settled(grid)).toBe(before);
  await expect(page.getByTestId('error-toast')).toHaveCount(0);
});

test('a picture is made larger by a model that was closed', async ({ page }) => {
  await open(page, 'upscale');
  const first = await made(page);
  await close(page, await page.getByTestId('model-select').inputValue());
  expect(await made(page)).toEqual(first);
  await expect(page.getByTestId('error-toast')).toHaveCount(0);
});

test('a page that is left closes what it had open', async ({ page }) => {
  const requests = [];
  await page.exposeFunction('asked', (request) => requests.push(request));
  await page.addInitScript(() => {
    const { postMessage } = Worker.prototype;
    Worker.prototype.postMessage = function (message, ...rest) {
      window.asked(JSON.stringify(message[0].body));
      return postMessage.call(this, message, ...rest);
    };
  });
  await openLatent(page, 'model=digits&seed=2');
  await page.getByRole('link', { name: 'Lab', exact: true }).first().click();
  const closing = JSON.stringify({ kind: 'model', payload: { model: 'close', with: { name: 'digits' } } });
  await expect.poll(() => requests).toContain(closing);
});
