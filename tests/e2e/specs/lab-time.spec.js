// Back in time: earlier moments, branches, undo, and runs in files.

import { readFile } from 'node:fs/promises';

import { expect, test } from '../support/test.js';
import { answered, frames, open, picture, watchWorker } from '../support/page.js';
import { drawnPlane, keptStep, lab, slide, trainTo, written } from '../support/lab.js';

const sha = async (canvas) => (await picture(canvas)).sha256;

test('an earlier moment is shown, and the run stays where it is', async ({ page }) => {
  await open(page, 'lab');
  const { plane, stepsText } = lab(page);
  const start = await drawnPlane(page);
  const step = await trainTo(page, 200);
  const now = await sha(plane);
  await slide(page.getByTestId('time-slider'), 0);
  await expect(page.getByTestId('visiting')).toContainText('step 0');
  await expect.poll(() => sha(plane)).toBe(start);
  // The readout is all of that moment.
  await expect(stepsText).toHaveText('0');
  await page.getByTestId('now-button').click();
  await expect(page.getByTestId('visiting')).toBeHidden();
  await expect(stepsText).toHaveText(written(step));
  await expect.poll(() => sha(plane)).toBe(now);
});

test('a moment is compared with another', async ({ page }) => {
  await open(page, 'lab');
  await trainTo(page, 100);
  await page.getByTestId('compare-button').click();
  const [plane, other] = [lab(page).plane, page.getByTestId('compare-plane')];
  await expect(other).toBeVisible();
  await expect.poll(async () => (await sha(plane)) === (await sha(other))).toBe(true);
  const pinned = await sha(other);
  await slide(page.getByTestId('time-slider'), 0);
  await expect(page.getByTestId('visiting')).toBeVisible();
  await expect.poll(async () => (await sha(plane)) === pinned).toBe(false);
  expect(await sha(other)).toBe(pinned);
  await page.getByTestId('compare-button').click();
  await expect(other).toBeHidden();
});

test('a branch goes on from an earlier moment, and undo brings the rest back', async ({ page }) => {
  await open(page, 'lab');
  const { plane, step, stepsText } = lab(page);
  const end = written(await trainTo(page, 200));
  const picked = await sha(plane);
  await slide(page.getByTestId('time-slider'), 0);
  await page.getByTestId('branch-button').press('Enter');
  await expect(stepsText).toHaveText('0');
  await expect(page.getByTestId('visiting')).toBeHidden();
  // The button went with the moment: what it was in has the focus.
  await expect(page.locator('main:focus, main :focus')).toHaveCount(1);
  await step.click();
  await expect(stepsText).toHaveText('1');
  await page.getByTestId('undo-button').click();
  await expect(stepsText).toHaveText(end);
  await expect.poll(() => sha(plane)).toBe(picked);
});

test('undo takes back a setting, and the form and the URL with it', async ({ page }) => {
  await open(page, 'lab');
  const end = written(await trainTo(page, 30));
  await page.getByTestId('data-select').selectOption('grid');
  await expect(lab(page).stepsText).toHaveText('0');
  await expect(page).toHaveURL(/data=grid/);
  await page.getByTestId('undo-button').click();
  await expect(page.getByTestId('data-select')).toHaveValue('ring');
  await expect(page).not.toHaveURL(/data=/);
  await expect(lab(page).stepsText).toHaveText(end);
});

test('a run is exported and imported again, and a file that is none is refused', async ({ page, browser, baseURL }) => {
  await open(page, 'lab?data=moons&seed=3');
  const { plane } = lab(page);
  const step = await trainTo(page, 60);
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('export-button').click()]);
  expect(download.suggestedFilename()).toBe(`forger-run-${step}.forger`);
  const buffer = await readFile(await download.path());
  const mine = await sha(plane);

  const fresh = await browser.newContext({ baseURL, viewport: page.viewportSize(), colorScheme: 'light' });
  const other = await fresh.newPage();
  await open(other, 'lab');
  const file = (buffer) => ({ name: 'run.forger', mimeType: 'application/octet-stream', buffer });
  await other.getByTestId('import-file').setInputFiles(file(buffer));
  await expect(lab(other).stepsText).toHaveText(written(step));
  await expect(other.getByTestId('data-select')).toHaveValue('moons');
  await expect(other.getByTestId('seed-input')).toHaveValue('3');
  await expect.poll(() => sha(lab(other).plane)).toBe(mine);

  await other.getByTestId('import-file').setInputFiles(file(Buffer.from('no run')));
  await expect(other.getByTestId('error-toast').first()).toBeVisible();
  await expect(lab(other).stepsText).toHaveText(written(step));
  await fresh.close();
});

