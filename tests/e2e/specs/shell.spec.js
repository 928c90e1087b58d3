// What every page shares: routes, language, theme, and who may talk to whom.

import { expect, test } from '../support/test.js';
import { answered, engineReady, open, watchWorker } from '../support/page.js';

const ROUTES = ['', 'lab', 'latent', 'translate', 'refine', 'detect', 'upscale', 'train', 'models'];

test('the story is told in five steps around a live lab', async ({ page }) => {
  await watchWorker(page);
  await open(page, '');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expect(page.getByRole('main').getByRole('heading', { level: 2 })).toHaveCount(5);
  await expect(page.getByTestId('step-count')).not.toHaveText('0');
  // By now it may have come to its end. What is trained by hand has none.
  await page.getByTestId('reset-button').click();
  await answered(page);
  await page.getByTestId('train-button').click();
  await expect(page.getByTestId('state')).toHaveText('Training');
  await page.getByTestId('pause-button').click();
  await expect(page.getByTestId('state')).toHaveText('Paused');
});

test('navigation reaches every page, and back', async ({ page }) => {
  await open(page, '');
  const navigation = page.getByRole('navigation');
  await navigation.getByRole('link', { name: 'Lab' }).click();
  await expect(page).toHaveURL(/\/lab$/);
  await expect(page.getByTestId('plane')).toBeVisible();
  await navigation.getByRole('link', { name: 'Latent space' }).click();
  await expect(page).toHaveURL(/\/latent/);
  await expect(page.getByTestId('sample-grid')).toBeVisible();
  await page.goBack();
  await expect(page.getByTestId('plane')).toBeVisible();
});

test('a reload stays on its page', async ({ page }) => {
  await open(page, '');
  for (const [name, heading] of [['Lab', /lab/i], ['Models', /models/i]]) {
    await page.getByRole('navigation').getByRole('link', { name }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(heading);
    // The page may be there before its address is.
    await expect(page).toHaveURL(new RegExp(`/${name.toLowerCase()}$`));
    await page.reload();
    await engineReady(page);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(heading);
  }
});

test('the link of the page that is here leaves it and its address as they are', async ({ page }) => {
  const navigation = page.getByRole('navigation');
  await open(page, 'latent?seed=11');
  await page.getByTestId('new-seed').click();
  await expect(page).toHaveURL(/seed=12/);
  await navigation.getByRole('link', { name: 'Latent space' }).click();
  await expect(page.getByRole('main')).toBeFocused();
  await expect(page).toHaveURL(/seed=12/);
  await page.reload();
  await expect(page.getByTestId('seed-input')).toHaveValue('12');
  await open(page, 'lab?data=moons');
  await navigation.getByRole('link', { name: 'Lab' }).click();
  await expect(page.getByRole('main')).toBeFocused();
  await expect(page).toHaveURL(/data=moons/);
  await page.reload();
  await expect(page.getByTestId('data-select')).toHaveValue('moons');
});

test('a file that is dropped beside what takes one does not take the place of the page', async ({ page }) => {
  const isKept = (type, isFile) =>
    page.locator('header.top').evaluate(
      (element, [type, isFile]) => {
        const dataTransfer = new DataTransfer();
        if (isFile) {
          dataTransfer.items.add(new File(['-'], 'photo.png', { type: 'image/png' }));
        } else {
          dataTransfer.setData('text/plain', 'text');
        }
        return !element.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer }));
      },
      [type, isFile],
    );
  for (const route of ['', 'lab', 'upscale', 'models']) {
    await open(page, route);
    for (const type of ['dragover', 'drop']) {
      expect(await isKept(type, true), `${type} of a file on /${route}`).toBe(true);
      expect(await isKept(type, false), `${type} of text on /${route}`).toBe(false);
    }
  }
});

test('an address where nothing is says so and leads home', async ({ page }) => {
  await open(page, 'no/such/page');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('No such page');
  await page.getByRole('link', { name: 'To the start' }).click();
  await expect(page.getByRole('main').getByRole('heading', { level: 2 })).toHaveCount(5);
});

test('a chosen language survives a reload', async ({ page }) => {
  await open(page, 'lab');
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  await expect(page.getByTestId('train-button')).toHaveText('Train');
  await page.getByTestId('language-choice').selectOption('ko');
  await expect(page.getByTestId('train-button')).toHaveText(/[가-힣]/);
  await page.reload();
  await expect(page.getByTestId('train-button')).toHaveText(/[가-힣]/);
  await expect(page.locator('html')).toHaveAttribute('lang', 'ko');
});

test('the tab is called what the navigation calls the page, in both languages', async ({ page }) => {
  test.setTimeout(300_000);
  const navigation = page.getByRole('navigation');
  for (const route of ROUTES) {
    await open(page, route);
    const name = await navigation.locator('[aria-current="page"]').textContent();
    await expect(page).toHaveTitle(route ? `${name} – Forger` : 'Forger');
  }
  await open(page, 'no/such/page');
  await expect(page).toHaveTitle('No such page – Forger');
  await open(page, 'lab');
  await page.getByTestId('language-choice').selectOption('ko');
  await expect(page).toHaveTitle('실험실 – Forger');
  await navigation.getByRole('link', { name: '이야기' }).click();
  await expect(page).toHaveTitle('Forger');
  await page.goBack();
  await expect(page).toHaveTitle('실험실 – Forger');
});

