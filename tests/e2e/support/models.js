// The models of the site, as files.

import fs from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** The path of the file of a model of the site. */
export async function modelPath(name) {
  const models = new URL('../../../public/models/', import.meta.url);
  const file = (await fs.readdir(models)).find((file) => new RegExp(`^${name}-[0-9a-f]{8}\\.safetensors$`).test(file));
  return fileURLToPath(new URL(file, models));
}

/** Its header, and what is behind. */
async function partsOf(name) {
  const bytes = await fs.readFile(await modelPath(name));
  const end = 8 + Number(bytes.readBigUInt64LE());
  return { header: JSON.parse(bytes.subarray(8, end)), rest: bytes.subarray(end) };
}

/** The card of a model of the site. */
export const cardOf = async (name) => JSON.parse((await partsOf(name)).header.__metadata__['forger.card']);

/** The file of a model of the site with another card. */
export async function withCard(name, change) {
  const { header, rest } = await partsOf(name);
  header.__metadata__['forger.card'] = JSON.stringify(change(await cardOf(name)));
  const text = Buffer.from(JSON.stringify(header));
  const padded = Buffer.concat([text, Buffer.alloc((8 - (text.length % 8)) % 8, ' ')]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([length, padded, rest]);
}

/** The card in a model file. */
export function cardIn(bytes) {
  const { __metadata__: metadata } = JSON.parse(bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE())));
  return JSON.parse(metadata['forger.card']);
}