test('what trains by itself takes no place of what the user trained', async ({ page }) => {
  test.setTimeout(400_000);
  await watchWorker(page);
  await open(page, 'lab');
  const { train, reset, steps, stepsText } = lab(page);
  const mine = await trainTo(page, 100);
  await expect.poll(() => keptStep(page)).toBe(mine);
  // A link trains up to its step, as that of the page of strange pictures does.
  await open(page, 'detect');
  await page.getByTestId('walk-link').click();
  await expect(stepsText).toHaveText('1,000', { timeout: 120_000 });
  await expect(train).toBeEnabled();
  // So does what is offered as trained.
  await reset.click();
  await page.getByTestId('already-trained').click();
  await expect(page.getByTestId('trained-note')).not.toBeEmpty({ timeout: 120_000 });
  // Where a run stops, its state is asked for at once, and would be kept.
  await answered(page);
  expect(await keptStep(page)).toBe(mine);

  await open(page, 'lab');
  const back = page.getByTestId('continue-button');
  await expect(back).toContainText(`step ${written(mine)}`);
  // What the user trains now is kept in its place, and the button still restores what it names.
  const next = await trainTo(page, mine + 100);
  await expect.poll(() => keptStep(page)).toBe(next);
  await expect(back).toContainText(`step ${written(mine)}`);
  await back.click();
  await expect.poll(steps).toBe(mine);
});

test('what a link began is kept once the user trains it further', async ({ page }) => {
  await watchWorker(page);
  await open(page, 'lab?seed=3&step=40');
  await expect(lab(page).stepsText).toHaveText('40');
  await expect(lab(page).train).toBeEnabled();
  await answered(page);
  expect(await keptStep(page)).toBe(0);
  const step = await trainTo(page, 60);
  await expect.poll(() => keptStep(page)).toBe(step);
});

test('curves and picture are files', async ({ page }) => {
  await open(page, 'lab');
  const step = await trainTo(page, 30);
  const [csv] = await Promise.all([page.waitForEvent('download'), page.getByTestId('csv-button').click()]);
  const lines = (await readFile(await csv.path(), 'utf8')).trim().split('\n');
  expect(lines[0]).toMatch(/^step,d_loss,g_loss/);
  expect(lines.length).toBe(step + 1);
  const [png] = await Promise.all([page.waitForEvent('download'), page.getByTestId('png-button').click()]);
  expect((await readFile(await png.path())).subarray(1, 4).toString()).toBe('PNG');
});

test('a film is recorded', async ({ context, page }) => {
  await open(page, 'lab');
  const record = page.getByTestId('record-button');
  await expect(record).toBeEnabled();
  await record.click();
  await expect(record).toHaveText('Stop recording');
  await lab(page).train.click();
  await expect.poll(lab(page).steps).toBeGreaterThan(100);
  // A film has what was drawn.
  await frames(page);
  const [film] = await Promise.all([page.waitForEvent('download'), record.click()]);
  const bytes = (await readFile(await film.path())).toString('base64');
  // On a page without a policy, which forbids to load what is not of the site.
  const cinema = await context.newPage();
  const width = await cinema.evaluate(async (bytes) => {
    const video = document.createElement('video');
    const loaded = new Promise((resolve, reject) => {
      video.onloadeddata = resolve;
      video.onerror = () => reject(video.error);
    });
    video.src = `data:video/webm;base64,${bytes}`;
    await loaded;
    return video.videoWidth;
  }, bytes);
  expect(width).toBeGreaterThan(100);
  await lab(page).pause.click();
});

/** From the next page on, a film that is stopped has parts of these types. */
const fakeFilms = (page, types) =>
  page.addInitScript((types) => {
    window.MediaRecorder = class {
      state = 'inactive';
      start() {
        this.state = 'recording';
      }
      stop() {
        this.state = 'inactive';
        queueMicrotask(() => {
          for (const type of types) {
            this.ondataavailable(new BlobEvent('dataavailable', { data: new Blob(['part'], { type }) }));
          }
          this.onstop(new Event('stop'));
        });
      }
    };
  }, types);

test('a film is called what the browser has written', async ({ page }) => {
  await fakeFilms(page, ['video/mp4;codecs=avc1', 'video/mp4;codecs=avc1']);
  await open(page, 'lab');
  const record = page.getByTestId('record-button');
  await record.click();
  await expect(record).toHaveText('Stop recording');
  const [film] = await Promise.all([page.waitForEvent('download'), record.click()]);
  expect(film.suggestedFilename()).toBe('forger.mp4');
  expect(await readFile(await film.path(), 'utf8')).toBe('partpart');
});

test('a film that is stopped before its first frame is no file, and that is said', async ({ page }) => {
  // One that gets no frame, and so writes nothing.
  await fakeFilms(page, []);
  const films = [];
  page.on('download', (film) => films.push(film));
  await open(page, 'lab');
  const record = page.getByTestId('record-button');
  await record.click();
  await expect(record).toHaveText('Stop recording');
  await record.click();
  await expect(page.getByTestId('error-toast')).toContainText('no frame yet');
  await expect(record).toHaveText('Record film');
  expect(films).toEqual([]);
});
