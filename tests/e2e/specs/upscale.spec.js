// Super-resolution: a photo becomes larger in the tab.

import { expect, test } from '../support/test.js';
import { frames, holdFiles, leave, measureFrames } from '../support/page.js';
import { choosePicture as choose, enlarge, openUpscale, picture, saved, savedFile, stripes, unzip } from '../support/upscale.js';

test('a photo becomes four times as large, and can be saved; nothing is sent', async ({ page }) => {
  const sent = [];
  page.on('request', (request) => sent.push(...(request.postDataBuffer() ? [request.url()] : [])));
  await openUpscale(page);
  await expect(page.getByTestId('upscale-button')).toBeDisabled();
  await choose(page, 'plain.png');
  await expect(page.getByTestId('estimate')).toContainText('96 × 64');
  await enlarge(page);
  const { name, width, height, data } = await saved(page);
  expect([name, width, height]).toEqual(['plain-superres-light-x4.png', 96, 64]);
  // Red grows to the right, green downwards, as in the photo.
  const at = (x, y, channel) => data[(y * 96 + x) * 4 + channel];
  expect(at(90, 32, 0) - at(4, 32, 0)).toBeGreaterThan(180);
  expect(at(48, 60, 1) - at(48, 3, 1)).toBeGreaterThan(180);
  expect(sent).toEqual([]);
  await expect(page.getByTestId('sent')).toHaveText('0 bytes sent');
});

test('once the model is there, it works without a network', async ({ page }) => {
  await openUpscale(page);
  await choose(page, 'plain.png');
  await enlarge(page);
  await page.context().setOffline(true);
  await choose(page, 'see-through.png');
  await enlarge(page);
  const { data } = await saved(page);
  const alpha = data.filter((_, index) => index % 4 === 3);
  expect(Math.min(...alpha)).toBeLessThan(20);
  expect(Math.max(...alpha)).toBeGreaterThan(235);
});

// What is opened, and the size of what comes of it, or what is said.
const KINDS = [
  ['one-pixel.png', [4, 4]],
  ['sixteen-bit.png', [96, 64]],
  ['cmyk.jpg', [96, 64]],
  ['animated.gif', [96, 64]],
  ['on-its-side.jpg', [64, 96]],
  ['see-through.png', [96, 64]],
  ['truncated.png', /no picture that this browser can read/],
  ['empty.png', /is empty/],
  ['huge.png', /no picture that this browser can read/],
  ['make.py', /is text/],
];

test('pictures of unusual kinds are made larger or refused by name, and the page lives on', async ({ page }) => {
  await openUpscale(page);
  await page.getByTestId('model-select').selectOption('=bicubic');
  for (const [name, expected] of KINDS) {
    await test.step(name, async () => {
      await choose(page, name);
      if (expected instanceof RegExp) {
        const toast = page.getByTestId('error-toast').filter({ hasText: name });
        await expect(toast).toContainText(expected);
        return;
      }
      await expect(page.getByTestId('estimate')).toContainText(`${expected[0]} × ${expected[1]}`);
      await expect(page.getByTestId('animated')).toHaveCount(name.startsWith('animated') ? 1 : 0);
      await expect(page.getByTestId('deep')).toHaveCount(name.startsWith('sixteen') ? 1 : 0);
      await expect(page.getByTestId('wide')).toHaveCount(0);
      await enlarge(page);
      const { width, height } = await saved(page);
      expect([width, height]).toEqual(expected);
    });
  }
  await choose(page, 'plain.png');
  await enlarge(page);
});

test('what would be too large is refused with the size that fits', async ({ page }) => {
  await openUpscale(page);
  await choose(page, 'long.png');
  await expect(page.getByTestId('refused')).toContainText('8191 × 36');
  await expect(page.getByTestId('upscale-button')).toBeDisabled();
});

test('tiles are seen as they come, the page answers, and cancel takes less than a second', { tag: '@alone' }, async ({ page }) => {
  await openUpscale(page);
  await page.getByTestId('photo-file').setInputFiles(await stripes(page, 1000, 800));
  await page.getByTestId('upscale-button').click();
  await expect(page.getByTestId('tiles')).toContainText(/Tile ([2-9]|\d\d) of 35/, { timeout: 60_000 });
  const stop = await measureFrames(page);
  await expect(page.getByTestId('tiles')).toContainText(/Tile ([4-9]|\d\d) of 35/, { timeout: 60_000 });
  expect((await stop()).longest).toBeLessThan(500);
  const start = Date.now();
  await page.getByTestId('cancel-button').click();
  await expect(page.getByTestId('tiles')).toBeHidden();
  // One second is promised to a user; this machine may be busy with other things.
  expect(Date.now() - start).toBeLessThan(3000);
  await expect(page.getByTestId('upscale-button')).toBeEnabled();
});

