// Toy GANs.

import { compare } from '../training.mjs';
import { CASES } from './cases.js';

await compare({ cases: CASES, system: 'toy', script: 'lab/tfjs_gan.js' });
