// Draws with Forger and with ONNX Runtime Web in one browser, in turns, and tells the medians. The table goes to stderr,
// the numbers as JSON to stdout. `node run.mjs cpu` measures the CPU only, `webgpu` WebGPU only.

import { machine, median, open, round, table } from '../browser.mjs';
import { BATCHES } from './cases.js';

const MODEL = 'faces';
/** Device of ours and theirs. */
const DEVICES = { cpu: 'wasm', webgpu: 'webgpu' };
const ONLY = process.argv[2];
const WAYS = { forger: 'infer/forger_worker.js', ort: 'infer/ort_worker.js' };
/** Fewer where a draw may take seconds: WebGPU in software. */
const ROUNDS = { cpu: 7, webgpu: 3 };
const TIMES = { warmUp: 1500, measure: 700 };
/** How far pictures in [-1, 1] may be apart: a step of 8 bits. */
const TOLERANCE = 2 / 255;

function failed(what, { error }) {
  if (error) throw new Error(`${what}: ${error}`);
}

/** Gives the model to a worker for each way. */
async function start(page, device, file) {
  for (const [way, script] of Object.entries(WAYS)) {
    const task = { file, device: way === 'forger' ? device : DEVICES[device] };
    const opened = await page.evaluate(async ([way, script, task]) => {
      globalThis.start(way, script);
      const file = await (await fetch(`/models/${task.file}`)).arrayBuffer();
      return globalThis.ask(way, { ...task, file });
    }, [way, script, task]);
    failed(`${way} on ${device}`, opened);
  }
}

/** The largest difference between what the ways draw. */
async function apart(page, count) {
  const found = await page.evaluate(async ([ways, count]) => {
    const [a, b] = [await globalThis.ask(ways[0], { count }), await globalThis.ask(ways[1], { count })];
    if (a.error || b.error) return { error: a.error ?? b.error };
    if (a.pictures.length !== b.pictures.length) return { error: `${a.pictures.length} and ${b.pictures.length} values` };
    const differences = a.pictures.map((value, index) => Math.abs(value - b.pictures[index]));
    // NaN would pass every comparison with a limit from below.
    return { worst: differences.reduce((worst, value) => (value <= worst ? worst : value), 0) };
  }, [Object.keys(WAYS), count]);
  failed(`${count} pictures`, found);
  if (!(found.worst <= TOLERANCE)) throw new Error(`the pictures are ${found.worst} apart`);
  return found.worst;
}

/** Milliseconds of a draw by each way and batch, round by round. */
async function measure(page, device) {
  const time = async (way, count, ms) => {
    const found = await page.evaluate(([way, task]) => globalThis.ask(way, task), [way, { count, ms }]);
    failed(`${way} on ${device}`, found);
    return median(found.times);
  };
  const results = Object.fromEntries(BATCHES.map((count) => [count, { forger: [], ort: [] }]));
  for (const count of BATCHES) for (const way of Object.keys(WAYS)) await time(way, count, TIMES.warmUp);
  for (let turn = 0; turn < ROUNDS[device]; turn++) {
    for (const count of BATCHES) {
      for (const way of Object.keys(WAYS)) {
        const ms = round(await time(way, count, TIMES.measure));
        console.error(`round ${turn + 1}, ${device}, ${count} at once, ${way}: ${ms} ms`);
        results[count][way].push(ms);
      }
    }
  }
  return results;
}

/** Medians of every batch: milliseconds, pictures a second, and how much faster than theirs ours is. */
function summary(results, worst) {
  const report = { apart: worst };
  for (const [count, { forger, ort }] of Object.entries(results)) {
    const [ours, theirs] = [median(forger), median(ort)];
    const perSecond = (ms) => round((1000 * count) / ms);
    const medians = { ratio: round(theirs / ours), forger_ms: ours, ort_ms: theirs };
    report[`batch_${count}`] = { ...medians, forger_fps: perSecond(ours), ort_fps: perSecond(theirs), rounds: { forger, ort } };
  }
  return report;
}

const opened = await open();
const { page } = opened;
const { models } = await page.evaluate(async () => (await fetch('/models/manifest.json')).json());
const { file } = models.find(({ card }) => card.name === MODEL);
const report = {};
for (const device of Object.keys(DEVICES).filter((name) => !ONLY || name === ONLY)) {
  await start(page, device, file);
  let worst = 0;
  for (const count of BATCHES) worst = Math.max(worst, await apart(page, count));
  report[DEVICES[device]] = summary(await measure(page, device), worst);
  await page.evaluate((ways) => ways.forEach(globalThis.stop), Object.keys(WAYS));
}
const about = await machine(opened);
await opened.browser.close();

const measured = Object.entries(report);
const cells = ([name, found]) => [[name, ...BATCHES.map((count) => `${count} at once`)],
  ['  Forger, ms', ...BATCHES.map((count) => found[`batch_${count}`].forger_ms)],
  ['  ORT, ms', ...BATCHES.map((count) => found[`batch_${count}`].ort_ms)],
  ['  times faster', ...BATCHES.map((count) => found[`batch_${count}`].ratio)]];
console.error(`\nChromium ${about.browser}, WebGPU: ${about.gpu}; ${file}; medians of ${ROUNDS.cpu} rounds, ${ROUNDS.webgpu} on WebGPU`);
console.error(`${table(measured.flatMap(cells))}\n`);
const ratios = measured.map(([name, found]) => [`ratio_${name}`, found.batch_1.ratio]);
console.log(JSON.stringify({ ...Object.fromEntries(ratios), ...report, model: file, ...about }));
