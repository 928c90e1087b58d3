// Gives photos to the latent page one after another and lets it search for the z of each. The table goes to stderr, medians
// as JSON to stdout. `node run.mjs FOLDER MODEL COUNT LEFT,TOP,RIGHT,BOTTOM`, the last in pixels, or `whole`.

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, median } from '../browser.mjs';

const [folder, model, count, crop] = process.argv.slice(2);
// Software WebGPU compiles for many seconds and searches for minutes: it shows that it works, and what a step costs.
const GPU_STEPS = 10;
const ARGS = ['--no-first-run'];
const GPU_ARGS = [...ARGS, '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];

const sorted = (values) => [...values].sort((a, b) => a - b);
const numbers = (text) => [...text.replaceAll(',', '').matchAll(/\d+(\.\d+)?/g)].map(([number]) => Number(number));

/** Photos in equal distances through the folder. */
function photos() {
  const names = readdirSync(folder).filter((name) => /\.(jpe?g|png|webp)$/i.test(name)).sort();
  if (names.length < count) throw new Error(`${names.length} pictures in ${folder}, and ${count} are asked for`);
  return Array.from({ length: count }, (_, index) => names[Math.floor((index * names.length) / count)]);
}

async function open(args) {
  const browser = await chromium.launch({ executablePath: process.env.FORGER_CHROME, args });
  const page = await browser.newPage({ baseURL: process.env.FORGER_URL, locale: 'en' });
  await page.goto(`latent?model=${model}&tab=photo`);
  await page.getByTestId('sample-grid').waitFor();
  return { browser, page };
}

/** Puts the part of a photo that `crop` says on the page. */
async function put(page, name) {
  const data = readFileSync(join(folder, name)).toString('base64');
  const png = await page.evaluate(
    async ([data, crop]) => {
      const photo = await createImageBitmap(new Blob([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))]));
      const [left, top, right, bottom] = crop === 'whole' ? [0, 0, photo.width, photo.height] : crop.split(',').map(Number);
      const canvas = Object.assign(document.createElement('canvas'), { width: right - left, height: bottom - top });
      canvas.getContext('2d').drawImage(photo, -left, -top);
      return canvas.toDataURL('image/png').split(',')[1];
    },
    [data, crop],
  );
  await page.getByTestId('photo-file').setInputFiles({ name: 'photo.png', mimeType: 'image/png', buffer: Buffer.from(png, 'base64') });
  await page.getByTestId('search').click();
}

async function searches() {
  const { browser, page } = await open(ARGS);
  const found = [];
  for (const name of photos()) {
    await put(page, name);
    await page.getByTestId('found').waitFor({ timeout: 600_000 });
    const [psnr, seconds] = numbers(await page.getByTestId('found').innerText());
    found.push({ psnr, seconds });
    console.error(`${name}: ${psnr} dB in ${seconds} s`);
  }
  const version = browser.version();
  await browser.close();
  return { found, version };
}

/** Decibels after some steps of one search on WebGPU, and seconds a step. */
async function onGpu() {
  const { browser, page } = await open(GPU_ARGS);
  await page.getByTestId('device-choice').selectOption('webgpu');
  await put(page, photos()[0]);
  const status = page.getByTestId('search-status');
  const look = async () => {
    const [step, , psnr] = numbers(await status.innerText());
    return { step: step ?? 0, psnr, at: performance.now() };
  };
  const until = async (step) => {
    for (;;) {
      const now = await look();
      if (now.step >= step) return now;
      await page.waitForTimeout(100);
    }
  };
  const first = await until(1);
  const last = await until(first.step + GPU_STEPS);
  await browser.close();
  return { webgpu_step: last.step, webgpu_psnr: last.psnr, webgpu_seconds_per_step: (last.at - first.at) / 1000 / (last.step - first.step) };
}

const { found, version } = await searches();
const psnr = found.map((one) => one.psnr);
const report = {
  model,
  photos: found.length,
  median_psnr: median(psnr),
  p05_psnr: sorted(psnr)[Math.floor(0.05 * psnr.length)],
  median_seconds: median(found.map((one) => one.seconds)),
  ...(await onGpu()),
  browser: version,
};
console.error(`\n${model}: ${report.median_psnr} dB and ${report.median_seconds} s, medians of ${found.length} photos on the CPU`);
console.log(JSON.stringify(report));
