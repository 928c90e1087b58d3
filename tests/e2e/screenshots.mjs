// Pictures of every page, wide and narrow, light and dark, in each language, into the folder named on the command line.

import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { chromium } from '@playwright/test';

const folder = process.argv[2] ?? '../../target/screenshots';
const baseURL = process.env.FORGER_URL ?? 'http://127.0.0.1:8080/';
const ROUTES = { story: '', lab: 'lab', latent: 'latent', missing: 'no/such/page' };

/** Something to look at: some training, some pictures. */
async function settle(page, name) {
  await page.waitForFunction(() => document.documentElement.dataset.engine !== 'loading', undefined, { timeout: 60_000 });
  if (name === 'story' || name === 'lab') {
    await page.getByTestId('train-button').click();
    await page.waitForTimeout(4000);
    await page.getByTestId('pause-button').click();
  }
  await page.waitForTimeout(name === 'latent' ? 3000 : 500);
}

await mkdir(folder, { recursive: true });
const browser = await chromium.launch({ executablePath: process.env.FORGER_CHROME });
for (const [name, route] of Object.entries(ROUTES)) {
  for (const width of [390, 1440]) {
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
