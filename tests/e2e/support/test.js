// `test` for every spec: a page that complains in the console, breaks its security policy, or speaks to another host
// fails its test, whatever the test itself looks at.

import { test as base, expect } from '@playwright/test';
import { passForCard } from './gpu.js';

/** What a page did that it should not have done. */
class Complaints {
  // Tests read canvases back, the page never does; and most tests keep no files.
  #expected = [/willReadFrequently/, /Service Worker registration blocked by Playwright/];
  #found = [];

  /** This test provokes the complaints that match. */
  expect(pattern) {
    this.#expected.push(pattern);
  }

  watch(page, origin) {
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') {
        this.#found.push(`console ${message.type()}: ${message.text()}`);
      }
    });
    page.on('pageerror', (error) => this.#found.push(`uncaught: ${error.message}`));
    page.context().on('request', (request) => {
      const url = new URL(request.url());
      if (!['data:', 'blob:'].includes(url.protocol) && url.origin !== origin) {
        this.#found.push(`request to another host: ${url.href}`);
      }
    });
  }

  get unexpected() {
    return this.#found.filter((complaint) => !this.#expected.some((pattern) => pattern.test(complaint)));
  }
}

export const test = base.extend({
  /** Whether software WebGPU passes for a card: see `playwright.config.js`. */
  card: [false, { option: true }],
  context: async ({ context, card }, use) => {
    if (card) {
      await passForCard(context);
    }
    await use(context);
    // A worker that begins as the test ends may still be asking for its script.
    await context.unrouteAll({ behavior: 'ignoreErrors' });
  },
  complaints: [
    async ({ page, baseURL }, use) => {
      const complaints = new Complaints();
      complaints.watch(page, new URL(baseURL).origin);
      await use(complaints);
      expect(complaints.unexpected, 'complaints of the page').toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };
