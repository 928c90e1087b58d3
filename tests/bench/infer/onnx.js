// Writes the generator of a model file as ONNX, layer by layer as it was trained: what an exporter would write.

import { attribute, file, FLOAT, INT64, node, port, tensor } from '../onnx.js';

/** Of batch normalisation, as Forger has it. */
const EPSILON = 1e-5;

/** The ONNX file of `{ tensors, card }`: `z` to `pictures`. */
export function write({ tensors, card }) {
  const { latent_dim: dim, image_size: side, channels } = card.system.config;
  // What draws; codes come from the page, whether they are z or w.
  const others = ['discriminator.', 'mapping.'];
  const weights = Object.entries(tensors).filter(([name]) => !others.some((other) => name.startsWith(other)));
  const initial = weights.map(([name, { shape, values }]) => tensor(name, FLOAT, shape, values));
  const nodes = [];
  let last = 'z';
  const add = (type, inputs, ...attributes) => {
    const output = `${nodes.length}_${type}`;
    nodes.push(node(type, [last, ...inputs], output, ...attributes));
    last = output;
  };
  const withBias = (layer) => [`${layer}.weight`, `${layer}.bias`].filter((name) => name in tensors);
  const normalize = (layer) => {
    const names = ['gamma', 'beta', 'running_mean', 'running_var'].map((name) => `${layer}.${name}`);
    if (!names.every((name) => name in tensors)) throw new Error(`${layer} is not batch normalisation`);
    add('BatchNormalization', names, attribute.float('epsilon', EPSILON));
    add('Relu', []);
  };
  const double = (layer) => add('ConvTranspose', withBias(layer), attribute.ints('kernel_shape', [4, 4]),
    attribute.ints('strides', [2, 2]), attribute.ints('pads', [1, 1, 1, 1]));

  const blocks = Object.keys(tensors).filter((name) => /^blocks\.\d+\.conv\.weight$/.test(name)).length;
  const base = side >> (blocks + 1);
  const widest = tensors['project.weight'].shape[1] / (base * base);
  add('Gemm', withBias('project'));
  initial.push(tensor('shape', INT64, [4], BigInt64Array.of(-1n, BigInt(widest), BigInt(base), BigInt(base))));
  add('Reshape', ['shape']);
  normalize('project_norm');
  for (let block = 0; block < blocks; block++) {
    double(`blocks.${block}.conv`);
    normalize(`blocks.${block}.norm`);
  }
  double('out');
  nodes.push(node('Tanh', [last], 'pictures'));

  const ports = [port(11, 'z', [null, dim]), port(12, 'pictures', [null, channels, side, side])];
  return file(card.name, nodes, initial, ports);
}
