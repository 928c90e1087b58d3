// Broken weights: the page says what is wrong, and lives on.

import { expect, test } from '../support/test.js';
import { engineReady, holdBack, open } from '../support/page.js';
import { drawn } from '../support/latent.js';
import { lab } from '../support/lab.js';
import { withCard } from '../support/models.js';

const WEIGHTS = /models\/.*\.safetensors/;
const MANIFEST = /models\/manifest\.json/;

/** The site's manifest and its first weights file. */
async function digits(request) {
  const manifest = await (await request.get('models/manifest.json')).json();
  const file = await (await request.get(`models/${manifest.models[0].file}`)).body();
  return { manifest, file };
}

const BREAKAGES = {
  'cut short': (file) => file.subarray(0, file.length / 2),
  'with one bit flipped': (file) => {
    const copy = Buffer.from(file);
    copy[copy.length - 7] ^= 1;
    return copy;
  },
  'empty': () => Buffer.alloc(0),
  'that is a web page': () => Buffer.from('<!doctype html><title>Not found</title>'),
};

async function livesOn(page) {
  await page.getByRole('navigation').getByRole('link', { name: 'Lab' }).click();
  await lab(page).step.click();
  await expect(lab(page).stepsText).toHaveText('1');
}

for (const [name, breakage] of Object.entries(BREAKAGES)) {
  test(`a weights file ${name} is refused with a message`, async ({ page, request }) => {
    const { file } = await digits(request);
    await page.context().route(WEIGHTS, (route) => route.fulfill({ body: breakage(file) }));
    await open(page, 'latent?model=digits');
    await expect(page.getByTestId('error-toast')).toContainText(/damaged|cut short|whole/);
    await livesOn(page);
  });
}

test('a file that differs from the manifest is refused', async ({ page, request }) => {
  const { manifest } = await digits(request);
  manifest.models[0].sha256 = '0'.repeat(64);
  await page.context().route(MANIFEST, (route) => route.fulfill({ json: manifest }));
  await open(page, 'latent?model=digits');
  await expect(page.getByTestId('error-toast')).toContainText(/damaged/);
  await livesOn(page);
});

test('a manifest that says more than a tab can hold stops no worker', async ({ page, request }) => {
  const { manifest } = await digits(request);
  manifest.models[0].bytes = 2 ** 33;
  await page.context().route(MANIFEST, (route) => route.fulfill({ json: manifest }));
  await open(page, 'latent?model=digits');
  await expect(page.getByTestId('error-toast')).toContainText(/damaged/);
  await livesOn(page);
});

test('of a file that is longer than the manifest says the rest is not waited for', async ({ page, request }) => {
  const { file } = await digits(request);
  await page.context().route(WEIGHTS, (route) => route.fulfill({ body: Buffer.concat([file, Buffer.alloc(1)]) }));
  await open(page, 'latent?model=digits');
  await expect(page.getByTestId('error-toast')).toContainText(`list: it holds more than ${file.length} bytes`);
  await livesOn(page);
});

test('a missing file can be asked for again', async ({ page, complaints }) => {
  complaints.expect(/404/);
  await page.context().route(WEIGHTS, (route) => route.fulfill({ status: 404 }));
  await open(page, 'latent?model=digits');
  await expect(page.getByTestId('error-toast')).toContainText('404');
  await page.context().unroute(WEIGHTS);
  await page.getByTestId('retry-button').click();
  await drawn(page);
});

test('a broken manifest is told, and can be asked for again', async ({ page }) => {
  await page.context().route(MANIFEST, (route) => route.fulfill({ body: '{"models": [' }));
  await open(page, 'latent?model=digits');
  await expect(page.getByTestId('error-toast')).toContainText('manifest.json');
  await page.context().unroute(MANIFEST);
  await page.getByTestId('retry-button').click();
  await drawn(page);
});

test('a download can be cancelled and begun again', async ({ page }) => {
  const files = await holdBack(page, WEIGHTS);
  await open(page, 'latent?model=digits');
  await expect(page.getByTestId('progress')).toBeVisible();
  await page.getByTestId('cancel-button').click();
  files.release();
  await expect(page.getByTestId('progress')).toBeHidden();
  await page.getByTestId('retry-button').click();
  await drawn(page);
});

test('files of one\'s own: broken ones are refused, a good one is drawn', async ({ page, request }) => {
  const { file, manifest } = await digits(request);
  const other = manifest.models.find(({ card }) => card.system.name === 'superres');
  // No model of the site, so that what is drawn can only be the file.
  await page.context().route(MANIFEST, (route) => route.fulfill({ json: { models: [] } }));
  await open(page, 'latent?model=digits');
  const upload = (buffer) =>
    page.getByTestId('model-file').setInputFiles({ name: 'mine.safetensors', mimeType: 'application/octet-stream', buffer });
  const errors = page.getByTestId('error-toast');

  await upload(Buffer.from('not a model at all'));
  await expect(errors.last()).toContainText('not a whole safetensors file');
  const header = Buffer.from(JSON.stringify({ __metadata__: { format: 'pt' } }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  await upload(Buffer.concat([length, header]));
  await expect(errors.last()).toContainText('no Forger model card');
  // The same is said once, and comes last.
  await upload(file.subarray(0, file.length - 100));
  await expect(errors.last()).toContainText('not a whole safetensors file');
  await expect(errors).toHaveCount(2);

  await upload(await (await request.get(`models/${other.file}`)).body());
  await expect(errors.last()).toContainText('super-resolution');
  // It would be part of links and of the names of files.
  await upload(await withCard('digits', (card) => ({ ...card, name: '../digits' })));
  await expect(errors.last()).toContainText('a-z, 0-9 and -');
  await upload(file);
  await drawn(page);
  await engineReady(page);
});