test.describe('below a folder', () => {
  test.use({ baseURL: process.env.FORGER_SUB_URL });

  test('the tab is called the same', async ({ page }) => {
    await open(page, '');
    await expect(page).toHaveTitle('Forger');
    await open(page, 'models');
    await expect(page).toHaveTitle('Models – Forger');
  });
});

test('the language of a link beats the one that was chosen', async ({ page }) => {
  await open(page, 'lab?lang=ko');
  await expect(page.locator('html')).toHaveAttribute('lang', 'ko');
});

test('a chosen theme survives a reload', async ({ page }) => {
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await open(page, '');
  const light = await background();
  await page.getByTestId('theme-choice').selectOption('dark');
  await expect.poll(background).not.toBe(light);
  const dark = await background();
  await page.reload();
  await expect(page.getByTestId('theme-choice')).toHaveValue('dark');
  await expect.poll(background).toBe(dark);
});

test('without a choice the theme is the system\'s', async ({ page }) => {
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await open(page, '');
  const light = await background();
  await page.emulateMedia({ colorScheme: 'dark' });
  await expect.poll(background).not.toBe(light);
});

test('no page is wider than a screen, of a phone or a tablet', async ({ page }) => {
  test.setTimeout(300_000);
  for (const route of [...ROUTES, 'no/such/page']) {
    await open(page, route);
    for (const width of [768, 390, 320]) {
      await page.setViewportSize({ width, height: 800 });
      const needed = () => page.evaluate(() => document.documentElement.scrollWidth);
      // What watches its own size is drawn anew a moment later.
      await expect.poll(needed, { message: `width of /${route}` }).toBeLessThanOrEqual(width);
    }
  }
});

test('the keyboard can skip the navigation', async ({ page }) => {
  await open(page, 'lab');
  await page.keyboard.press('Tab');
  await expect(page.getByText('Skip to content')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();
  await expect(page).toHaveURL(/\/lab/);
});

test('a page that is opened from another has the focus and a name, without a frame; the first one takes nothing', async ({ page }) => {
  await open(page, '');
  const main = page.getByRole('main');
  await expect(main).toHaveAccessibleName('Story');
  await expect(main).not.toBeFocused();
  await page.getByRole('navigation').getByRole('link', { name: 'Latent space' }).press('Enter');
  await expect(main).toBeFocused();
  await expect(main).toHaveAccessibleName('Latent space');
  await expect(main).toHaveCSS('outline-style', 'none');
  // Another query is no other page.
  await page.getByTestId('new-seed').press('Enter');
  await expect(page).toHaveURL(/seed=/);
  await expect(page.getByTestId('new-seed')).toBeFocused();
  await page.goBack();
  await expect(page).not.toHaveURL(/latent/);
  await expect(main).toBeFocused();
});

test('the page is isolated and may speak to no other host', async ({ page, complaints }) => {
  complaints.expect(/https:\/\/example\.org/);
  await open(page, '');
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  const refused = await page.evaluate(
    () =>
      new Promise((resolve) => {
        addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective));
        fetch('https://example.org/').catch(() => {});
      }),
  );
  expect(refused).toBe('connect-src');
});

test('a page that does not load says so, and loads when it can', async ({ page, complaints }) => {
  complaints.expect(/Failed to load resource|Failed to fetch|ERR_FAILED/);
  let refused = 0;
  await page.route('**/split_lab.wasm', (route) => {
    refused += 1;
    return route.abort();
  });
  await open(page, '');
  await page.getByRole('navigation').getByRole('link', { name: 'Lab' }).click();
  const told = page.getByRole('main').getByRole('alert');
  await expect(told).toContainText('could not be loaded');
  // What is told may be of the time before, until all is refused that is asked for again.
  const once = refused;
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect.poll(() => refused).toBeGreaterThanOrEqual(2 * once);
  await expect(told).toBeVisible();
  await page.unroute('**/split_lab.wasm');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByTestId('plane')).toBeVisible();
});

test('a page that does not load for once is there all the same', async ({ page, complaints }) => {
  complaints.expect(/Failed to load resource|Failed to fetch|ERR_FAILED/);
  await page.route('**/split_lab.wasm', (route) => route.abort(), { times: 1 });
  await open(page, '');
  await page.getByRole('navigation').getByRole('link', { name: 'Lab' }).click();
  await expect(page.getByTestId('plane')).toBeVisible();
});

test('the first page asks for no parts of others', async ({ page }) => {
  const asked = [];
  page.on('request', (request) => asked.push(request.url()));
  await open(page, '');
  expect(asked.filter((url) => /(split|chunk)_\w+\.wasm/.test(url))).toEqual([]);
  await page.getByRole('navigation').getByRole('link', { name: 'Lab' }).click();
  await expect(page.getByTestId('plane')).toBeVisible();
  expect(asked.some((url) => url.endsWith('/split_lab.wasm'))).toBe(true);
});
