// Without a network: what a visitor has used once works, and nothing is mixed.

import { hostBefore } from '../support/host.js';
import { drawn } from '../support/latent.js';
import { open } from '../support/page.js';
import { expect, test } from '../support/test.js';

const ROUTES = ['', 'lab', 'latent', 'translate', 'upscale', 'refine', 'detect', 'train', 'models'];

test.use({ serviceWorkers: 'allow' });

/** Waits until all files of this version are kept, and the page is answered by what keeps them. */
async function kept(page) {
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true);
}

test('after a visit every page works without a network, with the models that were used', async ({ page, context, complaints }) => {
  test.setTimeout(300_000);
  await open(page, '');
  await kept(page);
  // Its model is kept as it is used.
  await open(page, 'latent');
  await drawn(page);
  const models = () => page.evaluate(async () => (await (await caches.open('forger-models checked')).keys()).length);
  await expect.poll(models).toBe(1);

  // Models that were not used are missed, and said to be.
  complaints.expect(/ERR_INTERNET_DISCONNECTED|Failed to (load|fetch)/);
  await context.setOffline(true);
  for (const route of ROUTES) {
    await open(page, route);
    await expect(page.getByRole('heading', { level: 1 }), route).toBeVisible();
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
    const [name] = (await caches.keys()).filter((name) => name.startsWith('forger-files / '));
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

test('without a network the page is of the last version, not of the one before, which stays', async ({ page, context, complaints }) => {
  await open(page, '');
  await kept(page);
  // As if there had been one before: caches are in the order in which they were made.
  await page.evaluate(async () => {
    const [name] = (await caches.keys()).filter((name) => name.startsWith('forger-files / '));
    const cache = await caches.open(name);
    const copied = async (request) => {
      const response = await cache.match(request);
      return [request, new Response(await response.arrayBuffer(), { headers: response.headers })];
    };
    const entries = await Promise.all((await cache.keys()).map(copied));
    await caches.delete(name);
    const old = new Response('<title>old</title>', { headers: { 'content-type': 'text/html' } });
    await (await caches.open('forger-files / old')).put(new URL('index.html', document.baseURI), old);
    const anew = await caches.open(name);
    for (const [request, response] of entries) {
      await anew.put(request, response);
    }
  });
  complaints.expect(/ERR_FAILED|ERR_INTERNET_DISCONNECTED/);
  await context.setOffline(true);
  await page.reload();
  await expect(page).toHaveTitle('Forger');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
});

test.describe('on a host of its own kind', () => {
  let host;
  test.use({
    baseURL: async ({ baseURL }, use) => {
      host = await hostBefore(baseURL);
      await use(host.url);
      host.close();
    },
  });

  test('where the network is silent, what is kept opens a moment later', async ({ page }) => {
    await open(page, '');
    await kept(page);
    host.isSilent = true;
    // One moment, not one for each file, which `offline-worker.spec.js` counts.
    await page.goto('lab');
    await expect(page.getByTestId('plane')).toBeVisible();
    await page.getByTestId('step-button').click();
    await expect(page.getByTestId('step-count')).toHaveText('1');
  });

  test('where index.html is elsewhere, the page opens without a network', async ({ page, context, complaints }) => {
    // As on Cloudflare Pages.
    host.moved = { '/index.html': '/' };
    await open(page, '');
    await kept(page);
    complaints.expect(/ERR_FAILED|ERR_INTERNET_DISCONNECTED/);
    await context.setOffline(true);
    await open(page, 'lab');
    await expect(page.getByTestId('plane')).toBeVisible();
  });
});
