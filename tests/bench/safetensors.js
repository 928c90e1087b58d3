// Reads a model file of Forger's: safetensors in f16.

/** One half-precision number from its 16 bits. */
function half(bits) {
  const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 31) throw new Error('the model holds a value that is not a number');
  return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -14 * (fraction / 1024));
}

/** `{ name: { shape, values } }` in f32, and the model's card. */
export function read(buffer) {
  const length = Number(new DataView(buffer).getBigUint64(0, true));
  const { __metadata__: metadata, ...entries } = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
  const tensors = {};
  for (const [name, { dtype, shape, data_offsets: [from, to] }] of Object.entries(entries)) {
    if (dtype !== 'F16') throw new Error(`${name} is ${dtype} and not F16`);
    const view = new DataView(buffer, 8 + length + from, to - from);
    tensors[name] = { shape, values: Float32Array.from({ length: (to - from) / 2 }, (_, i) => half(view.getUint16(2 * i, true))) };
  }
  return { tensors, card: JSON.parse(metadata['forger.card']) };
}
