// Translates pictures: facades of the drawing board. In pictures.

import { beside } from '../beside.mjs';

await beside({ folder: 'translate', model: 'facades', cases: [256], name: 'side', unit: 'pictures', amount: () => 1 });
