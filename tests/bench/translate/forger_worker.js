// Forger's own code, as its page runs it in a worker.

import init, { Interpreter } from '/forger/forger_bench.js';
import { numbers } from '../cases.js';
import { serve } from '../worker.js';

serve(async (file, device) => {
  await init();
  const interpreter = await Interpreter.open(new Uint8Array(file), device === 'webgpu');
  const input = (side) => numbers(3 * side * side).map(Math.tanh);
  return { input, draw: (picture, side) => interpreter.translate(picture, side) };
});
