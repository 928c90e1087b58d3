// Data of a user's own, drawn or pasted.

import { expect, test } from '../support/test.js';
import { engineReady, holdFiles, number, open, picture, watchNotes } from '../support/page.js';
import { drawnPlane, lab } from '../support/lab.js';

async function openPad(page) {
  await open(page, 'lab');
  await page.getByTestId('data-select').selectOption('own');
  await expect(page.getByTestId('own-pad')).toBeVisible();
}

async function stroke(page, from, to) {
  const box = await page.getByTestId('own-pad').boundingBox();
  const at = ([x, y]) => [box.x + x * box.width, box.y + y * box.height];
  await page.mouse.move(...at(from));
  await page.mouse.down();
  await page.mouse.move(...at(to), { steps: 20 });
  await page.mouse.up();
}

test('a drawing becomes data, is in the URL, and can be trained on', async ({ page }) => {
  await openPad(page);
  const count = page.getByTestId('own-count');
  await expect(page.getByTestId('own-done')).toBeDisabled();
  await stroke(page, [0.2, 0.2], [0.8, 0.2]);
  await stroke(page, [0.2, 0.8], [0.8, 0.8]);
  const both = Number((await count.innerText()).match(/\d+/)[0]);
  expect(both).toBeGreaterThan(20);
  await page.getByTestId('own-undo').click();
  await expect.poll(async () => Number((await count.innerText()).match(/\d+/)[0])).toBeLessThan(both);
  const before = await drawnPlane(page);
  await page.getByTestId('own-done').click();
  await expect(page).toHaveURL(/points=/);
  await expect(page.getByTestId('own-pad')).toBeHidden();
  await expect.poll(async () => (await picture(lab(page).plane)).sha256).not.toBe(before);
  await lab(page).step.click();
  await expect(lab(page).stepsText).toHaveText('1');
  await page.reload();
  await engineReady(page);
  await expect(page.getByTestId('data-select')).toHaveValue('own');
});

test('no other button draws on the pad, nor does a pointer that is gone', async ({ page }) => {
  await openPad(page);
  const [pad, count] = [page.getByTestId('own-pad'), page.getByTestId('own-count')];
  await pad.scrollIntoViewIfNeeded();
  const { x, y, width, height } = await pad.boundingBox();
  const pen = (type, at, button = 0) =>
    pad.dispatchEvent(type, { pointerId: 11, button, clientX: x + at * width, clientY: y + at * height });
  const none = await count.innerText();
  await pen('pointerdown', 0.2, 2);
  await pen('pointermove', 0.8);
  await expect(count).toHaveText(none);
  await pen('pointerdown', 0.2);
  await expect(count).not.toHaveText(none);
  const one = await count.innerText();
  await pen('lostpointercapture', 0.2);
  await pen('pointermove', 0.8);
  await expect(count).toHaveText(one);
});

test('all places of a fast stroke are points, though a browser tells of them at once', async ({ page }) => {
  await openPad(page);
  const [pad, count] = [page.getByTestId('own-pad'), page.getByTestId('own-count')];
  await pad.scrollIntoViewIfNeeded();
  const points = () => number(count);
  expect(await points()).toBe(0);
  await pad.evaluate((canvas) => {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    const at = (share) => ({ pointerId: 11, bubbles: true, clientX: left + share * width, clientY: top + height / 2 });
    canvas.dispatchEvent(new PointerEvent('pointerdown', at(0.1)));
    const coalescedEvents = [0.3, 0.5, 0.7, 0.9].map((share) => new PointerEvent('pointermove', at(share)));
    canvas.dispatchEvent(new PointerEvent('pointermove', { ...at(0.9), coalescedEvents }));
    canvas.dispatchEvent(new PointerEvent('pointerup', at(0.9)));
  });
  await expect.poll(points).toBe(5);
  // They are one stroke.
  await page.getByTestId('own-undo').click();
  await expect.poll(points).toBe(0);
});

test('clear empties the pad, and cancel keeps the data there was', async ({ page }) => {
  await openPad(page);
  await stroke(page, [0.3, 0.3], [0.7, 0.7]);
  await page.getByTestId('own-clear').click();
  await expect(page.getByTestId('own-done')).toBeDisabled();
  await page.getByTestId('own-data').getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByTestId('data-select')).toHaveValue('ring');
  await expect(page).not.toHaveURL(/points=/);
});

test('a table is read, scaled and thinned, and says so', async ({ page }) => {
  await openPad(page);
  await page.getByText('Paste or drop a table').click();
  const rows = Array.from({ length: 700 }, (_, index) => `${index};${index % 7}`).join('\n');
  await page.getByTestId('own-text').fill(`x;y\n${rows}`);
  const notes = await watchNotes(page);
  await page.getByTestId('own-read').click();
  for (const part of ['700', 'scaled']) {
    await expect.poll(notes).toContainEqual(expect.stringContaining(part));
  }
  await expect(page.getByTestId('own-count')).toContainText('512');
  await page.getByTestId('own-done').click();
  await expect(page).toHaveURL(/points=/);
});

test('a bad line is named by its number, and nothing is lost', async ({ page }) => {
  await openPad(page);
  await page.getByText('Paste or drop a table').click();
  await page.getByTestId('own-text').fill('0.1, 0.2\n\n0.3, banana\n');
  await page.getByTestId('own-read').click();
  await expect(page.getByTestId('error-toast')).toContainText('3');
  await expect(page.getByTestId('error-toast')).toContainText('banana');
  await expect(page.getByTestId('own-text')).toHaveValue(/banana/);
  await page.getByTestId('own-text').fill('0.1 0.2');
  await page.getByTestId('own-read').click();
  await expect(page.getByTestId('error-toast').filter({ hasText: 'two points' })).toBeVisible();
});

test('a file is read as the box is', async ({ page }) => {
  await openPad(page);
  await page.getByText('Paste or drop a table').click();
  const buffer = Buffer.from('x,y\n-0.5,0\n0.5,0\n0,0.5\n');
  await page.getByTestId('own-file').setInputFiles({ name: 'points.csv', mimeType: 'text/csv', buffer });
  await expect(page.getByTestId('own-count')).toContainText('3');
});

const file = (name) => ({ name, mimeType: 'application/octet-stream', buffer: Buffer.from('0.1,0.2\n0.3,0.4') });

test('a file that is read late does nothing to a pad that is closed, nor to a page that was left', async ({ page }) => {
  await openPad(page);
  const [table, run] = [await holdFiles(page, 'late.csv'), await holdFiles(page, 'late.forger')];
  await page.getByTestId('own-file').setInputFiles(file('late.csv'));
  await table.asked();
  await page.getByTestId('own-data').getByRole('button', { name: 'Cancel' }).click();
  await table.letGo();
  await lab(page).step.click();
  await expect(lab(page).stepsText).toHaveText('1');
  await page.getByTestId('import-file').setInputFiles(file('late.forger'));
  await run.asked();
  await page.getByRole('navigation').getByRole('link', { name: 'Models' }).click();
  await expect(page).toHaveURL(/\/models/);
  await run.letGo();
  await page.getByRole('navigation').getByRole('link', { name: 'Lab' }).click();
  await lab(page).step.click();
  await expect(lab(page).stepsText).toHaveText('1');
});
