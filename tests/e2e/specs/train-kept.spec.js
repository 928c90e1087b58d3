// A run survives the end of its tab, belongs to one tab at a time, and every system trains.

import { expect, test } from '../support/test.js';
import { makeBreakable, waitTwoDays } from '../support/gpu.js';
import { answered, number, open, picture, watchWorker } from '../support/page.js';
import { LONG, begin, pause, photoFiles, released, steps } from '../support/train.js';
import { picture as pictureFile, savedFile } from '../support/upscale.js';

test.describe.configure({ timeout: 300_000 });

/** Trains the open run, which is paused, to a step. */
async function trainTo(page, step) {
  await page.getByTestId('stop-at').fill(String(step));
  await page.getByTestId('stop-at').blur();
  await page.getByTestId('train-button').click();
  await expect.poll(() => steps(page), LONG).toBe(step);
  await expect(page.getByTestId('state')).toHaveText('Paused');
}

/** Ends the process of the page as a system does that is short of memory. */
async function kill(page) {
  const session = await page.context().browser().newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const crashed = page.waitForEvent('crash');
  processInfo.filter(({ type }) => type === 'renderer').forEach(({ id }) => process.kill(id, 'SIGKILL'));
  await crashed;
  await session.detach();
}

test('a run whose tab is killed again and again ends as one that was left alone', async ({ page, context }) => {
  await open(page, 'train');
  await page.getByTestId('run-name-field').fill('killed');
  await page.getByTestId('begin').click();
  await expect(page.getByTestId('run-name')).toHaveText('killed', LONG);
  let [tab, saved] = [page, await pause(page)];
  for (let time = 0; time < 3; time++) {
    await trainTo(tab, saved + 3);
    await tab.getByTestId('train-button').click();
    await expect.poll(() => steps(tab), LONG).toBeGreaterThan(saved + 3);
    await kill(tab);
    tab = await context.newPage();
    await open(tab, 'train');
    const banner = tab.getByTestId('go-on-banner');
    await expect(banner).toContainText('killed', LONG);
    // What was saved last is there, and no less.
    const at = await number(banner.locator('p'));
    expect(at).toBeGreaterThanOrEqual(saved);
    await released(tab);
    await tab.getByTestId('go-on').click();
    await expect(tab.getByTestId('live')).toBeVisible(LONG);
    saved = await pause(tab);
    expect(saved).toBeGreaterThanOrEqual(at);
  }
  const alone = await context.newPage();
  await open(alone, 'train');
  await alone.getByTestId('begin').click();
  await expect(alone.getByTestId('live')).toBeVisible(LONG);
  // Both end where neither has been.
  const end = Math.max(saved, await pause(alone)) + 3;
  await trainTo(tab, end);
  const { bytes: killed } = await savedFile(tab, 'save-checkpoint');
  await trainTo(alone, end);
  const { bytes: undisturbed } = await savedFile(alone, 'save-checkpoint');
  expect(killed.equals(undisturbed)).toBe(true);
  await tab.close();
  await alone.close();
});

test('a run that one tab has open is refused to another, until the first is gone', async ({ page, context }) => {
  await open(page, 'train');
  await page.getByTestId('run-name-field').fill('held');
  await begin(page, 2);
  const other = await context.newPage();
  await open(other, 'train');
  await expect(other.getByTestId('go-on-banner')).toContainText('held', LONG);
  await other.getByTestId('go-on').click();
  const elsewhere = other.getByTestId('elsewhere');
  await expect(elsewhere).toContainText('open in another tab');
  await expect(other.getByTestId('live')).toHaveCount(0);
  // What another tab writes is neither deleted nor renamed.
  await other.getByTestId('fold-runs').locator('summary').click();
  const runs = other.getByTestId('runs');
  const refused = other.getByTestId('error-toast').filter({ hasText: 'open in another tab' });
  await runs.getByRole('button', { name: 'Delete: held' }).click();
  await other.getByTestId(/^delete-run-.*-yes$/).click();
  await expect(refused).toBeVisible();
  await refused.getByRole('button').click();
  await expect(refused).toHaveCount(0);
  await runs.getByRole('button', { name: 'Rename held' }).click();
  await other.getByTestId(/^name-run-/).fill('taken');
  await other.getByTestId(/^name-run-/).press('Enter');
  await expect(refused).toBeVisible();
  await expect(runs).toContainText('held');
  // The first goes on, and what it saves is whole.
  const before = await steps(page);
  await expect.poll(() => steps(page), LONG).toBeGreaterThan(before);
  const saved = await pause(page);
  const { bytes } = await savedFile(page, 'save-checkpoint');
  const { bytes: read } = await savedFile(other, /^save-run-/);
  expect(read.equals(bytes)).toBe(true);
  await other.getByTestId('elsewhere-again').click();
  await expect(other.getByTestId('elsewhere-again')).toBeEnabled();
  await expect(other.getByTestId('live')).toHaveCount(0);
  await page.close();
  await released(other);
  await other.getByTestId('elsewhere-again').click();
  await expect(other.getByTestId('run-name')).toHaveText('held', LONG);
  await expect(elsewhere).toHaveCount(0);
  await expect.poll(() => steps(other), LONG).toBeGreaterThan(saved);
  await other.close();
});

