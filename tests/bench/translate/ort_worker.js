// ONNX Runtime Web with the same weights.

import { numbers } from '../cases.js';
import { session } from '../ort.js';
import { read } from '../safetensors.js';
import { serve } from '../worker.js';
import { write } from './onnx.js';

serve(async (file, device) => {
  const model = read(file);
  const sessions = new Map();
  const input = (side) => numbers(3 * side * side).map(Math.tanh);
  const draw = async (picture, side) => {
    if (!sessions.has(side)) sessions.set(side, await session(write(model, side), device, ['given', 'made']));
    return sessions.get(side)(picture, [1, 3, side, side]);
  };
  return { input, draw };
});
