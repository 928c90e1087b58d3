// Keeps Forger for times without a network. Before this script the build puts VERSION and FILES, the SHA-256 of each file by its
// path, without the models: those are kept once they have been used.
//
// What differs between versions has a hash in its name, but for index.html and a few lists. These are asked of the network as long
// as there is one, so that a page never has files of two versions; without one they come from the newest that is here whole.

// Several Forgers may lie on one host, each in its folder. No path has a space: no folder's names begin as those of another.
const FILES_OF = `forger-files ${new URL(registration.scope).pathname} `;
const KEPT = FILES_OF + VERSION;
// Of all Forgers of a host: addresses tell whose they are. Each is what its name says.
const MODELS = 'forger-models checked';
// Of earlier versions of Forger, which kept whatever a host answered.
const UNCHECKED = 'forger-models';
// Of this Forger: marks of pages, see `networkFirst`.
const PAGES = `forger-pages ${new URL(registration.scope).pathname}`;
// How long the network may take, milliseconds.
const PATIENCE = 5000;

const here = (path) => new URL(path, registration.scope).href;
const inHex = (bytes) => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
const sha256 = async (content) => inHex(await crypto.subtle.digest('SHA-256', content));

// A response of our own: there are hosts that redirect index.html, and browsers open no page with what was redirected.
function owned(content, response) {
  const headers = new Headers(response.headers);
  // These are true of the bytes on their way only.
  headers.delete('content-encoding');
  headers.delete('content-length');
  return new Response(content, { headers });
}

// All of a version or nothing: while it is put on a host, files of two may lie there.
async function keepAll() {
  const cache = await caches.open(KEPT);
  try {
    for (const [path, hash] of Object.entries(FILES)) {
      const response = await fetch(here(path), { cache: 'no-cache' });
      const content = await response.arrayBuffer();
      if (!response.ok || (await sha256(content)) !== hash) {
        throw new Error(`${path} is of another version`);
      }
      await cache.put(here(path), owned(content, response));
    }
  } catch (error) {
    await caches.delete(KEPT);
    throw error;
  }
}

// Names without a folder are of earlier versions of Forger: whose they are is told by the page that they hold.
const isOurs = async (name) =>
  name.startsWith(FILES_OF) ||
  (name.startsWith('forger-files-') && Boolean(await caches.match(here('index.html'), { cacheName: name })));

// The version before this one stays: pages of it may be open, and may open another of its parts.
async function forgetOld() {
  const names = await caches.keys();
  const ours = await Promise.all(names.map(isOurs));
  const others = names.filter((name, index) => ours[index] && name !== KEPT);
  await Promise.all(others.slice(0, -1).map((name) => caches.delete(name)));
  await caches.delete(PAGES);
  if (names.includes(UNCHECKED)) await checkModels();
  const manifest = await caches.match(here('models/manifest.json'), { cacheName: KEPT });
  if (!manifest) return;
  const offered = (await manifest.json()).models.map(({ file }) => here(`models/${file}`));
  await forgetModels(MODELS, (url) => !offered.includes(url));
}

// What is what its name says need not be fetched once more. On a full disk the rest goes all the same.
async function checkModels() {
  const models = await caches.open(UNCHECKED);
  for (const request of await models.keys()) {
    const response = request.url.startsWith(here('models/')) && (await caches.match(request, { cacheName: UNCHECKED }));
    if (response) await keepModel(request, response).catch((error) => console.info('a model is not kept:', error));
  }
  await forgetModels(UNCHECKED, () => true);
}

// Those of this Forger only.
async function forgetModels(name, isGone) {
  const models = await caches.open(name);
  const gone = (await models.keys()).filter(({ url }) => url.startsWith(here('models/')) && isGone(url));
  await Promise.all(gone.map((request) => models.delete(request)));
}

// Of this version, or else of any: a page of the one before may be open.
const kept = async (request) =>
  (await caches.match(request, { cacheName: KEPT, ignoreSearch: true })) ?? caches.match(request, { ignoreSearch: true });

// Pages for which the network was late or missing have a mark, by the ids of their clients. Their files do not wait for it once more:
// one wait would follow another, and they would be of another version. It lies in a cache, since a browser ends this script whenever
// it is idle.
const mark = (id) => here(`pages/${id}`);

async function markPage(id) {
  const pages = await caches.open(PAGES);
  await pages.put(mark(id), new Response());
}

async function tooLate(isPage, clientId) {
  const isMarked = !isPage && (await caches.match(mark(clientId), { cacheName: PAGES }));
  await new Promise((done) => setTimeout(done, isMarked ? 0 : PATIENCE));
  throw new Error('the network is late');
}

async function networkFirst({ request, clientId, resultingClientId }) {
  const isPage = request.mode === 'navigate';
  // As it was asked: a host must see that it is a page that is wanted.
  const answer = fetch(request);
  // What a host says that is out of order is told where there is nothing else.
  const sound = answer.then((response) => (response.status < 500 ? response : Promise.reject(new Error('out of order'))));
  try {
    return await Promise.race([sound, tooLate(isPage, clientId)]);
  } catch {
    const found = await kept(isPage ? here('index.html') : request);
    // Before it asks for its files. Where the disk is full they wait.
    if (found && resultingClientId) await markPage(resultingClientId).catch(() => {});
    return found ?? answer;
  }
}

async function model(request, event) {
  const found = await kept(request);
  if (found) return found;
  const response = await fetch(request);
  if (response.status === 200) {
    // A full disk is no reason to fail: the model is there, only not kept.
    const keep = keepModel(request, response.clone());
    event.waitUntil(keep.catch((error) => console.info('a model is not kept:', error)));
  }
  return response;
}

// For ever, so it must be what its name says: there are hosts that answer with a page where a file is missing.
async function keepModel(request, response) {
  const [, hash] = /-([0-9a-f]{8,})\.safetensors$/.exec(new URL(request.url).pathname) ?? [];
  const content = await response.arrayBuffer();
  if (!hash || !(await sha256(content)).startsWith(hash)) return;
  const cache = await caches.open(MODELS);
  await cache.put(request, owned(content, response));
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
    event.respondWith(kept(request).then((found) => found ?? fetch(request)));
  } else {
    event.respondWith(networkFirst(event));
  }
});