test('a model of one’s own pictures says which others are strange', async ({ page }) => {
  await open(page, 'train');
  await page.getByTestId('add-pictures').click();
  await page.getByTestId('set-side').selectOption('32');
  await page.getByTestId('set-files').setInputFiles(await photoFiles(page, 240));
  await expect(page.getByTestId('report')).toContainText(/^Pictures in .*: 240\./, LONG);
  await page.getByTestId('colours').selectOption('grey');
  await page.getByTestId('fold-settings').locator('summary').click();
  await page.getByTestId('set-width').fill('8');
  await page.getByTestId('set-width').blur();
  // A tenth is kept back.
  await expect(page.getByTestId('weight')).toHaveText(/^216 pictures; /, LONG);
  await begin(page, 2);
  await pause(page);
  await page.getByTestId('normal').check();
  await expect(page.getByTestId('make-model')).toBeDisabled();
  await page.getByTestId('normal-what').fill('bars');
  await page.getByTestId('model-name').fill('my-bars');
  await page.getByTestId('make-model').click();
  await expect(page.getByTestId('made')).toContainText('my-bars', LONG);
  await page.getByTestId('use-model').click();
  await expect(page).toHaveURL(/\/detect\?.*model=my-bars-[0-9a-f]{8}/);
  await expect(page.getByTestId('model-select')).toHaveValue('my-bars', LONG);
  // A sample of the model at first, then a picture.
  const [beside, numbers] = [page.getByTestId('beside'), page.getByTestId('numbers')];
  await expect(beside).toContainText('24 normal pictures', LONG);
  const sample = await numbers.innerText();
  await page.getByTestId('photo-file').setInputFiles(pictureFile('cross.png'));
  const isJudged = async () => {
    const now = await numbers.innerText();
    return now !== sample && /p = [\d.]+, score/.test(now);
  };
  await expect.poll(isJudged, LONG).toBe(true);
  await expect(page.getByTestId('verdict')).not.toBeEmpty();
});

test('a model says whose place it would take, and has no name of the site’s', async ({ page }) => {
  await open(page, 'train');
  await page.getByTestId('run-name-field').fill('Digits');
  await begin(page, 2);
  await pause(page);
  const [name, make] = [page.getByTestId('model-name'), page.getByTestId('make-model')];
  const [ofSite, replaces] = [page.getByTestId('name-of-site'), page.getByTestId('name-replaces')];
  await expect(name).toHaveValue('digits-2');
  await expect(make).toBeEnabled();
  await name.fill('digits');
  await expect(ofSite).toContainText('The site has a model of that name');
  await expect(make).toBeDisabled();
  await name.fill('twice');
  await expect(ofSite).toHaveCount(0);
  await expect(replaces).toHaveCount(0);
  await make.click();
  await expect(page.getByTestId('made')).toContainText('twice', LONG);
  await expect(replaces).toContainText('it would be replaced');
  await expect(make).toBeEnabled();
  await name.fill('once');
  await expect(replaces).toHaveCount(0);
});

