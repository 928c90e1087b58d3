// ONNX Runtime Web with the same weights.

import { numbers } from '../cases.js';
import { session } from '../ort.js';
import { read } from '../safetensors.js';
import { serve } from '../worker.js';
import { write } from './onnx.js';

serve(async (file, device) => {
  const model = read(file);
  const run = await session(write(model), device, ['z', 'pictures']);
  const dim = model.card.system.config.latent_dim;
  return { input: (count) => numbers(count * dim), draw: (z, count) => run(z, [count, dim]) };
});
