// The browser in which a benchmark runs, and what its scripts share.

import { createRequire } from 'node:module';

export const { chromium } = createRequire(new URL('../e2e/package.json', import.meta.url))('@playwright/test');

const ARGS = ['--enable-unsafe-webgpu', '--no-first-run'];
const SOFTWARE = '--use-webgpu-adapter=swiftshader';

export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
export const round = (value) => Number(value.toPrecision(4));

async function launch(args) {
  const browser = await chromium.launch({ executablePath: process.env.FORGER_CHROME, args });
  const page = await browser.newPage();
  await page.goto(process.env.FORGER_URL ?? 'http://127.0.0.1:8080/');
  const gpu = await page.evaluate(async () => {
    // A fresh browser may offer none at first.
    const adapter = (await navigator.gpu?.requestAdapter()) ?? (await navigator.gpu?.requestAdapter());
    const { vendor, architecture } = adapter?.info ?? {};
    return vendor && `${vendor} ${architecture}`;
  });
  return { browser, page, gpu };
}

/** The page of `index.html`, with the machine's WebGPU or, where it has none, WebGPU in software. */
export async function open() {
  const opened = await launch(ARGS);
  if (opened.gpu) return opened;
  await opened.browser.close();
  const software = await launch([...ARGS, SOFTWARE]);
  return { ...software, gpu: software.gpu ?? 'none' };
}

/** Of which machine a report is. */
export async function machine({ browser, page, gpu }) {
  return { browser: browser.version(), gpu, threads: await page.evaluate(() => navigator.hardwareConcurrency) };
}

/** Rows of cells, the first one wider. */
export function table(rows) {
  return rows.map(([first, ...rest]) => first.padEnd(16) + rest.map((cell) => String(cell).padStart(12)).join('')).join('\n');
}
