// What is made of refined pictures: a game, and data sets with labels.

import { expect, test } from '../support/test.js';
import { frames, holdRequests } from '../support/page.js';
import { REFINERS, expectRefined, modelFile, openRefine } from '../support/refine.js';
import { picture, savedFile, unzip } from '../support/upscale.js';
import { pixelsOf, standIn } from '../support/translate.js';

test.describe('with models', () => {
  test.beforeEach(({ context }) => standIn(context, { models: REFINERS }));

  test('the game counts, and real pictures take part', async ({ page }) => {
    await openRefine(page);
    await expect(page.getByRole('heading', { name: 'Which one was refined?' })).toBeVisible();
    const deal = page.getByTestId('deal');
    await deal.click();
    for (let round = 1; round <= 3; round += 1) {
      await page.getByTestId('card-0').click();
      await expect(page.getByTestId('verdict')).toHaveText(/^(Right|Wrong)\. The discriminator was right\.$/);
      // The stand-in finds all equally real, and then the right one is taken.
      await expect(page.getByTestId('score')).toHaveText(new RegExp(`^You [0-${round}], discriminator ${round}, of ${round}$`));
      await expect(page.getByTestId('card-0')).toBeDisabled();
      await deal.click();
      await expect(page.getByTestId('card-1')).toBeEnabled();
    }
    await page.getByTestId('photo-file').setInputFiles(picture('plain.png'));
    await expect(page.getByRole('heading', { name: 'Which one is real?' })).toBeVisible();
    await expect(page.getByTestId('score')).toHaveText('You 0, discriminator 0, of 0');
    await page.getByTestId('card-1').click();
    await expect(page.getByTestId('verdict')).not.toBeEmpty();
    await frames(page);
    const { width, height, data } = await pixelsOf(page.getByTestId('card-1').locator('canvas'));
    expect([width, height]).toEqual([55, 35]);
    expect(data.every((value, at) => at % 4 !== 1 || value === data[at - 1])).toBe(true);
  });

  test('a real picture is cut to the form of the others, and there as long as the simulator is', async ({ page }) => {
    await openRefine(page);
    await expect(page.getByTestId('no-real')).toContainText('may not be passed on');
    // The middle, in the form of an eye, is grey, and the rest white.
    const url = await page.evaluate(() => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 220, height: 70 });
      const on = canvas.getContext('2d');
      on.fillStyle = '#fff';
      on.fillRect(0, 0, 220, 70);
      on.fillStyle = '#808080';
      on.fillRect(55, 0, 110, 70);
      return canvas.toDataURL();
    });
    const buffer = Buffer.from(url.split(',')[1], 'base64');
    await page.getByTestId('photo-file').setInputFiles({ name: 'wide.png', mimeType: 'image/png', buffer });
    const real = page.getByRole('heading', { name: 'Which one is real?' });
    await expect(real).toBeVisible();
    await expect(page.getByTestId('no-real')).toHaveCount(0);
    await expect(page.getByTestId('card-1')).toBeEnabled();
    const isGrey = async (index) => {
      const { width, height, data } = await pixelsOf(page.getByTestId(`card-${index}`).locator('canvas'));
      return width === 55 && height === 35 && data.every((value, at) => value === (at % 4 < 3 ? 128 : 255));
    };
    await expect.poll(async () => (await isGrey(0)) || isGrey(1)).toBe(true);
    // One that cannot play has no game, and takes nothing away.
    await page.getByTestId('model-select').selectOption('free');
    await expect(page.getByTestId('deal')).toHaveCount(0);
    await page.getByTestId('model-select').selectOption('refine-eyes');
    await expect(real).toBeVisible();
    await page.getByTestId('simulator-digits').click();
    await expect(page.getByRole('heading', { name: 'Which one was refined?' })).toBeVisible();
    await expect(page.getByTestId('no-real')).toContainText('MNIST');
  });

  test('a file of the same name is another model, and another opponent', async ({ page }) => {
    await openRefine(page);
    await expect(page.getByTestId('opinion-refined')).not.toBeEmpty();
    await page.getByTestId('deal').click();
    await page.getByTestId('card-0').click();
    await expect(page.getByTestId('score')).toHaveText(/of 1$/);
    const letGo = await holdRequests(page, 'make');
    await page.getByTestId('model-file').setInputFiles(modelFile('refine-eyes', { lambda: 0.3 }));
    await expect(page.getByTestId('model-select')).toContainText('Eyes, λ = 0.3');
    await expect(page.getByTestId('outcome')).toHaveAttribute('aria-busy', 'true');
    await expect(page.getByTestId('score')).toHaveText(/of 0$/);
    await expect(page.getByTestId('card-0')).toHaveCount(0);
    await expect(page.getByTestId('lambda-0.3')).toHaveAttribute('aria-pressed', 'true');
    await expect(page.getByTestId('lambda-0.5')).toHaveCount(0);
    await letGo();
    await expectRefined(page);
  });

  test('a round that was begun with the model before is not played', async ({ page }) => {
    await openRefine(page);
    await expect(page.getByTestId('opinion-refined')).not.toBeEmpty();
    const letGo = await holdRequests(page, 'make');
    await page.getByTestId('deal').click();
    await page.getByTestId('simulator-digits').click();
    await letGo();
    await expectRefined(page);
    await page.getByTestId('deal').click();
    await expect(page.getByTestId('card-0')).toBeEnabled();
    await frames(page);
    const { width, height } = await pixelsOf(page.getByTestId('card-0').locator('canvas'));
    expect([width, height]).toEqual([28, 28]);
  });

  test('a data set has a whole number of pictures within bounds, however it is entered', async ({ page }) => {
    await openRefine(page);
    const count = page.getByTestId('set-count');
    for (const [entered, used] of [['1e4', '10000'], ['12.5', '12'], ['-3', '12'], ['0', '1'], ['99999', '20000'], ['5000000000', '20000']]) {
      await count.fill(entered);
      await count.blur();
      await expect(count).toHaveValue(used);
    }
  });

  test('a data set comes as pictures with their labels', async ({ page }) => {
    await openRefine(page, 'simulator=digits&seed=9');
    await page.getByTestId('set-count').fill('12');
    await page.getByTestId('set-count').blur();
    const { name, bytes } = await savedFile(page, 'set-start');
    expect(name).toBe('forger-refined-digits-12.zip');
    const files = unzip(bytes);
    const names = files.map(({ name }) => name);
    expect(names).toHaveLength(13);
    const table = new TextDecoder().decode(files.find(({ name }) => name === 'labels.csv').bytes).trim().split('\n');
    expect(table[0]).toBe('file,class');
    for (const line of table.slice(1)) {
      const [file, label] = line.split(',');
      expect(names).toContain(`images/${file}`);
      expect(file.split('/')[0]).toBe(label);
    }
    const first = files.find(({ name }) => name.endsWith('000001.png'));
    expect([...first.bytes.subarray(1, 4)]).toEqual([...'PNG'].map((letter) => letter.charCodeAt(0)));
    expect(Buffer.from(first.bytes).readUInt32BE(16)).toBe(28);
    await expect(page.getByTestId('set-start')).toBeEnabled();
  });
});

