// How long a visitor waits for the first thing to see, on the built page, each time in a browser that has compiled nothing.
// The table goes to stderr, milliseconds as JSON to stdout. A software adapter passes for a card, as in the tests.

import { fileURLToPath } from 'node:url';
import { passForCard } from '../../e2e/support/gpu.js';
import { chromium, median, table } from '../browser.mjs';

const ROUNDS = 3;
const ARGS = ['--enable-unsafe-webgpu', '--no-first-run'];
const SOFTWARE = [...ARGS, '--use-webgpu-adapter=swiftshader'];
const PHOTO = fileURLToPath(new URL('../../e2e/pictures/plain.png', import.meta.url));
const LONGEST = 180_000;

const choose = (page, device) => page.getByTestId('device-choice').selectOption(device);
const ready = (page) => page.waitForFunction(() => document.documentElement.dataset.engine === 'ready', null, { timeout: LONGEST });
/** Looks at every frame, so that what is measured is what is seen. */
const seen = (page, look, given) => page.waitForFunction(look, given, { polling: 'raf', timeout: LONGEST });
/** A number that tells what the grid shows; or, given one, whether it shows something else. */
const colours = (before) => {
  const { data } = document.querySelector('[data-testid=sample-grid]').getContext('2d').getImageData(0, 0, 64, 64);
  const now = data.reduce((sum, value, index) => (sum * 31 + value * (index % 7)) % 1e9, 0);
  return before === undefined ? now : now !== before;
};

/** From the click on Train to the first picture, and to the tenth step. */
async function lab(page, device, query) {
  await page.goto(`lab${query}`);
  await ready(page);
  await choose(page, device);
  const start = performance.now();
  await page.getByTestId('train-button').click();
  const steps = (least) => seen(page, (least) => Number(document.querySelector('[data-testid=step-count]').innerText.replaceAll(',', '')) >= least, least);
  await steps(1);
  const first = performance.now() - start;
  await steps(10);
  return { first, tenth: performance.now() - start };
}

/** From another seed to 64 other faces: the first that the model draws on this device. */
async function latent(page, device) {
  await page.goto('latent?model=faces');
  await ready(page);
  await page.getByTestId('sample-grid').waitFor({ timeout: LONGEST });
  await page.waitForFunction(() => document.querySelector('[data-testid=sample-grid]').getContext('2d').getImageData(0, 0, 9, 9).data.some((value) => value > 0 && value < 255), null, { timeout: LONGEST });
  await choose(page, device);
  const before = await page.evaluate(colours, undefined);
  const start = performance.now();
  await page.getByTestId('new-seed').click();
  await seen(page, colours, before);
  return { first: performance.now() - start };
}

/** From the click to a small photo four times larger, the model fetched on the way. */
async function upscale(page, device) {
  await page.goto('upscale');
  await ready(page);
  await choose(page, device);
  await page.getByTestId('photo-file').setInputFiles(PHOTO);
  const start = performance.now();
  await page.getByTestId('upscale-button').click();
  await page.getByTestId('took').waitFor({ timeout: LONGEST });
  return { first: performance.now() - start };
}

const CASES = {
  'lab, as it opens': (page, device) => lab(page, device, ''),
  'lab, 128 wide, batch 512': (page, device) => lab(page, device, '?g_width=128&d_width=128&batch=512'),
  '64 faces': latent,
  'photo of 24 x 16': upscale,
};

async function hasGpu() {
  const browser = await chromium.launch({ executablePath: process.env.FORGER_CHROME, args: ARGS });
  const page = await browser.newPage();
  await page.goto(process.env.FORGER_URL);
  const found = await page.evaluate(async () => Boolean(await navigator.gpu?.requestAdapter()));
  await browser.close();
  return found;
}

const args = (await hasGpu()) ? ARGS : SOFTWARE;
const report = { software: args === SOFTWARE };
for (const [name, measure] of Object.entries(CASES)) {
  for (const device of ['auto', 'webgpu']) {
    const rounds = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const browser = await chromium.launch({ executablePath: process.env.FORGER_CHROME, args });
      const context = await browser.newContext({ baseURL: process.env.FORGER_URL, locale: 'en' });
      if (report.software) await passForCard(context);
      rounds.push(await measure(await context.newPage(), device));
      await browser.close();
    }
    const medians = Object.keys(rounds[0]).map((key) => [key, Math.round(median(rounds.map((one) => one[key])))]);
    report[`${name}, ${device}`] = Object.fromEntries(medians);
    console.error(`${name}, ${device}: ${medians.map(([key, ms]) => `${key} ${ms} ms`).join(', ')}`);
  }
}
const rows = Object.entries(report).filter(([, found]) => found.first);
console.error(`\n${table([['', 'first, ms', 'tenth, ms'], ...rows.map(([name, { first, tenth = '' }]) => [name, first, tenth])].map(([name, ...cells]) => [name.padEnd(36), ...cells]))}`);
console.log(JSON.stringify(report));
