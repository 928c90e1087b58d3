import { expect, test } from '../support/test.js';

// Rounding differs from device to device and training amplifies it, so weights are compared with how far they moved.
const MOST_APART = 0.005;

for (const system of ['toy', 'toy-penalised', 'toy-spectral', 'dcgan', 'dcgan-mapping', 'dcgan-auxiliary', 'dcgan-spectral', 'dcgan-instance', 'encoder', 'superres', 'pix2pix', 'cyclegan', 'simgan']) {
  test(`training ${system} on CPU and on WebGPU ends at the same weights`, async ({ page }) => {
    test.setTimeout(300_000);
    await page.goto('');
    const report = await page.evaluate(async (system) => JSON.parse(await (await globalThis.devices).compare(system)), system);
    expect(report[system].length).toBeGreaterThan(0);
    for (const { network, start, moved, apart } of report[system]) {
      // A NaN comes as null, which is less than anything.
      expect([start, moved, apart], network).not.toContain(null);
      console.log(`${system}, network ${network}: moved ${moved.toFixed(4)}, apart ${(apart / moved).toExponential(1)} of that`);
      // The first power iteration is the device's own.
      expect(start).toBeLessThanOrEqual(system === 'dcgan-spectral' ? 1e-5 : 0);
      expect(moved).toBeGreaterThan(1e-4);
      expect(apart / moved).toBeLessThan(MOST_APART);
    }
  });
}

test('convolutions of every shape, and their gradients, are the same on CPU and on WebGPU', async ({ page }) => {
  test.setTimeout(300_000);
  await page.goto('');
  const apart = await page.evaluate(async () => JSON.parse(await (await globalThis.devices).convolutions()));
  expect(apart.length).toBe(13 * 2 * 3);
  for (const one of apart) {
    // A NaN comes as null.
    expect(one).not.toBeNull();
    expect(one).toBeLessThan(1e-5);
  }
});

test('layers of translation, and their gradients, are the same on CPU and on WebGPU', async ({ page }) => {
  test.setTimeout(300_000);
  await page.goto('');
  const report = await page.evaluate(async () => JSON.parse(await (await globalThis.devices).layers()));
  for (const [layer, apart] of Object.entries(report)) console.log(`${layer}: ${apart.map((one) => one?.toExponential(0)).join(' ')}`);
  for (const [layer, apart] of Object.entries(report)) {
    // A NaN comes as null.
    expect(apart, layer).not.toContain(null);
    expect(Math.max(...apart), layer).toBeLessThan(1e-4);
  }
});

test('layers of translation on WebGPU give PyTorch\'s values', async ({ page }) => {
  test.setTimeout(300_000);
  await page.goto('');
  const report = await page.evaluate(async () => JSON.parse(await (await globalThis.devices).pytorch()));
  for (const [name, apart] of Object.entries(report)) console.log(`${name}: ${apart.map((one) => one?.toExponential(0)).join(' ')}`);
  // Translators, discriminators of patches, refiners; losses of games, and of what a refiner is to keep.
  expect(Object.keys(report)).toHaveLength(6 + 3 + 3 + 5 + 4);
  for (const [name, apart] of Object.entries(report)) {
    expect(apart, name).not.toContain(null);
    expect(Math.max(...apart), name).toBeLessThan(1e-4);
  }
});

// What a seed gives on CPU, to the last bit: WebAssembly rounds alike everywhere. A change here changes what shared links show.
const ON_CPU = {
  // The same as natively: `crates/core/tests/learning.rs`.
  toy: 'ba508fd3980806d19da9b39bc5bd1e0c96aa47f654dfbfb29beb2849c3d3c133',
  dcgan: '51fdc0fc48d64a2ebb6cb2d46e1fc0a85c930c388d2de48e7f2909d7e17fbf73',
};

for (const [system, fingerprint] of Object.entries(ON_CPU)) {
  test(`twenty training steps of ${system} on CPU end where they always have, to the last bit`, async ({ page }) => {
    await page.goto('');
    const found = await page.evaluate(async (system) => (await globalThis.devices).on_cpu(system), system);
    expect(found).toBe(fingerprint);
  });
}
