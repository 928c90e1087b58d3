// Keeps Forger for times without a network. Before this script the build puts VERSION and FILES, the SHA-256 of each file by its
// path, without the models: those are kept once they have been used.
//
// What differs between versions has a hash in its name, but for index.html and a few lists. These are asked of the network as long
// as there is one, so that a page never has files of two versions; without one they come from the newest that is here whole.

const FILES_OF = 'forger-files-';
const MODELS = 'forger-models';
// How long the network may take to give the page, milliseconds.
const PATIENCE = 5000;

const here = (path) => new URL(path, registration.scope).href;
const inHex = (bytes) => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');

// All of a version or nothing: while it is put on a host, files of two may lie there.
async function keepAll() {
  const cache = await caches.open(FILES_OF + VERSION);
  try {
    for (const [path, hash] of Object.entries(FILES)) {
      const response = await fetch(here(path), { cache: 'no-cache' });
      const content = await response.clone().arrayBuffer();
      if (!response.ok || inHex(await crypto.subtle.digest('SHA-256', content)) !== hash) {
        throw new Error(`${path} is of another version`);
      }
      await cache.put(here(path), response);
    }
  } catch (error) {
    await caches.delete(FILES_OF + VERSION);
    throw error;
  }
}

// The version before this one stays: pages of it may be open, and may open another of its parts.
async function forgetOld() {
  const versions = (await caches.keys()).filter((name) => name.startsWith(FILES_OF));
  await Promise.all(versions.slice(0, -2).map((name) => caches.delete(name)));
  const manifest = await caches.match(here('models/manifest.json'));
  if (!manifest) return;
  const offered = (await manifest.json()).models.map(({ file }) => here(`models/${file}`));
  const models = await caches.open(MODELS);
  const gone = (await models.keys()).filter(({ url }) => !offered.includes(url));
  await Promise.all(gone.map((request) => models.delete(request)));
}

// As it was asked: a host must see that it is a page that is wanted.
async function networkFirst(request, path) {
  const late = () => new Promise((_, reject) => setTimeout(reject, PATIENCE, new Error('the network is late')));
  try {
    return await Promise.race([fetch(request), ...(request.mode === 'navigate' ? [late()] : [])]);
  } catch (error) {
    const kept = await caches.match(path, { ignoreSearch: true });
    if (kept) return kept;
    throw error;
  }
}

async function model(request, event) {
  const kept = await caches.match(request);
  if (kept) return kept;
  const response = await fetch(request);
  if (response.status === 200) {
    const copy = response.clone();
    // A full disk is no reason to fail: the model is there, only not kept.
    const keep = caches.open(MODELS).then((cache) => cache.put(request, copy));
    event.waitUntil(keep.catch((error) => console.info('a model is not kept:', error)));
  }
  return response;
}

addEventListener('install', (event) => event.waitUntil(keepAll().then(() => skipWaiting())));
addEventListener('activate', (event) => event.waitUntil(forgetOld().then(() => clients.claim())));
addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || !request.url.startsWith(registration.scope)) return;
  const isHashed = /-[0-9a-f]{8,}[/.]/.test(url.pathname);
  if (url.pathname.endsWith('.safetensors') && isHashed) {
    event.respondWith(model(request, event));
  } else if (isHashed) {
    event.respondWith(caches.match(request).then((kept) => kept ?? fetch(request)));
  } else {
    event.respondWith(networkFirst(request, request.mode === 'navigate' ? here('index.html') : request));
  }
});