test('any two are compared, by line and by difference', async ({ page }) => {
  await openUpscale(page);
  await choose(page, 'plain.png');
  await enlarge(page, '=bicubic');
  await enlarge(page, 'superres-light-x4');
  for (const select of ['model-select', 'right-select']) {
    await expect(page.getByTestId(select).locator('option:checked')).toHaveText('Light (fast)');
  }
  await expect(page.getByText('About this model: Light (fast)')).toBeVisible();
  const viewer = page.getByTestId('viewer');
  const look = () => viewer.evaluate((canvas) => canvas.toDataURL());
  await page.getByTestId('left-select').selectOption('=bicubic');
  await expect(page.getByTestId('right-select')).toHaveValue('superres-light-x4');
  await frames(page);
  const both = await look();
  await page.getByTestId('line').fill('1');
  await expect.poll(look).not.toBe(both);
  const bicubic = await look();
  await page.getByTestId('line').fill('0');
  await expect.poll(look).not.toBe(bicubic);
  await page.getByTestId('difference').check();
  await page.getByTestId('left-select').selectOption('superres-light-x4');
  // A picture differs in nothing from itself.
  const brightest = () =>
    viewer.evaluate((canvas) => {
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return data.reduce((most, value, index) => (index % 4 < 3 ? Math.max(most, value) : most), 0);
    });
  await expect.poll(brightest).toBe(0);
  await page.getByTestId('left-select').selectOption('=bicubic');
  await expect.poll(brightest).toBeGreaterThan(0);
  // Another photo is seen as it is, and differs from nothing yet.
  await choose(page, 'plain.png');
  await expect(page.getByTestId('difference')).toBeDisabled();
  await expect(page.getByTestId('difference')).not.toBeChecked();
  await expect.poll(brightest).toBeGreaterThan(100);
});

test('the viewer is moved and zoomed with the keyboard', async ({ page }) => {
  await openUpscale(page);
  await choose(page, 'plain.png');
  const viewer = page.getByTestId('viewer');
  await viewer.focus();
  await page.keyboard.press('+');
  await page.keyboard.press('+');
  await expect(page.getByTestId('zoom')).not.toHaveValue('0');
  await frames(page);
  const look = () => viewer.evaluate((canvas) => canvas.toDataURL());
  const before = await look();
  await page.keyboard.press('ArrowRight');
  await expect.poll(look).not.toBe(before);
});

test('two fingers zoom the viewer, and no other button nor a pointer that is gone drags it', async ({ page }) => {
  await openUpscale(page);
  await choose(page, 'plain.png');
  const viewer = page.getByTestId('viewer');
  await viewer.scrollIntoViewIfNeeded();
  const { x, y, width, height } = await viewer.boundingBox();
  // Far from the line in the middle.
  const finger = (type, pointerId, by, button = 0) =>
    viewer.dispatchEvent(type, { pointerId, button, clientX: x + width / 8 + by, clientY: y + height / 2 });
  // What was asked for is drawn by the frame after the next.
  const look = () =>
    viewer.evaluate((canvas) => {
      const next = () => new Promise((drawn) => requestAnimationFrame(drawn));
      return next().then(next).then(() => canvas.toDataURL());
    });
  await finger('pointerdown', 11, 0);
  await finger('pointerdown', 12, 100);
  await finger('pointermove', 12, 200);
  await expect(page.getByTestId('zoom')).toHaveValue('1');
  const near = await look();
  await finger('pointerup', 12, 200);
  await finger('pointermove', 11, 0);
  expect(await look(), 'the finger that stays holds what it held').toBe(near);
  await finger('lostpointercapture', 11, 0);
  await finger('pointermove', 11, 60);
  expect(await look(), 'nothing is held').toBe(near);
  await finger('pointerdown', 11, 0, 2);
  await finger('pointermove', 11, 60);
  expect(await look(), 'the right button holds nothing').toBe(near);
  await finger('pointerdown', 11, 0);
  await finger('pointermove', 11, -60);
  expect(await look()).not.toBe(near);
});

test('a photo that is decoded late neither covers a newer one nor disturbs the page after this one', async ({ page }) => {
  await openUpscale(page);
  const late = await holdFiles(page, 'on-its-side.jpg');
  const file = page.getByTestId('photo-file');
  await file.setInputFiles(picture('on-its-side.jpg'));
  await late.asked();
  await choose(page, 'plain.png');
  await expect(page.getByTestId('estimate')).toContainText('96 × 64');
  await late.letGo();
  await expect(page.getByTestId('estimate')).toContainText('96 × 64');
  await file.setInputFiles(picture('on-its-side.jpg'));
  await late.asked();
  await leave(page);
  await late.letGo();
});

