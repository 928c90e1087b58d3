// What the tests of translation share: the board, and a stand-in for the engine that translates at once and exactly.

import fs from 'node:fs/promises';

import { expect } from './test.js';
import { drawLine, frames, open } from './page.js';

const root = new URL('../../../', import.meta.url);

const swatch = (name, ...color) => ({ name, color });

/** The colours of drawings of facades, which the model of the site has, too. */
export const FACADES = [
  swatch('background', 0, 0, 222),
  swatch('facade', 0, 48, 255),
  swatch('window', 0, 128, 255),
  swatch('door', 0, 208, 255),
  swatch('cornice', 32, 255, 224),
  swatch('sill', 112, 255, 143),
  swatch('balcony', 192, 255, 64),
  swatch('blind', 255, 240, 0),
  swatch('deco', 255, 160, 0),
  swatch('molding', 255, 80, 0),
  swatch('pillar', 255, 0, 0),
  swatch('shop', 175, 0, 0),
];

/** A model of the stand-in: its name, its system with its settings, and what else is on its card. */
export function entry(name, system, config, more) {
  const card = {
    schema: 2,
    name,
    system: { name: system, config },
    data: { name: 'nothing', licence: 'none', images: 0 },
    licence: 'MIT OR Apache-2.0',
    metrics: {},
    steps: 0,
    seed: 1,
    trainer: '',
    notes: '',
    test_vector: { sha256: '', output: [], stride: 1 },
    ...more,
  };
  return { file: `${name}-00000000.safetensors`, bytes: 1, sha256: '0'.repeat(64), card };
}

const PAIRED = ['generator', 'discriminator'];
const CYCLE = ['g', 'f', 'd_x', 'd_y'];
export const STAND_INS = [
  entry('facades', 'pix2pix', {}, { networks: PAIRED, domains: ['label', 'photo'], palette: FACADES }),
  entry(
    'maps-aerial-to-map',
    'pix2pix',
    { image_size: 128, generator: { network: 'unet', depth: 7, width: 16 } },
    { networks: PAIRED, domains: ['aerial photo', 'map'] },
  ),
  entry('twins', 'cyclegan', { image_size: 64 }, { networks: CYCLE, domains: ['face', 'avatar'] }),
];

/**
 * What runs in place of the engine: it turns the colours of a picture over, and on the way back gives them back with a little of
 * them lost; a tile takes `pause` milliseconds, and a picture has as many as it has rows of 64 pixels. It complains of two at a time,
 * or, if it `replaces`, gives up the first as the engine does. It says that each picture took `took` milliseconds, or what it did.
 * Unless it `draws`, it fails at faces.
 */
