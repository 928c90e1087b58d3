// Without a network: what a visitor has used once works, and nothing is mixed.

import { expect, test } from '../support/test.js';
import { drawn } from '../support/latent.js';
import { open } from '../support/page.js';

const ROUTES = ['', 'lab', 'latent', 'translate', 'upscale', 'refine', 'detect', 'train', 'models'];

test.use({ serviceWorkers: 'allow' });

/** Waits until all files of this version are kept, and the page is answered by what keeps them. */
async function kept(page) {
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true);
}

test('after a visit every page works without a network, with the models that were used', async ({ page, context, complaints }) => {
  await open(page, '');
  await kept(page);
  // Its model is kept as it is used.
  await open(page, 'latent');
  await drawn(page);
  const models = () => page.evaluate(async () => (await (await caches.open('forger-models')).keys()).length);
  await expect.poll(models).toBe(1);

  // Models that were not used are missed, and said to be.
  complaints.expect(/ERR_INTERNET_DISCONNECTED|Failed to (load|fetch)/);
  await context.setOffline(true);
  for (const route of ROUTES) {
    await open(page, route);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  }
  await open(page, 'latent');
  await drawn(page);
  await open(page, '');
  await expect(page.getByTestId('step-count')).not.toHaveText('0');
});

test('with a network the page is asked for anew, and what is kept is for the time without', async ({ page, context, complaints }) => {
  await open(page, '');
  await kept(page);
  await page.evaluate(async () => {
    const [name] = (await caches.keys()).filter((name) => name.startsWith('forger-files-'));
    const old = new Response('<title>kept</title>', { headers: { 'content-type': 'text/html' } });
    await (await caches.open(name)).put(new URL('index.html', document.baseURI), old);
  });
  await page.reload();
  await expect(page).toHaveTitle('Forger');
  complaints.expect(/ERR_FAILED|ERR_INTERNET_DISCONNECTED/);
  await context.setOffline(true);
  await page.reload();
  await expect(page).toHaveTitle('kept');
});
