// Pictures become a set: those of the camera, those of an intake that was given up before, and more than a tab has memory for.

import { expect, test } from '../support/test.js';
import { breakWorker, makeBreakable } from '../support/gpu.js';
import { holdRequests, number, open, picture } from '../support/page.js';
import { LONG, photoFiles } from '../support/train.js';

// Chromium's own camera, which draws a clock and asks nobody.
test.use({
  launchOptions: async ({ launchOptions }, use) => {
    const camera = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
    await use({ ...launchOptions, args: [...(launchOptions.args ?? []), ...camera] });
  },
  permissions: ['camera'],
});

/** Opens the part of the user's pictures. */
async function openIntake(page) {
  await open(page, 'train');
  await page.getByTestId('add-pictures').click();
  await page.getByTestId('set-side').selectOption('32');
}

/** Has the page stop the next intake when it has taken so many: a click from here would come when it may be over. */
const stopAt = (page, count) =>
  page.evaluate((count) => {
    const find = (id) => document.querySelector(`[data-testid="${id}"]`);
    new MutationObserver((_, observer) => {
      if (Number.parseInt(find('intake-progress')?.textContent ?? '', 10) >= count) {
        observer.disconnect();
        find('intake-stop').click();
      }
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  }, count);

/** The folders of sets that lie on this machine, whole or not. */
const onDisk = (page) =>
  page.evaluate(async () => {
    let folder = await navigator.storage.getDirectory();
    for (const name of ['forger', 'sets']) {
      try {
        folder = await folder.getDirectoryHandle(name);
      } catch {
        return [];
      }
    }
    return Array.fromAsync(folder.keys());
  });

test('what the camera sees becomes a set, and the camera is let go of', async ({ page }) => {
  await openIntake(page);
  const preview = page.getByTestId('preview-0');
  await expect.poll(async () => (await picture(preview)).levels, LONG).toBeGreaterThan(10);
  const digits = (await picture(preview)).sha256;
  await page.evaluate(() => {
    const { mediaDevices: devices } = navigator;
    const ask = devices.getUserMedia.bind(devices);
    devices.getUserMedia = async (wanted) => (window.camera = await ask(wanted));
  });
  await stopAt(page, 8);
  await page.getByTestId('record').click();
  await page.getByTestId('intake-keep').click(LONG);
  const report = page.getByTestId('report');
  await expect(report).toHaveText(/^Pictures in camera: \d+\. Files left out: \d+\.$/);
  expect(await number(report)).toBeGreaterThan(2);
  await expect.poll(() => page.evaluate(() => window.camera.active)).toBe(false);
  await expect(page.getByTestId('data-0')).toHaveValue(/^own:/);
  await expect.poll(async () => (await picture(preview)).sha256, LONG).not.toBe(digits);
  expect((await picture(preview)).levels).toBeGreaterThan(10);
});

test('an intake that is given up half-way leaves nothing, and another begins at once', async ({ page }) => {
  await openIntake(page);
  const [files, input] = [await photoFiles(page, 120), page.getByTestId('set-files')];
  await stopAt(page, 20);
  await input.setInputFiles(files);
  await expect(page.getByTestId('intake-drop')).toBeVisible(LONG);
  const taken = await number(page.getByRole('alert').filter({ hasText: 'Stopped.' }));
  expect(taken).toBeGreaterThanOrEqual(20);
  expect(taken).toBeLessThan(files.length);
  await page.getByTestId('intake-drop').click();
  await expect(input).toBeEnabled();
  await expect(page.getByTestId('sets')).toHaveCount(0);
  await expect.poll(() => onDisk(page)).toEqual([]);
  await input.setInputFiles(files);
  await expect(page.getByTestId('report')).toHaveText('Pictures in p000: 120. Files left out: 0.', LONG);
  await expect(page.getByTestId('sets').getByRole('row')).toHaveCount(2);
  expect(await onDisk(page)).toHaveLength(1);
});

test('a set that is being written is stopped no more', async ({ page }) => {
  await openIntake(page);
  const letGo = await holdRequests(page, 'end-set');
  await page.getByTestId('set-files').setInputFiles(await photoFiles(page, 5));
  await expect(page.getByTestId('intake-ending')).toBeVisible(LONG);
  await expect(page.getByTestId('intake-stop')).toHaveCount(0);
  await expect(page.getByTestId('intake-keep')).toHaveCount(0);
  await letGo();
  await expect(page.getByTestId('report')).toHaveText(/\b5\b/, LONG);
  await expect(page.getByTestId('intake-ending')).toHaveCount(0);
});

test('a set that waits for an answer when its worker stops is said to be gone', async ({ page, complaints }) => {
  complaints.expect(/on purpose/);
  await makeBreakable(page.context());
  await openIntake(page);
  await stopAt(page, 20);
  await page.getByTestId('set-files').setInputFiles(await photoFiles(page, 120));
  await expect(page.getByTestId('intake-keep')).toBeVisible(LONG);
  await breakWorker(page, 'throw');
  // A worker that is at rest breaks when it is asked.
  await page.getByTestId('system-superres').click();
  await expect(page.getByTestId('error-toast').filter({ hasText: 'the set that was being made is gone' })).toBeVisible(LONG);
  await expect(page.getByTestId('intake-keep')).toHaveCount(0);
  await expect(page.getByTestId('set-files')).toBeEnabled();
});

test('a set that is full says how much it holds, and what is there can be kept', async ({ page }) => {
  // It would take thousands of pictures: in the place of the fourth, the engine answers as it does then.
  await page.addInitScript(() => {
    const { postMessage } = Worker.prototype;
    let added = 0;
    Worker.prototype.postMessage = function post(message, ...more) {
      const { id, body } = message[0];
      if (body?.payload?.store !== 'add-picture' || ++added < 4) {
        return postMessage.call(this, message, ...more);
      }
      const payload = { error: 'set-full', detail: { most: 384 * 1024 * 1024 } };
      const data = [{ id, body: { reply: { kind: 'failed', payload } } }];
      return queueMicrotask(() => this.dispatchEvent(new MessageEvent('message', { data })));
    };
  });
  await openIntake(page);
  await page.getByTestId('set-files').setInputFiles(await photoFiles(page, 8));
  await expect(page.getByTestId('error-toast')).toHaveText(/holds at most 402\.7 MB/, LONG);
  await page.getByTestId('intake-keep').click();
  await expect(page.getByTestId('report')).toHaveText(/\b3\b/, LONG);
  await expect(page.getByTestId('data-0')).toHaveValue(/^own:/);
});

test('pictures that a tab has no memory for are refused before they are read', async ({ page }) => {
  await open(page, 'train');
  // A set that says more than there is of it: were it read, it would be weighed by the eight pictures that are there.
  await page.evaluate(async () => {
    const id = `${Date.now().toString(16)}-00001`;
    let folder = await navigator.storage.getDirectory();
    for (const name of ['forger', 'sets', id]) {
      folder = await folder.getDirectoryHandle(name, { create: true });
    }
    const set = { id, name: 'huge', side: 32, count: 60_000, bytes: 184_320_000, made: Date.now(), left_out: [] };
    for (const [name, content] of [['pixels', new Uint8Array(8 * 3 * 32 * 32)], ['set.json', JSON.stringify(set)]]) {
      const writable = await (await folder.getFileHandle(name, { create: true })).createWritable();
      await writable.write(content);
      await writable.close();
    }
  });
  await page.reload();
  await page.getByTestId('system-superres').click();
  await page.getByTestId('side').selectOption('128');
  await page.getByTestId('data-0').selectOption({ label: 'huge' });
  await expect(page.getByTestId('refused')).toContainText(/would take \d\.\d GB of memory, and a tab has 2\.8 GB/, LONG);
  await expect(page.getByTestId('begin')).toBeDisabled();
  await page.getByTestId('system-dcgan').click();
  await expect(page.getByTestId('weight')).toContainText('numbers to learn', LONG);
});
