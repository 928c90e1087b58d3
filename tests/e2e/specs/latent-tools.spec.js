// Editing along directions, walks, and the way from a photo to its code.

import { mkdirSync, readFileSync } from 'node:fs';

import { expect, test } from '../support/test.js';
import { afterTimers, answered, dropFiles, frames, holdFiles, leave, open, picture, watchWorker } from '../support/page.js';
import { cells, openLatent, photoOf, place, settled, shown } from '../support/latent.js';

test('a direction moves the picture, as far as its link says', async ({ page, browser, baseURL }) => {
  await openLatent(page, 'model=avatars&tab=edit&base=1.5');
  const edited = page.getByTestId('edited');
  const before = await settled(edited);
  await page.getByTestId('direction-Eyeglasses').fill('30');
  await expect(page.getByTestId('direction-Eyeglasses')).toHaveAttribute('aria-valuetext', '3.0');
  await expect.poll(async () => (await picture(edited)).sha256).not.toBe(before);
  const bent = await settled(edited);
  await expect(page).toHaveURL(/moves=Eyeglasses:30/);
  const fresh = await browser.newContext({ baseURL });
  const other = await fresh.newPage();
  await other.goto(page.url());
  expect(await settled(other.getByTestId('edited'))).toBe(bent);
  await fresh.close();
  await page.getByTestId('reset-moves').click();
  await expect.poll(async () => (await picture(edited)).sha256).toBe(before);
});

test('every direction is drawn as a strip, in the middle the picture itself', async ({ page }) => {
  await openLatent(page, 'model=avatars&tab=edit&base=1.5');
  const [whole] = await cells(await shown(page.getByTestId('edited')), 1, 1);
  const strips = page.locator('.direction canvas');
  expect(await strips.count()).toBeGreaterThan(6);
  for (const strip of await strips.all()) {
    await settled(strip);
    const row = await cells(strip, 7, 1);
    expect(row[3].sha256).toBe(whole.sha256);
    expect(new Set(row.map(({ sha256 }) => sha256)).size).toBe(7);
  }
});

test('sliders of the code bend the picture', async ({ page }) => {
  await openLatent(page, 'model=digits&tab=edit');
  const edited = page.getByTestId('edited');
  const before = await settled(edited);
  await page.getByText('dimensions of the code').click();
  await page.getByRole('slider', { name: 'z1', exact: true }).fill('2.5');
  await expect.poll(async () => (await picture(edited)).sha256).not.toBe(before);
  await expect(page).toHaveURL(/base=~/);
});

test('a walk begins at its first stop and ends at its last, and plays', async ({ page }) => {
  const grid = await openLatent(page, 'model=digits&tab=walk');
  await expect(page.getByTestId('no-walk')).toBeVisible();
  await grid.click({ position: await place(grid, 3) });
  await grid.dragTo(page.getByTestId('stops'), { sourcePosition: await place(grid, 20) });
  const strip = page.getByTestId('walk-strip');
  await settled(strip);
  await expect(page).toHaveURL(/walk=1\.3,1\.20/);
  const samples = await cells(grid, 8, 8);
  const row = await cells(strip, 12, 2);
  // A sample in a link is exact, so the walk begins with its very picture.
  expect(row[0].sha256).toBe(samples[3].sha256);
  expect(row[12].sha256).toBe(samples[20].sha256);
  expect(new Set(row.slice(0, 13).map(({ sha256 }) => sha256)).size).toBe(13);

  const slerp = await settled(strip);
  await page.getByTestId('straight').check();
  await expect.poll(async () => (await picture(strip)).sha256).not.toBe(slerp);
  await page.getByTestId('closed').check();
  await expect.poll(async () => (await picture(strip)).height).toBe(56);
  const slider = page.getByTestId('walk-slider');
  await expect(slider).toHaveAttribute('max', '23');
  await expect(slider).toHaveAttribute('aria-valuetext', /^\d+ \/ 24$/);
  await page.getByTestId('play').click();
  await expect.poll(async () => Number(await slider.inputValue())).toBeGreaterThan(3);
  await page.getByTestId('play').click();
  const still = await slider.inputValue();
  // Longer than a picture of the walk is shown.
  await afterTimers(page, 100);
  expect(await slider.inputValue()).toBe(still);
});

