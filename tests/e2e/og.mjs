// The picture that other sites show of a link to Forger: the sentence, as the avatars say it. The page must be served:
// FORGER_URL=http://127.0.0.1:8080/ node og.mjs ../../public/og.png

import { chromium } from '@playwright/test';

const baseURL = process.env.FORGER_URL ?? 'http://127.0.0.1:8080/';
const browser = await chromium.launch({ executablePath: process.env.FORGER_CHROME });
const page = await browser.newPage({ baseURL, viewport: { width: 1200, height: 630 }, locale: 'en' });
const terms = 'man%20with%20glasses:1.1249,1.266,1.104;man:1.1930,1.896,1.391;woman:1.2012,1.375,1.331';
await page.goto(`latent?model=avatars&terms=${terms}&expression=man%20with%20glasses%20-%20man%20%2B%20woman`);
await page.getByTestId('result').waitFor();
await page.waitForTimeout(4000);
const url = (canvas) => canvas.toDataURL();
const means = await page.locator('.equation canvas').evaluateAll((canvases) => canvases.map((canvas) => canvas.toDataURL()));
const result = await page.getByTestId('result').evaluate(url);
const picture = (src, label) => `<figure><img src="${src}"><figcaption>${label}</figcaption></figure>`;
// On a page of its own, because that of the site forbids styles in the text.
const sheet = await browser.newPage({ viewport: { width: 1200, height: 630 } });
await sheet.setContent(`<style>
  body { margin: 0; height: 630px; box-sizing: border-box; padding: 54px 60px; background: #12151d; color: #e9e7e0; font-family: Georgia, serif; }
  h1 { font-size: 68px; margin: 0; } p { font-size: 32px; color: #a3a9b8; margin: 6px 0 54px; }
  div { display: flex; align-items: center; justify-content: space-between; font-size: 60px; }
  figure { margin: 0; text-align: center; } figcaption { font-size: 24px; margin-top: 14px; }
  img { width: 200px; height: 200px; border-radius: 16px; } figure:last-child img { outline: 6px solid #ff9d4d; }
</style><h1>Forger</h1><p>A GAN playground that runs in your browser tab</p><div>
${picture(means[0], 'man with glasses')} − ${picture(means[1], 'man')} + ${picture(means[2], 'woman')} = ${picture(result, 'woman with glasses')}
</div>`);
await sheet.screenshot({ path: process.argv[2] ?? 'og.png' });
await browser.close();
