// Trains cases with Forger and with TensorFlow.js in one browser, in turns, and tells the medians. The table goes to stderr, the
// numbers as JSON to stdout. With `cpu,wasm` as its argument a benchmark measures these only, and needs no Forger.

import { machine, median, open, round, table } from './browser.mjs';

// `wasm` of TensorFlow.js on one thread and on several. WebGL and WebGPU are what the machine has: see `gpu` below.
const BACKENDS = process.argv[2]?.split(',') ?? ['forger', 'cpu', 'wasm', 'wasm-threads', 'webgl', 'webgpu'];
const RUNS = 3;
const TIMES = { warmUp: 3000, measure: 4000 };

/** One measurement in a worker of its own, so that none finds what another has left behind. */
function inWorker(page, task) {
  const [script, type] = task.backend === 'forger' ? ['train_worker.js', 'module'] : ['tfjs_worker.js', 'classic'];
  const run = async ([script, type, task]) => {
    globalThis.start('one', script, type);
    const result = await globalThis.ask('one', task);
    globalThis.stop('one');
    return result;
  };
  return page.evaluate(run, [script, type, task]);
}

/** Steps a second of every case and backend, run by run. */
async function measure(page, { cases, ...how }) {
  const results = {};
  for (let run = 0; run < RUNS; run++) {
    for (const [name, config] of Object.entries(cases)) {
      for (const backend of BACKENDS) {
        const task = { backend, config, ...how, ...TIMES };
        const { stepsPerSecond, error } = await inWorker(page, task);
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
  const ratios = Object.keys(results).map((name) => report[`ratio_${name}`]);
  return { ...report, ratio: ratios.includes(null) ? null : Math.min(...ratios) };
}

function rows(report, names) {
  const backends = BACKENDS.map((backend) => [backend, ...names.map((name) => report[name][backend] ?? '-')]);
  return [['steps/s', ...names], ...backends, ['ours / best', ...names.map((name) => report[`ratio_${name}`] ?? '-')]];
}

/** `cases` are settings by name, `system` is what Forger trains by them, and `script` defines `createGan` for TensorFlow.js. */
export async function compare({ cases, system, script }) {
  const opened = await open();
  const results = await measure(opened.page, { cases, system, script });
  const report = { ...summary(results), ...(await machine(opened)) };
  await opened.browser.close();
  const { browser, gpu, threads } = report;
  console.error(`\nChromium ${browser}, WebGPU: ${gpu}, ${threads} threads; medians of ${RUNS} runs`);
  console.error(`${table(rows(report, Object.keys(cases)))}\n`);
  console.log(JSON.stringify(report));
}
