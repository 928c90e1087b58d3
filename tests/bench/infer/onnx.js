// Writes the generator of a model file as ONNX, layer by layer as it was trained: what an exporter would write.
// Numbers of fields are those of onnx.proto.

import { bytes, concat, float, integer, message, string } from './protobuf.js';

const [FLOAT, INT64] = [1, 7];
const OPSET = 17;
/** Of batch normalisation, as Forger has it. */
const EPSILON = 1e-5;

const attribute = {
  int: (name, value) => message(5, string(1, name), integer(3, value), integer(20, 2)),
  ints: (name, values) => message(5, string(1, name), ...values.map((value) => integer(8, value)), integer(20, 7)),
  float: (name, value) => message(5, string(1, name), float(2, value), integer(20, 1)),
};

const node = (type, inputs, output, ...attributes) =>
  message(1, ...inputs.map((name) => string(1, name)), string(2, output), string(3, output), string(4, type), ...attributes);

const tensor = (name, type, shape, values) =>
  message(5, ...shape.map((size) => integer(1, size)), integer(2, type), string(8, name),
    bytes(9, new Uint8Array(values.buffer, values.byteOffset, values.byteLength)));

/** An input (11) or output (12) of the graph. A size of null is any. */
const port = (number, name, shape) => {
  const sizes = shape.map((size) => message(1, size === null ? string(2, 'batch') : integer(1, size)));
  return message(number, string(1, name), message(2, message(1, integer(1, FLOAT), message(2, ...sizes))));
};

/** The ONNX file of `{ tensors, card }`: `z` to `pictures`. */
export function write({ tensors, card }) {
  const { latent_dim: dim, image_size: side, channels } = card.system.config;
  const weights = Object.entries(tensors).filter(([name]) => !name.startsWith('discriminator.'));
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
  const graph = message(7, ...nodes, string(2, card.name), ...initial, ...ports);
  return concat([integer(1, 8), string(2, 'forger'), graph, message(8, string(1, ''), integer(2, OPSET))]);
}
