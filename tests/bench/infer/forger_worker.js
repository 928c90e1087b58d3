// Forger's own code, as its page runs it in a worker.

import init, { Drawer } from '/forger/forger_bench.js';
import { numbers } from '../cases.js';
import { serve } from '../worker.js';

serve(async (file, device) => {
  await init();
  const drawer = await Drawer.open(new Uint8Array(file), device === 'webgpu');
  return { input: (count) => numbers(count * drawer.dim), draw: (z) => drawer.draw(z) };
});
