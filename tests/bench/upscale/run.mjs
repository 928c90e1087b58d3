// Makes pictures larger: a tile of the page, a small picture. In megapixels of the large picture.

import { beside } from '../beside.mjs';

const amount = (side) => (4 * side) ** 2 / 1e6;
await beside({ folder: 'upscale', model: 'superres-light-x4', cases: [196, 64], name: 'side', unit: 'mps', amount });