test('a walk is saved as a film and as a strip', async ({ page }) => {
  await openLatent(page, 'model=digits&tab=walk&walk=1.1,1.2&closed=1');
  await settled(page.getByTestId('walk-strip'));
  const save = async (button) => {
    const download = page.waitForEvent('download');
    await page.getByTestId(button).click();
    return readFileSync(await (await download).path());
  };
  const film = await save('save-gif');
  expect(film.subarray(0, 6).toString('latin1')).toBe('GIF89a');
  expect(film.readUInt16LE(6)).toBe(252);
  expect(film.at(-1)).toBe(0x3b);
  const strip = await save('save-png');
  expect(strip.subarray(1, 4).toString('latin1')).toBe('PNG');
  // The browser itself can play it.
  const size = await page.evaluate(async (data) => {
    const frames = new ImageDecoder({ type: 'image/gif', data: Uint8Array.from(atob(data), (c) => c.charCodeAt(0)) });
    await frames.tracks.ready;
    return [frames.tracks.selectedTrack.frameCount, frames.tracks.selectedTrack.repetitionCount];
  }, film.toString('base64'));
  expect(size).toEqual([24, Infinity]);
});

test('a film leaves the worker to others meanwhile, and ends with its tab', async ({ page }) => {
  await page.addInitScript(() => {
    window.forgerSent = [];
    const { postMessage } = Worker.prototype;
    Worker.prototype.postMessage = function (message, ...more) {
      window.forgerSent.push(message[0]);
      return postMessage.call(this, message, ...more);
    };
  });
  // Long enough for all that follows.
  const stops = Array.from({ length: 30 }, (_, index) => `1.${index}`).join(',');
  const grid = await openLatent(page, `model=avatars&tab=walk&walk=${stops}`);
  await shown(page.getByTestId('walk-picture'));
  await page.getByTestId('save-gif').click();
  const cancel = page.getByTestId('cancel-gif');
  await expect(cancel).toBeVisible();
  const before = (await picture(grid)).sha256;
  await page.getByTestId('new-seed').click();
  await expect.poll(async () => (await picture(grid)).sha256).not.toBe(before);
  await expect(cancel).toBeVisible();
  await page.getByTestId('tab-edit').click();
  const isCancelled = () =>
    page.evaluate(() => {
      const { id } = window.forgerSent.find(({ body }) => body.payload?.latent === 'film');
      return window.forgerSent.some(({ body }) => body.kind === 'cancel' && body.payload.request === id);
    });
  await expect.poll(isCancelled).toBe(true);
  await settled(page.getByTestId('edited'));
});

/** A code as a link holds it, of as many values as avatars and faces have. */
const own = (by) => `~${Buffer.from(Array.from({ length: 100 }, (_, index) => (index * by) % 64)).toString('base64url')}`;
const OF_A_MODEL = {
  edited: `tab=edit&base=${own(3)}`,
  'walk-strip': `tab=walk&walk=${own(3)},${own(5)}`,
  result: `terms=A:${own(3)}&expression=A`,
};

for (const [id, query] of Object.entries(OF_A_MODEL)) {
  test(`of the same code, another model draws another picture: ${id}`, async ({ page }) => {
    await openLatent(page, `model=avatars&${query}`);
    const canvas = page.getByTestId(id);
    const before = await settled(canvas);
    await page.getByTestId('model-faces').click();
    await expect(page).toHaveURL(/model=faces-/, { timeout: 60_000 });
    await expect.poll(async () => (await picture(canvas)).sha256).not.toBe(before);
  });
}

test('a picture that the model drew is found again, and edited', async ({ page }) => {
  test.setTimeout(300_000);
  const grid = await openLatent(page, 'model=avatars&tab=photo');
  await page.getByTestId('photo-file').setInputFiles(await photoOf(grid, 9));
  await page.getByTestId('search').click();
  await expect(page.getByTestId('search-status')).toContainText('dB');
  await expect(page.getByTestId('found')).toBeVisible({ timeout: 240_000 });
  const psnr = Number((await page.getByTestId('found').innerText()).match(/([\d.]+) dB/)[1]);
  expect(psnr).toBeGreaterThan(20);
  await expect(page.getByTestId('unlike')).toHaveCount(0);
  await page.getByTestId('edit-found').click();
  await settled(page.getByTestId('edited'));
  await expect(page).toHaveURL(/base=~/);
});

test('a search can be cancelled within a second, and the page answers while it runs', { tag: '@alone' }, async ({ page }) => {
  const grid = await openLatent(page, 'model=avatars&tab=photo');
  await page.getByTestId('photo-file').setInputFiles(await photoOf(grid, 9));
  await page.getByTestId('search').click();
  await expect(page.getByTestId('search-status')).toContainText('dB');
  const before = (await picture(grid)).sha256;
  await page.getByTestId('new-seed').click();
  await expect.poll(async () => (await picture(grid)).sha256).not.toBe(before);
  await page.getByTestId('cancel-search').click();
  // One second is promised to a user; this machine may be slow.
  await expect(page.getByTestId('search')).toBeVisible({ timeout: 3000 });
});

