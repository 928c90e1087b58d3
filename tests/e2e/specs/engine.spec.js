// The engine may come late, not at all, or be of another version.

import { expect, test } from '../support/test.js';
import { engineReady, engineState } from '../support/page.js';

const ENGINE = /forger-engine.*\.wasm/;
const WORKER = /\/engine\.js/;

async function pageWorks(page) {
  await page.getByRole('navigation').getByRole('link', { name: 'Lab' }).click();
  await expect(page.getByTestId('plane')).toBeVisible();
  await page.getByTestId('data-select').selectOption('grid');
  await expect(page).toHaveURL(/data=grid/);
  await page.getByTestId('theme-choice').selectOption('dark');
  await page.getByRole('navigation').getByRole('link', { name: 'Story' }).click();
  await expect(page.getByRole('main').getByRole('heading', { level: 2 })).toHaveCount(5);
}

test('the page is usable before the engine has come', async ({ page }) => {
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await page.context().route(ENGINE, async (route) => {
    await held;
    await route.continue();
  });
  await page.goto('');
  expect(await engineState(page)).toBe('loading');
  await pageWorks(page);
  expect(await engineState(page)).toBe('loading');
  release();
  await engineReady(page);
});

test('what was asked before the engine came is done when it comes', async ({ page }) => {
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await page.context().route(ENGINE, async (route) => {
    await held;
    await route.continue();
  });
  await page.goto('lab');
  await page.getByTestId('train-button').click();
  release();
  await engineReady(page);
  await expect(page.getByTestId('step-count')).not.toHaveText('0');
});

test('without an engine the page says so, lives on, and can try again', async ({ page, complaints }) => {
  complaints.expect(/forger-engine|Failed to (load|fetch)|TypeError/);
  await page.context().route(ENGINE, (route) => route.abort());
  await page.goto('');
  await expect.poll(() => engineState(page)).toBe('failed');
  await expect(page.getByTestId('error-toast').first()).toBeVisible();
  await expect(page.getByTestId('device-badge')).not.toHaveText(/CPU|WebGPU/);
  await pageWorks(page);

  await page.context().unroute(ENGINE);
  await page.getByRole('button', { name: 'Restart engine' }).click();
  await engineReady(page);
  // What the first page was to train by itself.
  await expect(page.getByTestId('step-count')).not.toHaveText('0');
});

test('an engine of another version is refused', async ({ page }) => {
  await page.context().route(WORKER, (route) =>
    route.fulfill({
      contentType: 'text/javascript',
      headers: { 'cross-origin-embedder-policy': 'require-corp' },
      body: 'postMessage([{ id: 0, body: { event: { kind: "ready", payload: { version: 999 } } } }]);',
    }),
  );
  await page.goto('');
  await expect.poll(() => engineState(page)).toBe('failed');
  await expect(page.getByTestId('error-toast').first()).toContainText('999');
});
