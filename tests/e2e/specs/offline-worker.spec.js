// The service worker without a browser: what it keeps and forgets over several versions, and on a network of several moods.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { expect, test } from '@playwright/test';

const SOURCE = readFileSync(new URL('../../../web/offline.js', import.meta.url), 'utf8');
const HOST = 'https://forger.example';

/** The caches of a browser: what is kept under each name, by its address. */
class Caches {
  #kept = new Map();

  async keys() {
    return [...this.#kept.keys()];
  }

  async delete(name) {
    return this.#kept.delete(name);
  }

  async open(name) {
    const entries = this.#kept.get(name) ?? new Map();
    this.#kept.set(name, entries);
    return {
      put: async (request, response) => entries.set(request.url ?? request, response),
      keys: async () => [...entries.keys()].map((url) => ({ url })),
      delete: async ({ url }) => entries.delete(url),
    };
  }

  async match(request, { cacheName } = {}) {
    const [url] = (request.url ?? request).split('?');
    const names = cacheName ? [cacheName] : await this.keys();
    return names.map((name) => this.#kept.get(name)?.get(url)).find((found) => found)?.clone();
  }

  /** Keeps texts by their paths. */
  async fill(name, texts) {
    const cache = await this.open(name);
    for (const [path, text] of Object.entries(texts)) {
      await cache.put(HOST + path, new Response(text));
    }
  }
}

/**
 * Starts the worker of this version in a folder, and gives back what the browser would tell it. Its seconds are tenths; `patience` says
 * how many of its milliseconds it was ready to wait so far.
 */
function start(caches, folder, version, fetch = () => new Promise(() => {})) {
  const heard = {};
  let patience = 0;
  const world = {
    VERSION: version,
    FILES: {},
    caches,
    fetch,
    registration: { scope: HOST + folder },
    clients: { claim: async () => {} },
    skipWaiting: async () => {},
    addEventListener: (name, listener) => (heard[name] = listener),
    setTimeout: (act, time, ...given) => {
      patience += time;
      return setTimeout(act, time / 10, ...given);
    },
  };
  new Function(...Object.keys(world), SOURCE)(...Object.values(world));
  const done = async (name) => {
    let work;
    heard[name]({ waitUntil: (promise) => (work = promise) });
    await work;
  };
  const ask = async (path, how = {}) => {
    let answer;
    const request = { url: HOST + path, method: 'GET', mode: how.mode ?? 'cors' };
    const { client: clientId = '', opens: resultingClientId = '' } = how;
    const work = [];
    const respondWith = (promise) => (answer = promise);
    heard.fetch({ request, clientId, resultingClientId, respondWith, waitUntil: (promise) => work.push(promise) });
    const text = await (await answer).text();
    await Promise.all(work);
    return text;
  };
  return { activate: () => done('activate'), ask, patience: () => patience };
}

const page = (opens) => ({ mode: 'navigate', opens });

test('on a silent network a page comes from what is kept, and its files wait no more', async () => {
  const caches = new Caches();
  await caches.fill('forger-files / b', { '/index.html': 'kept', '/theme.js': 'kept', '/engine.js': 'kept' });
  const { ask, patience } = start(caches, '/', 'b');
  expect(await ask('/lab?lesson=1', page('1'))).toBe('kept');
  const once = patience();
  expect(once).toBeGreaterThan(0);
  expect(await ask('/theme.js', { client: '1' })).toBe('kept');
  expect(await ask('/engine.js', { client: '1', opens: '2' })).toBe('kept');
  expect(patience()).toBe(once);
  // A page that came from the network has patience, too.
  expect(await ask('/theme.js', { client: '3' })).toBe('kept');
  expect(patience()).toBe(2 * once);
});

test('a worker that the browser has ended in between knows the pages that came from what is kept', async () => {
  const caches = new Caches();
  await caches.fill('forger-files / b', { '/index.html': 'kept', '/theme.js': 'kept' });
  expect(await start(caches, '/', 'b').ask('/lab', page('1'))).toBe('kept');
  const { ask, activate, patience } = start(caches, '/', 'b');
  expect(await ask('/theme.js', { client: '1' })).toBe('kept');
  expect(patience()).toBe(0);
  // Nothing of it stays for the next version.
  expect(await caches.keys()).toHaveLength(2);
  await activate();
  expect(await caches.keys()).toEqual(['forger-files / b']);
});

test('what is not kept waits for the network, and a page asks it anew each time', async () => {
  const caches = new Caches();
  await caches.fill('forger-files / b', { '/index.html': 'kept' });
  let late = 1500;
  const fetch = () => new Promise((done) => setTimeout(done, late, new Response('new')));
  const { ask } = start(caches, '/', 'b', fetch);
  expect(await ask('/lab', page('1'))).toBe('kept');
  expect(await ask('/examples/latent.json', { client: '1' })).toBe('new');
  late = 0;
  expect(await ask('/lab', { ...page('2'), client: '1' })).toBe('new');
});

test('a network that fails is not waited for', async () => {
  const caches = new Caches();
  await caches.fill('forger-files / b', { '/index.html': 'kept' });
  const { ask } = start(caches, '/', 'b', () => Promise.reject(new TypeError('no network')));
  expect(await ask('/lab', page('1'))).toBe('kept');
  await expect(ask('/other.json', { client: '1' })).rejects.toThrow('no network');
});

test('a host that is out of order takes the place of nothing that is kept', async () => {
  const caches = new Caches();
  await caches.fill('forger-files / b', { '/index.html': 'kept', '/theme.js': 'kept' });
  let status = 503;
  const { ask } = start(caches, '/', 'b', async () => new Response('from the host', { status }));
  expect(await ask('/lab', page('1'))).toBe('kept');
  expect(await ask('/theme.js', { client: '2' })).toBe('kept');
  expect(await ask('/other.json', { client: '2' })).toBe('from the host');
  // What is missing is missing.
  status = 404;
  expect(await ask('/lab', page('3'))).toBe('from the host');
});

test('of models only those are kept that are what their names say', async () => {
  const caches = new Caches();
  const hash = createHash('sha256').update('weights').digest('hex').slice(0, 8);
  const answers = { [`/models/a-${hash}.safetensors`]: 'weights', [`/models/b-${hash}.safetensors`]: '<!doctype html>' };
  let isGone = false;
  const { ask } = start(caches, '/', 'b', async ({ url }) => new Response(isGone ? 'gone' : answers[url.slice(HOST.length)]));
  for (const [path, text] of Object.entries(answers)) {
    expect(await ask(path)).toBe(text);
  }
  isGone = true;
  expect(await ask(`/models/a-${hash}.safetensors`)).toBe('weights');
  expect(await ask(`/models/b-${hash}.safetensors`)).toBe('gone');
});

test('what is kept of this version comes before that of the one before', async () => {
  const caches = new Caches();
  await caches.fill('forger-files / a', { '/theme.js': 'a', '/page-0123456789abcdef/split_lab.wasm': 'a' });
  await caches.fill('forger-files / b', { '/theme.js': 'b' });
  const { ask } = start(caches, '/', 'b');
  expect(await ask('/theme.js')).toBe('b');
  // A page of the version before may be open.
  expect(await ask('/page-0123456789abcdef/split_lab.wasm')).toBe('a');
});

test('a new version forgets all but the one before, and nothing of another folder', async () => {
  const caches = new Caches();
  const manifest = (...files) => JSON.stringify({ models: files.map((file) => ({ file })) });
  const right = `right-${createHash('sha256').update('weights').digest('hex').slice(0, 8)}.safetensors`;
  // Names of before said no folder.
  await caches.fill('forger-files-1', { '/forger/index.html': '' });
  await caches.fill('forger-files-2', { '/forger-dev/index.html': '' });
  await caches.fill('forger-files /forger-dev/ a', { '/forger-dev/index.html': '' });
  await caches.fill('forger-files / a', { '/index.html': '' });
  await caches.fill('forger-files /forger/ a', { '/forger/models/manifest.json': manifest('gone-01234567.safetensors') });
  await caches.fill('forger-files /forger/ b', {});
  await caches.fill('forger-files /forger/ c', { '/forger/models/manifest.json': manifest('there-01234567.safetensors', right) });
  // Nobody looked whether these are what their names say.
  await caches.fill('forger-models', {
    '/forger/models/there-01234567.safetensors': '<!doctype html>',
    [`/forger/models/${right}`]: 'weights',
    '/forger-dev/models/other-01234567.safetensors': '',
  });
  await caches.fill('forger-models checked', {
    '/forger/models/gone-01234567.safetensors': '',
    '/forger/models/there-01234567.safetensors': '',
    '/forger-dev/models/other-01234567.safetensors': '',
    '/models/other-01234567.safetensors': '',
  });
  await start(caches, '/forger/', 'c').activate();
  expect(await caches.keys()).toEqual([
    'forger-files-2',
    'forger-files /forger-dev/ a',
    'forger-files / a',
    'forger-files /forger/ b',
    'forger-files /forger/ c',
    'forger-models',
    'forger-models checked',
  ]);
  const models = async (name) => (await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname);
  expect(await models('forger-models')).toEqual(['/forger-dev/models/other-01234567.safetensors']);
  expect(await models('forger-models checked')).toEqual([
    '/forger/models/there-01234567.safetensors',
    '/forger-dev/models/other-01234567.safetensors',
    '/models/other-01234567.safetensors',
    `/forger/models/${right}`,
  ]);
  // Above all folders, too.
  await caches.fill('forger-files / b', { '/models/manifest.json': manifest() });
  await start(caches, '/', 'b').activate();
  expect(await caches.keys()).toHaveLength(8);
  expect(await models('forger-models checked')).toHaveLength(3);
});
