// The page of all models: what they are, and whether they work here.

import { expect, test } from '../support/test.js';
import { frames, holdBack, open } from '../support/page.js';
import { savedFile } from '../support/upscale.js';

const MANIFEST = /models\/manifest\.json/;
// Small ones, which are checked in a moment.
const SMALL = ['refine-eyes', 'refine-digits'];

const manifestOf = async (request) => (await request.get('models/manifest.json')).json();
const fileOf = async (request, { file }) => (await request.get(`models/${file}`)).body();
const size = (...entries) => {
  const bytes = entries.reduce((sum, { bytes }) => sum + bytes, 0);
  return bytes < 1e6 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
};
const verdict = (page, id) => page.getByTestId(`verdict-${id}`);

/** From now on the site has only the small ones. */
async function onlySmall(context, request) {
  const { models } = await manifestOf(request);
  const small = SMALL.map((name) => models.find(({ card }) => card.name === name));
  await context.route(MANIFEST, (route) => route.fulfill({ json: { models: small } }));
  return small;
}

/** Opens a file of the user's. */
const upload = (page, buffer) =>
  page.getByTestId('model-file').setInputFiles({ name: 'mine.safetensors', mimeType: 'application/octet-stream', buffer });

test('every model of the site is there, with what is known of it', async ({ page, request }) => {
  const { models } = await manifestOf(request);
  await open(page, 'models');
  for (const { card, sha256 } of models) {
    const model = page.getByTestId(`model-${card.name}`);
    await expect(model).toContainText(card.licence);
    await expect(model).toContainText(sha256.slice(0, 8));
    await expect(model.locator('code[title]')).toHaveAttribute('title', sha256);
  }
  const eyes = page.getByTestId('model-refine-eyes');
  await expect(eyes.getByRole('heading')).toHaveText(/^Eyes/);
  await expect(eyes).toContainText(size(models.find(({ card }) => card.name === 'refine-eyes')));
  await expect(page.getByTestId('model-avatars')).toContainText('60,000 pictures');
  // Figures are folded away, with the command that measured them.
  const figures = page.getByTestId('figures-model-refine-eyes');
  await expect(figures.getByRole('row').first()).toBeHidden();
  await figures.locator('summary').click();
  await expect(figures).toContainText('forger eval refine');
  await expect(figures.getByRole('row', { name: 'pupil moved', exact: false }).first()).toContainText(/\d\.\d{4}/);
});

test('a link opens the page of a model with the model chosen', async ({ page }) => {
  await open(page, 'models');
  await page.getByTestId('use-model-superres-realism-x4').click();
  await expect(page).toHaveURL(/\/upscale\?model=superres-realism-x4-[0-9a-f]{8}$/);
  await expect(page.getByTestId('model-select')).toHaveValue('superres-realism-x4');
  // What is chosen afterwards is no longer what the address says.
  await page.getByTestId('model-select').selectOption('superres-light-x4');
  await expect(page).toHaveURL(/\/upscale$/);
  await page.getByRole('navigation').getByRole('link', { name: 'Models' }).click();
  await page.getByTestId('use-model-sneakers').click();
  await expect(page).toHaveURL(/\/detect\?/);
  await expect(page.getByTestId('model-select')).toHaveValue('sneakers');
  await expect(page.getByTestId('error-toast')).toHaveCount(0);
});

test('a model is checked, and downloaded as it is', async ({ page, request }) => {
  const { models } = await manifestOf(request);
  const eyes = models.find(({ card }) => card.name === 'refine-eyes');
  await open(page, 'models');
  await page.getByTestId('check-model-refine-eyes').click();
  await expect(verdict(page, 'model-refine-eyes')).toHaveText(/^It works here: .* \d+ ms, on CPU\.$/, { timeout: 60_000 });
  const { name, bytes } = await savedFile(page, 'download-model-refine-eyes');
  expect(name).toBe(eyes.file);
  expect(bytes.equals(await fileOf(request, eyes))).toBe(true);
});