test('a data set is stopped within a second', { tag: '@alone' }, async ({ context, page }) => {
  await standIn(context, { models: REFINERS, pause: 60 });
  await openRefine(page);
  await page.getByTestId('set-count').fill('5000');
  await page.getByTestId('set-count').blur();
  await page.getByTestId('set-start').click();
  await expect(page.getByTestId('set-progress')).toHaveText(/^[1-9]\d* of 5,000$/);
  await page.getByTestId('set-stop').click();
  // One second is promised to a user; this machine may be busy with other things.
  await expect(page.getByTestId('set-start')).toBeVisible({ timeout: 3000 });
});

test('a data set is of one model', async ({ context, page }) => {
  await standIn(context, { models: REFINERS, pause: 60 });
  await openRefine(page);
  await page.getByTestId('set-count').fill('5000');
  await page.getByTestId('set-count').blur();
  await page.getByTestId('set-start').click();
  await expect(page.getByTestId('set-progress')).toHaveText(/^[1-9]/);
  await page.getByTestId('model-file').setInputFiles(modelFile('refine-eyes', { lambda: 0.3 }));
  await expect(page.getByTestId('error-toast')).toContainText('not open any more');
  await expect(page.getByTestId('set-start')).toBeVisible();
});

test('a data set is made to its end while the picture changes', async ({ context, page }) => {
  // The worker gives up a picture for the next one that it is asked for.
  await standIn(context, { models: REFINERS, pause: 60, replaces: true });
  await openRefine(page);
  await expect(page.getByTestId('opinion-refined')).not.toBeEmpty();
  await page.getByTestId('set-count').fill('6');
  await page.getByTestId('set-count').blur();
  const letGo = await holdRequests(page, 'make');
  const saved = savedFile(page, 'set-start');
  await expect(page.getByTestId('set-stop')).toBeVisible();
  await page.getByTestId('slider-yaw').fill('20');
  await letGo();
  expect((await saved).name).toBe('forger-refined-eyes-6.zip');
  await expectRefined(page);
  await expect(page.getByTestId('again-button')).toHaveCount(0);
});
