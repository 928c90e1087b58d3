// ONNX Runtime Web with the same weights: its WebAssembly on one thread, as Forger has one, or its WebGPU.

import { write } from './onnx.js';
import { read } from './safetensors.js';
import { serve } from './worker.js';

const PACKAGE = '/node_modules/onnxruntime-web/dist';

serve(async (file, device) => {
  const ort = await import(`${PACKAGE}/ort.${device}.bundle.min.mjs`);
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmPaths = `${PACKAGE}/`;
  const model = read(file);
  const session = await ort.InferenceSession.create(write(model), { executionProviders: [device] });
  const dim = model.card.system.config.latent_dim;
  const draw = async (z, count) => {
    const { pictures } = await session.run({ z: new ort.Tensor('float32', z, [count, dim]) });
    const values = await pictures.getData();
    pictures.dispose();
    return values;
  };
  return { dim, draw };
});
