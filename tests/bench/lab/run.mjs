// Trains each case with Forger and with TensorFlow.js in one browser, in turns, and tells the medians. The table goes
// to stderr, the numbers as JSON to stdout. `node run.mjs cpu,wasm` measures these only, and needs no Forger.

import { createRequire } from 'node:module';
import { CASES } from './cases.js';

const { chromium } = createRequire(new URL('../e2e/package.json', import.meta.url))('@playwright/test');

// `wasm` of TensorFlow.js on one thread and on several. WebGL and WebGPU are what the machine has: see `gpu` below.
const BACKENDS = process.argv[2]?.split(',') ?? ['forger', 'cpu', 'wasm', 'wasm-threads', 'webgl', 'webgpu'];
const RUNS = 3;
const TIMES = { warmUp: 3000, measure: 4000 };
const ARGS = ['--enable-unsafe-webgpu', '--no-first-run'];
const SOFTWARE = '--use-webgpu-adapter=swiftshader';

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const round = (value) => Number(value.toPrecision(4));

/** Steps a second of every case and backend, run by run. */
async function measure(page) {
  const results = {};
  for (let run = 0; run < RUNS; run++) {
    for (const [name, config] of Object.entries(CASES)) {
      for (const backend of BACKENDS) {
        const task = { backend, config, ...TIMES };
        const { stepsPerSecond, error } = await page.evaluate((task) => globalThis.measure(task), task);
        if (error && backend === 'forger') throw new Error(`Forger: ${error}`);
        console.error(`run ${run + 1}, ${name}, ${backend}: ${error ?? `${round(stepsPerSecond)} steps/s`}`);
        const runs = ((results[name] ??= {})[backend] ??= []);
        if (!error) runs.push(round(stepsPerSecond));
      }
    }
  }
  return results;
}

function summary(results) {
  const report = {};
  for (const [name, backends] of Object.entries(results)) {
    const medians = Object.entries(backends).map(([key, runs]) => [key, runs.length === RUNS ? median(runs) : null]);
    const { forger, ...others } = Object.fromEntries(medians);
    const best = Math.max(...Object.values(others).filter((value) => value !== null));
    report[`ratio_${name}`] = forger && best > 0 ? round(forger / best) : null;
    report[name] = { ...Object.fromEntries(medians), runs: backends };
  }
  return report;
}

function table(report) {
  const names = Object.keys(CASES);
  const rows = [['steps/s', ...names]];
  for (const backend of BACKENDS) rows.push([backend, ...names.map((name) => report[name][backend] ?? '-')]);
  rows.push(['ours / best', ...names.map((name) => report[`ratio_${name}`] ?? '-')]);
  const line = ([first, ...rest]) => first.padEnd(14) + rest.map((cell) => String(cell).padStart(10)).join('');
  return rows.map(line).join('\n');
}

async function open(args) {
  const browser = await chromium.launch({ executablePath: process.env.FORGER_CHROME, args });
  const page = await browser.newPage();
  await page.goto(process.env.FORGER_URL ?? 'http://127.0.0.1:8080/');
  const gpu = await page.evaluate(async () => {
    const { vendor, architecture } = (await navigator.gpu?.requestAdapter())?.info ?? {};
    return vendor && `${vendor} ${architecture}`;
  });
  return { browser, page, gpu };
}

let { browser, page, gpu } = await open(ARGS);
if (!gpu) {
  // No graphics card: WebGPU in software.
  await browser.close();
  ({ browser, page, gpu = 'none' } = await open([...ARGS, SOFTWARE]));
}
const threads = await page.evaluate(() => navigator.hardwareConcurrency);
const report = { ...summary(await measure(page)), browser: browser.version(), gpu, threads };
await browser.close();
console.error(`\nChromium ${report.browser}, WebGPU: ${gpu}, ${threads} threads; medians of ${RUNS} runs`);
console.error(`${table(report)}\n`);
console.log(JSON.stringify(report));