test('what is found for a photo is of one model and one photo', async ({ page }) => {
  test.setTimeout(300_000);
  await watchWorker(page);
  const grid = await openLatent(page, 'model=digits&tab=photo');
  const [file, search, found] = ['photo-file', 'search', 'found'].map((id) => page.getByTestId(id));
  const [photo, later] = [await photoOf(grid, 9), { ...(await photoOf(grid, 10)), name: 'late.png' }];
  await file.setInputFiles(photo);
  await search.click();
  await expect(found).toBeVisible({ timeout: 200_000 });
  await page.getByTestId('model-select').selectOption('avatars');
  await expect(found).toHaveCount(0, { timeout: 60_000 });
  await search.click();
  await expect(page.getByTestId('search-status')).toContainText('dB', { timeout: 60_000 });
  await page.getByTestId('model-select').selectOption('digits');
  await expect(search).toBeVisible({ timeout: 60_000 });
  // The search that was under way, too.
  await answered(page);
  await expect(page.getByTestId('search-status')).toBeEmpty();
  await expect(found).toHaveCount(0);

  const late = await holdFiles(page, 'late.png');
  await file.setInputFiles(later);
  await late.asked();
  await file.setInputFiles(photo);
  const crop = page.getByTestId('crop');
  const first = await settled(crop);
  await late.letGo();
  expect((await picture(crop)).sha256, 'a slower photo covers no newer one').toBe(first);
  await file.setInputFiles(later);
  await late.asked();
  await leave(page);
  await late.letGo();
});

test('what is no picture is refused by name, and what is like nothing the model knows is said', async ({ page }) => {
  test.setTimeout(300_000);
  await openLatent(page, 'model=avatars&tab=photo');
  const file = page.getByTestId('photo-file');
  for (const [name, buffer] of [['broken.png', Buffer.from('\x89PNG broken')], ['empty.jpg', Buffer.alloc(0)], ['text.gif', Buffer.from('hello')]]) {
    await file.setInputFiles({ name, mimeType: 'image/png', buffer });
    await expect(page.getByTestId('error-toast').filter({ hasText: name })).toBeVisible();
  }
  const stripes = await page.evaluate(() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 128, height: 128 });
    const context = canvas.getContext('2d');
    for (let x = 0; x < 128; x += 8) {
      context.fillStyle = x % 16 ? '#0f0' : '#f0f';
      context.fillRect(x, 0, 8, 128);
    }
    return canvas.toDataURL('image/png').split(',')[1];
  });
  await file.setInputFiles({ name: 'stripes.png', mimeType: 'image/png', buffer: Buffer.from(stripes, 'base64') });
  await page.getByTestId('search').click();
  await expect(page.getByTestId('unlike')).toBeVisible({ timeout: 240_000 });
});

test('a photo is placed with the keyboard, and one that is pasted opens', async ({ page }) => {
  const grid = await openLatent(page, 'model=digits&tab=photo');
  const { buffer } = await photoOf(grid, 0);
  await page.evaluate(async (data) => {
    const file = new File([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))], 'pasted.png', { type: 'image/png' });
    const transfer = new DataTransfer();
    transfer.items.add(file);
    document.dispatchEvent(new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true, cancelable: true }));
  }, buffer.toString('base64'));
  const crop = await shown(page.getByTestId('crop'));
  await page.getByTestId('zoom').fill('3');
  const before = (await picture(crop)).sha256;
  await crop.focus();
  await page.keyboard.press('ArrowRight');
  await expect.poll(async () => (await picture(crop)).sha256).not.toBe(before);
  // Of two fingers, the first drags it.
  const placed = (await picture(crop)).sha256;
  const finger = (type, pointerId, clientX) =>
    crop.dispatchEvent(type, { pointerId, button: 0, clientX, clientY: 100 });
  await finger('pointerdown', 11, 100);
  await finger('pointerdown', 12, 180);
  await finger('pointermove', 12, 220);
  await frames(page);
  expect((await picture(crop)).sha256).toBe(placed);
  await finger('pointermove', 11, 120);
  await expect.poll(async () => (await picture(crop)).sha256).not.toBe(placed);
});

test('a folder that is dropped is taken for no file, here and in the lab', async ({ page }, info) => {
  const folder = info.outputPath('letters');
  mkdirSync(folder);
  const told = page.getByTestId('error-toast').filter({ hasText: 'There is no picture in the folder letters.' });
  await openLatent(page, 'model=avatars');
  await dropFiles(page, page.locator('h2, .answer').first(), [folder]);
  await expect(told).toBeVisible();
  await open(page, 'lab');
  await dropFiles(page, page.getByTestId('share-button'), [folder]);
  await expect(told).toBeVisible();
});
