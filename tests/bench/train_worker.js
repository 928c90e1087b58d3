// Measures Forger's own training, in a worker, as its page trains in one.

import init, { steps_per_second } from '/forger/forger_bench.js';

onmessage = async ({ data: { system, config, warmUp, measure } }) => {
  try {
    await init();
    postMessage({ stepsPerSecond: steps_per_second(system, JSON.stringify(config), warmUp, measure) });
  } catch (error) {
    postMessage({ error: String(error) });
  }
};
