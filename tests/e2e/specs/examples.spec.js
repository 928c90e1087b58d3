// Photos of the site, for who has none at hand.

import { expect, test } from '../support/test.js';
import { frames, holdBack, open } from '../support/page.js';
import { enlarge, makePicture, openUpscale, saved } from '../support/upscale.js';
import { standIn } from '../support/translate.js';

test('a photo of the site becomes four times as large, and the offer goes', async ({ page }) => {
  await openUpscale(page);
  const offer = page.getByTestId('examples');
  await expect(offer.locator('img')).toHaveCount(3);
  await expect(offer).toContainText('Rachel Michetti, CC0');
  await page.getByTestId('example-coffee').press('Enter');
  await expect(page.getByTestId('estimate')).toContainText('180 × 120');
  await expect(offer).toHaveCount(0);
  // The button that had the focus is gone.
  await expect(page.locator('#main')).toBeFocused();
  await enlarge(page);
  const { name, width, height } = await saved(page);
  expect([name, width, height]).toEqual(['coffee-superres-light-x4.png', 720, 480]);
});

test('a photo that does not come is told, in the language of the page, and another may be taken', async ({ page, complaints }) => {
  complaints.expect(/ERR_FAILED/);
  // The thumbnail is the photo.
  await page.route('**/examples/photos/chelsea.webp', (route) => route.abort());
  await openUpscale(page);
  await page.getByTestId('example-chelsea').click();
  const toast = page.getByTestId('error-toast').filter({ hasText: 'chelsea.webp' });
  await expect(toast).toContainText('Could not load');
  await toast.getByRole('button').click();
  await expect(toast).toHaveCount(0);
  await page.getByTestId('language-choice').selectOption('ko');
  await page.getByRole('button', { name: '고양이' }).click();
  await expect(toast).toContainText('불러오지 못했습니다');
  await page.getByTestId('example-astronaut').click();
  await expect(page.getByTestId('estimate')).toContainText('145 × 145');
});

test('a photo of a clear day is offered on the way to sunsets, not on the way back, and becomes one', async ({ page }) => {
  await open(page, 'translate?model=day-to-sunset');
  const offer = page.getByTestId('examples');
  await expect(offer.locator('li')).toHaveCount(1);
  for (const name of ['danielbuechele', 'CC BY 2.0']) {
    await expect(offer.getByRole('link', { name })).toHaveAttribute('href', /^https:/);
  }
  await page.getByTestId('way-back').click();
  await expect(offer).toHaveCount(0);
  await page.getByTestId('way-there').click();
  await page.getByTestId('example-lake').click();
  await expect(page.getByTestId('estimate')).toContainText('96 × 64');
  await expect(offer).toHaveCount(0);
  await makePicture(page, 'translate-button');
  const { name, width, height, data } = await saved(page);
  expect([name, width, height]).toEqual(['lake-day-to-sunset.png', 96, 64]);
  expect(new Set(data).size, 'it shows something').toBeGreaterThan(32);
});

test.describe('on an engine that turns colours over', () => {
  test.beforeEach(async ({ context, page }) => {
    await standIn(context);
    await open(page, 'translate');
  });

  test('what a model translates is offered, on the way that begins with it', async ({ page }) => {
    const select = page.getByTestId('model-select');
    const offer = page.getByTestId('examples');
    await select.selectOption('twins');
    await expect(page.getByTestId('example-astronaut')).toBeVisible();
    await expect(offer.locator('li')).toHaveCount(1);
    await page.getByTestId('way-back').click();
    await expect(offer).toHaveCount(0);
    await select.selectOption('maps-aerial-to-map');
    await expect(page.getByTestId('drop-here')).toBeVisible();
    await expect(offer).toHaveCount(0);
    await select.selectOption('twins');
    await page.getByTestId('way-there').click();
    await page.getByTestId('example-astronaut').click();
    await expect(offer).toHaveCount(0);
    await makePicture(page, 'translate-button');
    expect((await saved(page)).name).toMatch(/^astronaut-/);
  });

  test('a photo that comes late is not opened where the way back is wanted by then', async ({ page }) => {
    await page.getByTestId('model-select').selectOption('twins');
    const thumbnail = page.getByTestId('examples').locator('img');
    await expect.poll(() => thumbnail.evaluate((image) => image.naturalWidth)).toBe(145);
    const files = await holdBack(page, '**/examples/photos/astronaut.webp');
    await page.getByTestId('example-astronaut').click();
    await expect.poll(() => files.asked).toBe(1);
    await page.getByTestId('way-back').click();
    await expect(page.getByTestId('way-back')).toHaveAttribute('aria-pressed', 'true');
    files.release();
    // Whoever asks for it after that has it later.
    await page.evaluate(async () => {
      const answer = await fetch(new URL('examples/photos/astronaut.webp', document.baseURI));
      await createImageBitmap(await answer.blob());
    });
    await frames(page);
    await expect(page.getByTestId('drop-here')).toBeVisible();
    await expect(page.getByTestId('estimate')).toHaveCount(0);
  });
});
