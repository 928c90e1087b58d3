// Writes a U-Net as ONNX, layer by layer as it was trained: what an exporter would write.

import { attribute, file, FLOAT, node, port, tensor } from '../onnx.js';

/** Of batch normalisation, as Forger has it. */
const EPSILON = 1e-5;

/** The ONNX file of `{ tensors, card }` for pictures of this side: `given` to `made`. */
export function write({ tensors, card }, side) {
  const { network, depth, normalization, doubling, attention } = card.system.config.generator;
  const isOurs = network === 'unet' && normalization === 'batch' && doubling === 'transposed' && !attention;
  if (!isOurs) throw new Error(`${card.name} is another network`);
  const weights = Object.entries(tensors).filter(([name]) => name.startsWith('levels.'));
  const initial = weights.map(([name, { shape, values }]) => tensor(name, FLOAT, shape, values));
  const nodes = [];
  const add = (type, inputs, ...attributes) => {
    const output = `${nodes.length}_${type}`;
    nodes.push(node(type, inputs, output, ...attributes));
    return output;
  };
  const convolved = (type, layer, x) => add(type, [x, ...[`${layer}.weight`, `${layer}.bias`].filter((name) => name in tensors)],
    attribute.ints('kernel_shape', [4, 4]), attribute.ints('strides', [2, 2]), attribute.ints('pads', [1, 1, 1, 1]));
  const normalized = (layer, x) => (`${layer}.gamma` in tensors
    ? add('BatchNormalization', [x, ...['gamma', 'beta', 'running_mean', 'running_var'].map((name) => `${layer}.${name}`)],
      attribute.float('epsilon', EPSILON))
    : x);

  const skips = [];
  let x = 'given';
  for (let level = 0; level < depth; level++) {
    const before = level === 0 ? x : add('LeakyRelu', [x], attribute.float('alpha', 0.2));
    x = normalized(`levels.${level}.down_norm`, convolved('Conv', `levels.${level}.down`, before));
    skips.push(x);
  }
  skips.pop();
  for (let level = depth - 1; level >= 0; level--) {
    x = normalized(`levels.${level}.up_norm`, convolved('ConvTranspose', `levels.${level}.up`, add('Relu', [x])));
    if (level > 0) x = add('Concat', [skips.pop(), x], attribute.int('axis', 1));
  }
  nodes.push(node('Tanh', [x], 'made'));
  const shape = [1, 3, side, side];
  return file(card.name, nodes, initial, [port(11, 'given', shape), port(12, 'made', shape)]);
}
