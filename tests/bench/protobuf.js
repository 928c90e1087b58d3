// As much of the protobuf wire format as an ONNX file needs: a message is a list of fields, each of these makes one.

const [VARINT, BYTES, FIXED32] = [0, 2, 5];

function varint(value) {
  const bytes = [];
  for (let rest = BigInt.asUintN(64, BigInt(value)); ; rest >>= 7n) {
    if (rest < 128n) return [...bytes, Number(rest)];
    bytes.push(Number(rest & 127n) | 128);
  }
}

/** Joins fields and plain bytes. */
export function concat(parts) {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const key = (number, type) => varint((number << 3) | type);

export const integer = (number, value) => concat([key(number, VARINT), varint(value)]);
export const float = (number, value) => concat([key(number, FIXED32), new Uint8Array(Float32Array.of(value).buffer)]);
export const bytes = (number, value) => concat([key(number, BYTES), varint(value.length), value]);
export const string = (number, value) => bytes(number, new TextEncoder().encode(value));
export const message = (number, ...fields) => bytes(number, concat(fields));