/** Has the worker break once the run is past a step: from here it might be told so when the run is over. */
const breakAfter = (page, step) =>
  page.evaluate((step) => {
    new MutationObserver((_, observer) => {
      const count = document.querySelector('[data-testid="step-count"]')?.textContent ?? '';
      if (Number(count.replaceAll(',', '')) > step) {
        observer.disconnect();
        new BroadcastChannel('break').postMessage('throw');
      }
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  }, step);

test('where a run is to stop is kept when another worker goes on with it', async ({ page, complaints }) => {
  complaints.expect(/on purpose/);
  await makeBreakable(page.context());
  await open(page, 'train');
  await begin(page, 2);
  const end = (await pause(page)) + 60;
  await breakAfter(page, end - 60);
  const stop = page.getByTestId('stop-at');
  await stop.fill(`${end}.5`);
  await stop.blur();
  await expect(stop).toHaveValue(String(end));
  await page.getByTestId('train-button').click();
  await expect(page.getByTestId('error-toast')).toContainText('started again on the CPU');
  await expect.poll(() => steps(page), LONG).toBe(end);
  await expect(page.getByTestId('state')).toHaveText('Paused');
  await expect(stop).toHaveValue(String(end));
  // It is of this run only.
  await page.getByTestId('put-away').click();
  await page.getByTestId('go-on').click();
  await expect(stop).toHaveValue('', LONG);
  await expect.poll(() => steps(page), LONG).toBeGreaterThan(end);
});

test('what was cut off long ago gives its room back, and what is new or described stays', async ({ page }) => {
  await watchWorker(page);
  await open(page, 'train');
  await expect(page.getByTestId('weight')).toContainText('numbers to learn', LONG);
  // What lies here was listed by then, and is not for a second time.
  await answered(page);
  const { gone, staying } = await page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const forger = await root.getDirectoryHandle('forger', { create: true });
    const write = async (path) => {
      const [kind, id, name] = path.split('/');
      const folder = await (await forger.getDirectoryHandle(kind, { create: true })).getDirectoryHandle(id, { create: true });
      const writable = await (await folder.getFileHandle(name, { create: true })).createWritable();
      await writable.write('half');
      await writable.close();
    };
    const id = (days) => `${(Date.now() - days * 86_400_000).toString(16)}-00001`;
    const [old, described, fresh] = [id(2), id(3), id(0)];
    const gone = [`sets/${old}/pixels`, `runs/${old}/state-a`];
    const staying = [`sets/${fresh}/pixels`, `runs/${fresh}/state-a`, `sets/${described}/set.json`];
    await Promise.all([...gone, ...staying].map(write));
    const folders = (paths) => paths.map((path) => path.slice(0, path.lastIndexOf('/')));
    return { gone: folders(gone), staying: folders(staying) };
  });
  const there = () =>
    page.evaluate(async () => {
      const found = [];
      const forger = await (await navigator.storage.getDirectory()).getDirectoryHandle('forger');
      for (const kind of ['sets', 'runs']) {
        for await (const id of (await forger.getDirectoryHandle(kind)).keys()) {
          found.push(`${kind}/${id}`);
        }
      }
      return found.sort();
    });
  expect(await there()).toEqual([...gone, ...staying].sort());
  // The page lists what there is.
  await page.reload();
  await expect.poll(there, LONG).toEqual([...staying].sort());
});

test('the file of a model that was cut off gives its room back, too', async ({ context, page }) => {
  await open(page, 'train');
  // The other has an entry, which only a newer Forger reads.
  const [cut, ...newer] = ['cut-00000001.safetensors', 'newer-00000002.safetensors', 'newer-00000002.safetensors.json'];
  await page.evaluate(async (names) => {
    const root = await navigator.storage.getDirectory();
    const forger = await root.getDirectoryHandle('forger', { create: true });
    const models = await forger.getDirectoryHandle('models', { create: true });
    for (const name of names) {
      const writable = await (await models.getFileHandle(name, { create: true })).createWritable();
      await writable.write('{}');
      await writable.close();
    }
  }, [cut, ...newer]);
  const there = () =>
    page.evaluate(async () => {
      const found = [];
      const forger = await (await navigator.storage.getDirectory()).getDirectoryHandle('forger');
      for await (const name of (await forger.getDirectoryHandle('models')).keys()) {
        found.push(name);
      }
      return found.sort();
    });
  expect(await there()).toEqual([cut, ...newer]);
  await waitTwoDays(context);
  await page.reload();
  await expect.poll(there, LONG).toEqual(newer);
});

for (const [system, visuals] of [['pix2pix', 3], ['cyclegan', 6], ['simgan', 3], ['superres', 3]]) {
  test(`${system} trains, and its model works on its page`, async ({ page }) => {
    await open(page, 'train');
    await page.getByTestId(`system-${system}`).click();
    await expect(page.getByTestId('weight')).toContainText('numbers to learn', LONG);
    await page.getByTestId('begin').click();
    await expect.poll(() => steps(page), LONG).toBeGreaterThanOrEqual(2);
    await pause(page);
    const shown = page.getByTestId(`pictures-${visuals - 1}`);
    await expect.poll(async () => (await picture(shown)).levels, LONG).toBeGreaterThan(10);
    await page.getByTestId('model-name').fill(`my-${system}`);
    await page.getByTestId('make-model').click();
    await expect(page.getByTestId('made')).toContainText(`my-${system}`, LONG);
    await page.getByTestId('use-model').click();
    await expect(page.getByTestId('model-select')).toHaveValue(`my-${system}`, LONG);
  });
}
