// A run survives the end of its tab, and every system trains.

import { expect, test } from '../support/test.js';
import { number, open, picture } from '../support/page.js';
import { savedFile } from '../support/upscale.js';

const LONG = { timeout: 120_000 };
/** Where runs end that are compared. */
const END = 24;

test.describe.configure({ timeout: 300_000 });

const steps = (page) => number(page.getByTestId('step-count'));

/** Trains the open run to a step. */
async function trainTo(page, step) {
  await page.getByTestId('stop-at').fill(String(step));
  await page.getByTestId('stop-at').blur();
  const train = page.getByTestId('train-button');
  // A run that was begun trains already.
  if (await train.isEnabled()) await train.click();
  await expect.poll(() => steps(page), LONG).toBe(step);
  await expect(page.getByTestId('state')).toHaveText('Paused');
}

async function pause(page) {
  await page.getByTestId('pause-button').click();
  await expect(page.getByTestId('state')).toHaveText('Paused');
  return steps(page);
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
  await page.getByTestId('begin').click();
  await expect(page.getByTestId('live')).toBeVisible(LONG);
  await pause(page);
  await trainTo(page, END);
  const { bytes: alone } = await savedFile(page, 'save-checkpoint');
  await page.getByTestId('put-away').click();
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
    await tab.getByTestId('go-on').click();
    await expect(tab.getByTestId('live')).toBeVisible(LONG);
    saved = await pause(tab);
    expect(saved).toBeGreaterThanOrEqual(at);
    expect(saved).toBeLessThan(END);
  }
  await trainTo(tab, END);
  const { bytes: killed } = await savedFile(tab, 'save-checkpoint');
  expect(killed.equals(alone)).toBe(true);
  await tab.close();
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
