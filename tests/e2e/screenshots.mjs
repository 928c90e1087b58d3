// Pictures of every page, wide and narrow, light and dark, in each language, into the folder named on the command
// line; only of pages whose name begins with a second word, if there is one.

import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { chromium } from '@playwright/test';

const folder = process.argv[2] ?? '../../target/screenshots';
const baseURL = process.env.FORGER_URL ?? 'http://127.0.0.1:8080/';
const SENTENCE = 'terms=A:1.1,1.2,1.3;B:1.4,1.5,1.6;C:1.7,1.8,1.9&expression=A%20-%20B%20%2B%20C';
const ROUTES = {
  story: '',
  lab: 'lab',
  latent: 'latent',
  'latent-arithmetic': `latent?${SENTENCE}`,
  'latent-edit': 'latent?tab=edit&base=1.5',
  'latent-walk': 'latent?tab=walk&walk=1.1,1.5,1.9&closed=1',
  'latent-photo': 'latent?tab=photo',
  translate: 'translate',
  'translate-cycle': 'translate?model=day-to-sunset',
  refine: 'refine',
  'refine-digits': 'refine?simulator=digits',
  detect: 'detect?model=sneakers&sample=3',
  train: 'train',
  models: 'models',
  upscale: 'upscale',
  missing: 'no/such/page',
};
const asked = process.argv[3];

/** Something to look at: some training, some pictures. */
async function settle(page, name) {
  await page.waitForFunction(() => document.documentElement.dataset.engine !== 'loading', undefined, { timeout: 60_000 });
  if (name === 'story') {
    // It begins by itself, and ends where it has converged.
    await page.waitForFunction(() => document.querySelector('[data-testid="trained-note"]').textContent, undefined, { timeout: 90_000 });
  }
  if (name === 'lab') {
    await page.getByTestId('train-button').click();
    await page.waitForTimeout(4000);
    await page.getByTestId('pause-button').click();
  }
  if (name === 'translate') {
    await page.getByTestId('outcome').and(page.locator('[aria-busy="false"]')).waitFor({ timeout: 90_000 });
  }
  if (name === 'translate-cycle') {
    await page.getByTestId('photo-file').setInputFiles(process.env.FORGER_PHOTO ?? 'pictures/see-through.png');
    await page.getByTestId('trip-button').click();
    await page.getByTestId('cycle-error').first().waitFor({ timeout: 90_000 });
  }
  if (name === 'detect') {
    await page.getByTestId('numbers').filter({ hasText: 'p = ' }).waitFor({ timeout: 60_000 });
  }
  if (name === 'train') {
    await page.getByTestId('begin').click();
    await page.getByTestId('pictures').waitFor({ timeout: 60_000 });
    await page.waitForTimeout(4000);
    await page.getByTestId('pause-button').click();
  }
  if (name === 'upscale') {
    await page.getByTestId('photo-file').setInputFiles(process.env.FORGER_PHOTO ?? 'pictures/see-through.png');
    await page.getByTestId('upscale-button').click();
    await page.getByTestId('save-png').waitFor({ timeout: 60_000 });
  }
  await page.waitForTimeout(name.startsWith('latent') ? 4000 : 500);
}

await mkdir(folder, { recursive: true });
const browser = await chromium.launch({ executablePath: process.env.FORGER_CHROME });
for (const [name, route] of Object.entries(ROUTES)) {
  if (asked && !name.startsWith(asked)) continue;
  for (const width of [390, 820, 1440]) {
    for (const colorScheme of ['light', 'dark']) {
      for (const language of ['en', 'ko']) {
        const page = await browser.newPage({ baseURL, viewport: { width, height: 900 }, colorScheme, locale: language });
        await page.goto(route);
        await settle(page, name);
        const file = path.join(folder, `${name}-${width}-${colorScheme}-${language}.png`);
        await page.screenshot({ path: file, fullPage: true });
        console.log(file);
        await page.close();
      }
    }
  }
}
await browser.close();
