// Writes a light network of super-resolution as ONNX: convolutions, sub-pixels, and bicubic interpolation as two products.

import { attribute, file, FLOAT, node, port, tensor } from '../onnx.js';

/** Keys's kernel. */
function cubic(x) {
  const d = Math.abs(x);
  if (d <= 1) return (1.5 * d - 2.5) * d * d + 1;
  return d <= 2 ? ((-0.5 * d + 2.5) * d - 4) * d + 2 : 0;
}

/** The matrix `[side * scale, side]` that makes a line longer; beyond its ends it is mirrored. */
function matrix(side, scale) {
  const values = new Float32Array(side * scale * side);
  for (let row = 0; row < side * scale; row++) {
    const centre = (row + 0.5) / scale - 0.5;
    for (let place = Math.floor(centre) - 2; place <= Math.ceil(centre) + 2; place++) {
      const inside = place < 0 ? -1 - place : place >= side ? 2 * side - 1 - place : place;
      values[row * side + inside] += cubic(centre - place);
    }
  }
  return values;
}

/** The ONNX file of `{ tensors, card }` for pictures of this side: `small` to `large`. */
export function write({ tensors, card }, side) {
  const { scale, blocks, upsampling } = card.system.config;
  if (upsampling !== 'sub-pixel') throw new Error(`${card.name} has another way of upsampling`);
  const large = side * scale;
  const down = matrix(side, scale);
  const across = Float32Array.from({ length: side * large }, (_, at) => down[(at % large) * side + Math.floor(at / large)]);
  const initial = Object.entries(tensors).map(([name, { shape, values }]) => tensor(name, FLOAT, shape, values));
  initial.push(tensor('down', FLOAT, [large, side], down), tensor('across', FLOAT, [side, large], across));
  const nodes = [];
  const add = (type, inputs, ...attributes) => {
    const output = `${nodes.length}_${type}`;
    nodes.push(node(type, inputs, output, ...attributes));
    return output;
  };
  const conv = (layer, x) => add('Conv', [x, `${layer}.weight`, `${layer}.bias`],
    attribute.ints('kernel_shape', [3, 3]), attribute.ints('pads', [1, 1, 1, 1]));
  const relu = (x) => add('Relu', [x]);

  let x = relu(conv('input', 'small'));
  for (let block = 0; block < blocks; block++) {
    const inner = relu(conv(`blocks.${block}.first`, x));
    x = add('Add', [x, conv(`blocks.${block}.second`, inner)]);
  }
  x = add('DepthToSpace', [conv('out', x)], attribute.int('blocksize', scale), attribute.string('mode', 'CRD'));
  const bicubic = add('MatMul', ['down', add('MatMul', ['small', 'across'])]);
  nodes.push(node('Add', [bicubic, x], 'large'));
  const ports = [port(11, 'small', [1, 3, side, side]), port(12, 'large', [1, 3, large, large])];
  return file(card.name, nodes, initial, ports);
}