test('all are checked one after the other, and one that is damaged is told', async ({ context, page, request }) => {
  const small = await onlySmall(context, request);
  const digits = small[1];
  const damaged = Buffer.from(await fileOf(request, digits));
  damaged[damaged.length - 7] ^= 1;
  const weights = `**/models/${digits.file}`;
  await context.route(weights, (route) => route.fulfill({ body: damaged }));
  await open(page, 'models');
  await expect(page.getByTestId('check-all')).toContainText(size(...small));
  await page.getByTestId('check-all').click();
  await expect(page.getByTestId('checked')).toHaveText('Do not work here: 1 of 2.', { timeout: 60_000 });
  await expect(verdict(page, 'model-refine-eyes')).toContainText('It works here');
  await expect(verdict(page, 'model-refine-digits')).toContainText('damaged');
  await context.unroute(weights);
  await page.getByTestId('check-model-refine-digits').click();
  await expect(page.getByTestId('checked')).toHaveText('All 2 work here.', { timeout: 60_000 });
});

test('checks are stopped', async ({ context, page, request }) => {
  await onlySmall(context, request);
  const files = await holdBack(page, /models\/.*\.safetensors/);
  await open(page, 'models');
  await page.getByTestId('check-all').click();
  await expect(page.getByTestId('checking')).toHaveText('0 of 2 checked');
  await page.getByTestId('cancel-all').click();
  await expect(page.getByTestId('check-all')).toBeVisible();
  await page.getByTestId('check-model-refine-eyes').click();
  await page.getByTestId('cancel-check').click();
  await expect(page.getByTestId('cancel-check')).toHaveCount(0);
  files.release();
  await page.getByTestId('check-model-refine-eyes').click();
  await expect(verdict(page, 'model-refine-eyes')).toContainText('It works here', { timeout: 60_000 });
  await expect(verdict(page, 'model-refine-digits')).toBeEmpty();
});

test('a file of the user is looked at, and one that is damaged is refused', async ({ context, page, request }) => {
  const [eyes] = await onlySmall(context, request);
  const file = await fileOf(request, eyes);
  await open(page, 'models');
  await upload(page, file.subarray(0, file.length / 2));
  await expect(page.getByTestId('file-refused')).toHaveText(/^mine\.safetensors: .*(whole|damaged|cut short)/);
  await upload(page, file);
  await expect(page.getByTestId('file-refine-eyes')).toContainText('UTKFace');
  await expect(verdict(page, 'file-refine-eyes')).toContainText('It works here');
  await expect(page.getByTestId('file-refused')).toHaveCount(0);
});

test('a manifest that is broken is told, and can be asked for again', async ({ context, page }) => {
  await context.route(MANIFEST, (route) => route.fulfill({ body: '{"models": [' }));
  await open(page, 'models');
  await expect(page.getByTestId('error-toast')).toContainText('manifest.json');
  await context.unroute(MANIFEST);
  await page.getByTestId('retry-button').click();
  await expect(page.getByTestId('model-digits')).toBeVisible();
  await expect(page.getByTestId('retry-button')).toHaveCount(0);
});

test('the room on this machine is told, and the browser is asked to keep what is there', async ({ page }) => {
  await page.addInitScript(() => {
    const { prototype } = StorageManager;
    prototype.estimate = async () => ({ usage: 12_300_000, quota: 2_000_000_000 });
    prototype.persisted = async () => false;
    prototype.persist = async () => window.isGranted === true;
  });
  await open(page, 'models');
  await expect(page.getByTestId('room')).toHaveText('This site takes 12.3 MB of the 2.0 GB that the browser allows it.');
  await page.getByTestId('keep-button').click();
  await expect(page.getByTestId('promise')).toContainText('did not promise');
  await page.evaluate(() => (window.isGranted = true));
  await page.getByTestId('keep-button').click();
  await expect(page.getByTestId('promise')).toContainText('has promised');
  await expect(page.getByTestId('keep-button')).toHaveCount(0);
});

test('it fits a phone, in Korean, with all figures open', async ({ browser, baseURL }) => {
  const context = await browser.newContext({ baseURL, viewport: { width: 360, height: 740 }, hasTouch: true, locale: 'ko-KR' });
  const page = await context.newPage();
  await open(page, 'models');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('모델');
  await expect(page.getByTestId('model-digits')).toBeVisible();
  // What cards say is in English, also where the page is not.
  await expect(page.getByTestId('figures-model-digits').locator('p')).toHaveAttribute('lang', 'en');
  await page.evaluate(() => document.querySelectorAll('details').forEach((details) => (details.open = true)));
  await frames(page);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  await context.close();
});