test('against the sharp picture: infinite for itself, told where sizes differ', async ({ page }) => {
  await openUpscale(page);
  await choose(page, 'plain.png');
  await enlarge(page, '=bicubic');
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('save-png').click()]);
  await page.getByTestId('reference-file').setInputFiles(await download.path());
  await expect(page.getByTestId('likeness')).toContainText(/Bicubic∞ dB1\.0000/);
  await page.getByTestId('reference-file').setInputFiles(picture('plain.png'));
  await expect(page.getByTestId('error-toast')).toContainText('24 × 16');
});

test('several photos become one zip; one that is broken stops nothing', async ({ page }) => {
  await openUpscale(page);
  const names = ['plain.png', 'truncated.png', 'on-its-side.jpg'];
  await page.getByTestId('photo-file').setInputFiles(names.map(picture));
  const row = (index) => page.getByTestId('batch').getByRole('listitem').nth(index);
  await expect(row(2)).toContainText('on-its-side.jpgwaiting');
  await expect(page.getByTestId('save-zip')).toBeDisabled();
  await page.getByTestId('batch-start').click();
  await expect(page.getByTestId('batch-count')).toHaveText('2 of 3 photos', { timeout: 60_000 });
  await expect(row(1)).toContainText('no picture that this browser can read');
  await expect(page.getByTestId('save-zip')).toBeEnabled();
  const { name, bytes } = await savedFile(page, 'save-zip');
  expect(name).toBe('forger-photos.zip');
  const files = unzip(bytes);
  expect(files.map((file) => file.name)).toEqual(['plain-superres-light-x4.png', 'on-its-side-superres-light-x4.png']);
  // Width and height of a PNG.
  expect(files.map((file) => [file.bytes.readUInt32BE(16), file.bytes.readUInt32BE(20)])).toEqual([
    [96, 64],
    [64, 96],
  ]);
  // Each that is done can be looked at again, and the list says which one that is.
  await expect(row(2)).toHaveAttribute('aria-current', 'true');
  await expect(page.getByTestId('estimate')).toContainText('64 × 96');
  await row(0).getByRole('button', { name: 'plain.png' }).click();
  await expect(row(0)).toHaveAttribute('aria-current', 'true');
  await expect(row(2)).not.toHaveAttribute('aria-current');
  await expect(page.getByTestId('estimate')).toContainText('96 × 64');
  await expect(row(1).getByRole('button')).toHaveCount(0);
  await expect(page.getByTestId('save-zip')).toBeEnabled();
  // One photo ends the batch.
  await choose(page, 'plain.png');
  await expect(page.getByTestId('batch')).toBeHidden();
});

test('a batch is stopped within a second, and what is finished of it can be saved', { tag: '@alone' }, async ({ page }) => {
  await openUpscale(page);
  const large = await stripes(page, 1000, 800, 'large.png');
  const files = [await stripes(page, 20, 20, 'small.png'), large, { ...large, name: 'never.png' }];
  await page.getByTestId('photo-file').setInputFiles(files);
  await page.getByTestId('batch-start').click();
  await expect(page.getByTestId('tiles')).toContainText(/Tile ([2-9]|\d\d) of 35/, { timeout: 60_000 });
  const start = Date.now();
  await page.getByTestId('batch-stop').click();
  await expect(page.getByTestId('batch-start')).toBeVisible();
  await expect(page.getByTestId('save-zip')).toBeEnabled();
  expect(Date.now() - start).toBeLessThan(3000);
  expect(unzip((await savedFile(page, 'save-zip')).bytes).map((file) => file.name)).toEqual(['small-superres-light-x4.png']);
  await expect(page.getByTestId('upscale-button')).toBeEnabled();
});

test('what a camera wrote is kept, of the picture upright', async ({ page }) => {
  await openUpscale(page);
  await page.getByTestId('model-select').selectOption('=bicubic');
  await choose(page, 'on-its-side.jpg');
  await enlarge(page);
  // The tag of how it is turned, one short number, and its value: 1 is upright.
  const upright = Buffer.from([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 1]);
  const turned = Buffer.from([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6]);
  const swapped = (tag) => Buffer.from([0x12, 0x01, 3, 0, 1, 0, 0, 0, tag, 0]);
  for (const button of ['save-png', 'save-jpeg', 'save-webp']) {
    const { bytes } = await savedFile(page, button);
    expect(bytes.includes(upright) || bytes.includes(swapped(1)), button).toBe(true);
    expect(bytes.includes(turned) || bytes.includes(swapped(6)), button).toBe(false);
  }
});
