// Draws faces: one that follows the mouse, a board of nine, a sheet.

import { beside } from '../beside.mjs';

await beside({ folder: 'infer', model: 'faces', cases: [1, 9, 64], name: 'batch', unit: 'fps', amount: (count) => count });
