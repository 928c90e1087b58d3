// The parts of an ONNX file. Numbers of fields are those of onnx.proto.

import { bytes, concat, float, integer, message, string } from './protobuf.js';

export const [FLOAT, INT64] = [1, 7];
const OPSET = 17;

export const attribute = {
  int: (name, value) => message(5, string(1, name), integer(3, value), integer(20, 2)),
  ints: (name, values) => message(5, string(1, name), ...values.map((value) => integer(8, value)), integer(20, 7)),
  string: (name, value) => message(5, string(1, name), string(4, value), integer(20, 3)),
  float: (name, value) => message(5, string(1, name), float(2, value), integer(20, 1)),
};

export const node = (type, inputs, output, ...attributes) =>
  message(1, ...inputs.map((name) => string(1, name)), string(2, output), string(3, output), string(4, type), ...attributes);

export const tensor = (name, type, shape, values) =>
  message(5, ...shape.map((size) => integer(1, size)), integer(2, type), string(8, name),
    bytes(9, new Uint8Array(values.buffer, values.byteOffset, values.byteLength)));

/** An input (11) or output (12) of the graph. A size of null is any. */
export const port = (number, name, shape) => {
  const sizes = shape.map((size) => message(1, size === null ? string(2, 'batch') : integer(1, size)));
  return message(number, string(1, name), message(2, message(1, integer(1, FLOAT), message(2, ...sizes))));
};

/** The file of a graph. */
export const file = (name, nodes, initial, ports) => {
  const graph = message(7, ...nodes, string(2, name), ...initial, ...ports);
  return concat([integer(1, 8), string(2, 'forger'), graph, message(8, string(1, ''), integer(2, OPSET))]);
};
