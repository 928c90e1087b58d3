// Pictures become a set: those of the camera, and those of an intake that was given up before.

import { expect, test } from '../support/test.js';
import { number, open, picture } from '../support/page.js';
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
  await page.evaluate(() => {
    const { mediaDevices: devices } = navigator;
    const ask = devices.getUserMedia.bind(devices);
    devices.getUserMedia = async (wanted) => (window.camera = await ask(wanted));
  });
  await stopAt(page, 8);
  await page.getByTestId('record').click();
  await page.getByTestId('intake-keep').click(LONG);
  const report = page.getByTestId('report');
  await expect(report).toHaveText(/^\d+ pictures are in camera; \d+ files were left out\.$/);
  expect(await number(report)).toBeGreaterThan(2);
  await expect.poll(() => page.evaluate(() => window.camera.active)).toBe(false);
  await expect(page.getByTestId('data-0')).toHaveValue(/^own:/);
  await expect.poll(async () => (await picture(page.getByTestId('preview-0'))).levels, LONG).toBeGreaterThan(10);
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
  expect(await onDisk(page)).toEqual([]);
  await input.setInputFiles(files);
  await expect(page.getByTestId('report')).toHaveText('120 pictures are in p000; 0 files were left out.', LONG);
  await expect(page.getByTestId('sets').getByRole('row')).toHaveCount(2);
  expect(await onDisk(page)).toHaveLength(1);
});
