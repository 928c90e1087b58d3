// DCGANs, as the page trains them.

import { compare } from '../training.mjs';
import { CASES } from './cases.js';

await compare({ cases: CASES, system: 'dcgan', script: 'train/tfjs_dcgan.js' });
