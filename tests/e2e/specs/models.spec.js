// The worker may close a model for want of memory, and whoever needs it does not notice. Of a name, what is asked last counts.

import { expect, test } from '../support/test.js';
import { holdBack, open } from '../support/page.js';
import { openLatent, settled } from '../support/latent.js';
import { withCard } from '../support/models.js';
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

/**
 * What the worker answers to a request of a family, and to what goes with it: a file, or so many bytes of white. The page did not ask,
 * and does not know.
 */
const ask = (page, kind, payload, { file, white } = {}) =>
  page.evaluate(
    ({ kind, payload, file, white }) =>
      new Promise((resolve) => {
        const bytes = file && Uint8Array.from(atob(file), (letter) => letter.charCodeAt(0));
        const buffers = file || white ? [(bytes ?? new Uint8Array(white).fill(255)).buffer] : [];
        window.lastId = (window.lastId ?? 4_000_000_000) + 1;
        const id = window.lastId;
        const listener = ({ data: [{ id: of, body }] }) => {
          if (of === id && body.reply) {
            window.engineWorker.removeEventListener('message', listener);
            resolve(body.reply);
          }
        };
        window.engineWorker.addEventListener('message', listener);
        window.engineWorker.postMessage([{ id, body: { kind, payload } }, ...buffers], buffers);
      }),
    { kind, payload, file: file?.toString('base64'), white },
  );

const close = (page, name) => ask(page, 'model', { model: 'close', with: { name } });
const openFile = (page, file) => ask(page, 'model', { model: 'open' }, { file });

const CANCELLED = { kind: 'failed', payload: { error: 'cancelled' } };

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

test('a model that is opened or closed while its name is fetched is not undone by what comes', async ({ page, baseURL, request }) => {
  const { models } = await (await request.get('models/manifest.json')).json();
  const entry = models.find(({ card }) => card.name === 'zeros');
  const base = new URL('models/', baseURL).href;
  const fetched = () => ask(page, 'model', { model: 'fetch', with: { base, entry } });
  await open(page, 'lab');
  const files = await holdBack(page, '**/models/zeros-*.safetensors');
  const first = fetched();
  await expect.poll(() => files.asked).toBe(1);
  expect((await openFile(page, await withCard('zeros', (card) => ({ ...card, notes: 'mine' })))).kind).toBe('model');
  // Before anything has come.
  expect(await first).toEqual(CANCELLED);
  const second = fetched();
  await expect.poll(() => files.asked).toBe(2);
  expect((await close(page, 'zeros')).kind).toBe('done');
  expect(await second).toEqual(CANCELLED);
  const third = fetched();
  await expect.poll(() => files.asked).toBe(3);
  files.release();
  expect((await third).kind).toBe('model');
});

test('what one file has begun no other of its name ends', async ({ page }) => {
  const name = 'superres-light-x4';
  const make = (width, height) => {
    const settings = { model: name, scale: 1, back: false, width, height };
    return ask(page, 'picture', { picture: 'make', with: settings }, { white: width * height * 4 });
  };
  await open(page, 'lab');
  expect((await openFile(page, await withCard(name, (card) => card))).kind).toBe('model');
  const other = await withCard(name, (card) => ({ ...card, notes: 'another' }));
  // Tiles for seconds.
  const begun = make(1600, 1200);
  expect((await openFile(page, other)).kind).toBe('model');
  expect(await begun).toMatchObject({ kind: 'failed', payload: { error: 'not-open' } });
  // The same file may be opened once more.
  const whole = make(400, 300);
  expect((await openFile(page, other)).kind).toBe('model');
  expect((await whole).kind).toBe('made');
});
