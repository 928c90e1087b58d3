// Forger and ONNX Runtime Web with the same model in one browser, in turns, and the medians. The table goes to stderr, the
// numbers as JSON to stdout. The argument `cpu` measures the CPU only, `webgpu` WebGPU only.

import { machine, median, open, round, table } from './browser.mjs';

/** Device of ours and theirs. */
const DEVICES = { cpu: 'wasm', webgpu: 'webgpu' };
const ONLY = process.argv[2];
const WAYS = { forger: 'forger_worker.js', ort: 'ort_worker.js' };
/** Fewer where a draw may take seconds: WebGPU in software. */
const ROUNDS = { cpu: 7, webgpu: 3 };
const TIMES = { warmUp: 1500, measure: 700 };
/** How far pictures in [-1, 1] may be apart: a step of 8 bits. */
const TOLERANCE = 2 / 255;

function failed(what, { error }) {
  if (error) throw new Error(`${what}: ${error}`);
}

/** Gives the model to a worker for each way. */
async function start(page, folder, device, file) {
  for (const [way, script] of Object.entries(WAYS)) {
    const task = { file, device: way === 'forger' ? device : DEVICES[device] };
    const opened = await page.evaluate(async ([way, script, task]) => {
      globalThis.start(way, script);
      const file = await (await fetch(`/models/${task.file}`)).arrayBuffer();
      return globalThis.ask(way, { ...task, file });
    }, [way, `${folder}/${script}`, task]);
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
    // A NaN stays; no other value takes its place.
    const worse = (worst, value) => (Number.isNaN(worst) || value <= worst ? worst : value);
    return { worst: differences.reduce(worse, 0) };
  }, [Object.keys(WAYS), count]);
  failed(`${count} pictures`, found);
  if (!(found.worst <= TOLERANCE)) throw new Error(`the pictures are ${found.worst} apart`);
  return found.worst;
}

/** Milliseconds of a draw by each way and case, round by round. */
async function measure(page, device, cases) {
  const time = async (way, count, ms) => {
    const found = await page.evaluate(([way, task]) => globalThis.ask(way, task), [way, { count, ms }]);
    failed(`${way} on ${device}`, found);
    return median(found.times);
  };
  const results = Object.fromEntries(cases.map((count) => [count, { forger: [], ort: [] }]));
  for (const count of cases) for (const way of Object.keys(WAYS)) await time(way, count, TIMES.warmUp);
  for (let turn = 0; turn < ROUNDS[device]; turn++) {
    for (const count of cases) {
      for (const way of Object.keys(WAYS)) {
        const ms = round(await time(way, count, TIMES.measure));
        console.error(`round ${turn + 1}, ${device}, ${count}, ${way}: ${ms} ms`);
        results[count][way].push(ms);
      }
    }
  }
  return results;
}

/** Medians of every case: milliseconds, how much a second, and how much faster than theirs ours is. */
function summary(results, worst, { name, unit, amount }) {
  const report = { apart: worst };
  for (const [count, { forger, ort }] of Object.entries(results)) {
    const [ours, theirs] = [median(forger), median(ort)];
    const perSecond = (ms) => round((1000 * amount(Number(count))) / ms);
    const medians = { ratio: round(theirs / ours), forger_ms: ours, ort_ms: theirs };
    const speeds = { [`forger_${unit}`]: perSecond(ours), [`ort_${unit}`]: perSecond(theirs) };
    report[`${name}_${count}`] = { ...medians, ...speeds, rounds: { forger, ort } };
  }
  return report;
}

/**
 * Measures `model` with the workers in `folder`. A case is a number that both understand; `name` is what it is a number
 * of, `amount` how much of `unit` is made in a case. The ratio of the whole is that of the first case.
 */
export async function beside({ folder, model, cases, name, unit, amount }) {
  const opened = await open();
  const { page } = opened;
  const { models } = await page.evaluate(async () => (await fetch('/models/manifest.json')).json());
  const { file } = models.find(({ card }) => card.name === model);
  const report = {};
  for (const device of Object.keys(DEVICES).filter((device) => !ONLY || device === ONLY)) {
    await start(page, folder, device, file);
    let worst = 0;
    for (const count of cases) worst = Math.max(worst, await apart(page, count));
    report[DEVICES[device]] = summary(await measure(page, device, cases), worst, { name, unit, amount });
    await page.evaluate((ways) => ways.forEach(globalThis.stop), Object.keys(WAYS));
  }
  const about = await machine(opened);
  await opened.browser.close();

  const measured = Object.entries(report);
  const cells = ([device, found]) => [[device, ...cases.map((count) => `${name} ${count}`)],
    ['  Forger, ms', ...cases.map((count) => found[`${name}_${count}`].forger_ms)],
    ['  ORT, ms', ...cases.map((count) => found[`${name}_${count}`].ort_ms)],
    ['  times faster', ...cases.map((count) => found[`${name}_${count}`].ratio)]];
  console.error(`\nChromium ${about.browser}, WebGPU: ${about.gpu}; ${file}; medians of ${ROUNDS.cpu} rounds, ${ROUNDS.webgpu} on WebGPU`);
  console.error(`${table(measured.flatMap(cells))}\n`);
  const ratios = measured.map(([device, found]) => [`ratio_${device}`, found[`${name}_${cases[0]}`].ratio]);
  console.log(JSON.stringify({ ...Object.fromEntries(ratios), ...report, model: file, ...about }));
}
