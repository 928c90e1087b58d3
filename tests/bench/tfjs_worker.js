// Measures one backend of TensorFlow.js, in a worker, as Forger trains in one.

/* global importScripts, tf, createGan */

const PACKAGES = '/node_modules/@tensorflow';
importScripts(
  `${PACKAGES}/tfjs/dist/tf.min.js`,
  `${PACKAGES}/tfjs-backend-wasm/dist/tf-backend-wasm.min.js`,
  `${PACKAGES}/tfjs-backend-webgpu/dist/tf-backend-webgpu.min.js`,
);

/** Longest time between two reads, which wait until the device has done what it was told. */
const READ_EVERY_MS = 250;

async function choose(backend) {
  tf.enableProdMode();
  const [name, threads] = backend.split('-');
  tf.wasm.setWasmPaths(`${PACKAGES}/tfjs-backend-wasm/dist/`);
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', threads === 'threads');
  if (!(await tf.setBackend(name))) throw new Error(`no ${name} here`);
  await tf.ready();
}

/** Steps a second over at least `ms`. */
async function run(gan, ms) {
  const start = performance.now();
  let [steps, stretch] = [0, 1];
  for (;;) {
    const before = performance.now();
    let loss;
    for (let step = 0; step < stretch; step++) {
      loss?.dispose();
      loss = gan.step();
    }
    const [value] = await loss.data();
    loss.dispose();
    if (!Number.isFinite(value)) throw new Error(`the loss is ${value}`);
    steps += stretch;
    const now = performance.now();
    if (now - start >= ms) return (1000 * steps) / (now - start);
    if (now - before < READ_EVERY_MS / 2) stretch *= 2;
  }
}

onmessage = async ({ data: { backend, config, script, warmUp, measure } }) => {
  try {
    importScripts(script);
    await choose(backend);
    const gan = createGan(config);
    await run(gan, warmUp);
    const tensors = tf.memory().numTensors;
    const stepsPerSecond = await run(gan, measure);
    if (tf.memory().numTensors !== tensors) throw new Error('tensors leak');
    postMessage({ stepsPerSecond });
  } catch (error) {
    postMessage({ error: String(error) });
  }
};