const engine = ({ version, pause, replaces, took, draws }) => {
  const cancelled = new Set();
  const say = (id, body, buffers = []) => postMessage([{ id, body }, ...buffers], buffers);
  const reply = (id, kind, payload, buffers) => say(id, { reply: payload ? { kind, payload } : { kind } }, buffers);
  const rest = () => new Promise((resolve) => setTimeout(resolve, pause));
  const device = { used: 'cpu', webgpu: false, lost: null };
  let underway = 0;
  let last;
  const late = [];
  const make = async (id, settings, pixels) => {
    underway += 1;
    if (underway > 1 && replaces) {
      cancelled.add(last);
    } else if (underway > 1) {
      say(0, { event: { kind: 'warning', payload: { error: 'internal', detail: 'two at a time' } } });
    }
    last = id;
    await tiles(id, settings, pixels);
    underway -= 1;
  };
  const tiles = async (id, { back, width, height }, pixels) => {
    const total = Math.ceil(height / 64);
    for (let done = 0; done < total; done += 1) {
      await rest();
      if (cancelled.delete(id)) {
        return reply(id, 'failed', { error: 'cancelled' });
      }
      const rows = Math.min(64, height - done * 64);
      const tile = pixels.slice(done * 64 * width * 4, (done * 64 + rows) * width * 4);
      for (let at = 0; at < tile.length; at += 1) {
        if (at % 4 < 3) {
          tile[at] = back ? (255 - tile[at]) & 0xf8 : 255 - tile[at];
        }
      }
      const place = { top: done * 64, left: 0, height: rows, width, done: done + 1, total };
      say(id, { event: { kind: 'tile', payload: place } }, [tile.buffer]);
    }
    return reply(id, 'made', { milliseconds: took ?? pause * total, device: 'cpu' });
  };
  const hear = ({ id, body: { kind, payload } }, buffers) => {
    const family = payload?.model && typeof payload.model === 'string' ? payload.model : payload?.picture;
    if (kind === 'use-device') {
      reply(id, 'device', device);
    } else if (kind === 'cancel') {
      cancelled.add(payload.request);
      reply(id, 'done');
    } else if (kind === 'model' && family === 'fetch') {
      const { card, sha256 } = payload.with.entry;
      reply(id, 'model', { card, sha256 });
    } else if (kind === 'model' && family === 'open') {
      // A file of the stand-in is nothing but its card.
      const card = JSON.parse(new TextDecoder().decode(buffers[0]));
      reply(id, 'model', { card, sha256: '1'.repeat(64) });
    } else if (kind === 'store' && payload.store === 'draw' && !draws) {
      reply(id, 'failed', { error: 'internal', detail: 'no pencil' });
    } else if (kind === 'store' && payload.store === 'draw') {
      // What is drawn is there when the next picture is to be made.
      const { side } = payload.with;
      const drawn = { count: 1, width: side, height: side, milliseconds: 0, device: 'cpu' };
      late.push(() => reply(id, 'pictures', drawn, [new Uint8Array(side * side * 4).fill(128).buffer]));
    } else if (kind === 'picture' && family === 'make') {
      late.splice(0).forEach((answer) => answer());
      make(id, payload.with, new Uint8Array(buffers[0]));
    } else if (kind === 'picture' && family === 'judge') {
      const verdicts = Float32Array.from({ length: 12 }, (_, at) => (payload.with.back ? 0.75 : at / 11));
      reply(id, 'verdicts', { rows: 3, columns: 4 }, [verdicts.buffer]);
    } else {
      reply(id, 'done');
    }
  };
  onmessage = ({ data: [envelope, ...buffers] }) => hear(envelope, buffers);
  say(0, { event: { kind: 'ready', payload: { version } } });
  say(0, { event: { kind: 'device', payload: device } });
};

/** From now on the stand-in takes the place of the engine, and its models that of those of the site. */
export async function standIn(context, { pause = 5, models = STAND_INS, replaces = false, took, draws = true } = {}) {
  const source = await fs.readFile(new URL('crates/protocol/src/message/mod.rs', root), 'utf8');
  const version = Number(source.match(/PROTOCOL_VERSION: u32 = (\d+)/)[1]);
  await context.route(/\/engine\.js/, async (route) => {
    // The headers of the real one, without which a page that is isolated takes no worker.
    const response = await route.fetch();
    await route.fulfill({ response, body: `(${engine})(${JSON.stringify({ version, pause, replaces, took, draws })});` });
  });
  await context.route(/\/models\/manifest\.json/, (route) => route.fulfill({ json: { models } }));
}

/** Opens the page, and waits for what is first translated. */
export async function openTranslate(page, query = '') {
  await open(page, `translate${query && '?'}${query}`);
  await current(page);
}

/** Waits until the result is that of the drawing, and drawn. */
export async function current(page, timeout = 90_000) {
  await expect(page.getByTestId('outcome')).toHaveAttribute('aria-busy', 'false', { timeout });
  await frames(page);
}

/** Draws with the mouse, from one place of the board to another, in shares of it. */
export const draw = (page, from, to, steps = 5) => drawLine(page, [from, to], steps);

/** Touches the board as a finger does, at places in shares of it. */
export async function finger(page) {
  const board = page.getByTestId('board');
  await board.scrollIntoViewIfNeeded();
  const { x, y, width, height } = await board.boundingBox();
  const session = await page.context().newCDPSession(page);
  return (type, ...places) => {
    const touchPoints = places.map(([left, top]) => ({ x: x + left * width, y: y + top * height }));
    return session.send('Input.dispatchTouchEvent', { type, touchPoints });
  };
}

/** Width, height and RGBA of a canvas. */
export const pixelsOf = (canvas) =>
  canvas.evaluate((element) => {
    const { width, height } = element;
    return { width, height, data: Array.from(element.getContext('2d').getImageData(0, 0, width, height).data) };
  });

/** Red, green and blue at a place of a canvas, in shares of it. */
export const colourAt = (canvas, place) =>
  canvas.evaluate((element, [x, y]) => {
    const at = [x * element.width, y * element.height].map(Math.floor);
    return Array.from(element.getContext('2d').getImageData(...at, 1, 1).data.slice(0, 3));
  }, place);
