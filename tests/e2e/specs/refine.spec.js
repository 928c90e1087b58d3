// The page of refined pictures: what is set, what is shown, and what a link holds.

import { expect, test } from '../support/test.js';
import { holdBack, open } from '../support/page.js';
import { REFINERS, current, expectRefined, known, modelFile, openRefine } from '../support/refine.js';
import { pixelsOf, standIn } from '../support/translate.js';

/** Drags the gaze to a place of the picture, in its pixels. */
async function look(page, [x, y]) {
  const box = await page.getByTestId('aim').boundingBox();
  const at = [box.x + (x / 55) * box.width, box.y + (y / 35) * box.height];
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(...at, { steps: 12 });
  await page.mouse.up();
}

/** What the page asks of models from now on: call what it gives to learn that. */
async function watchAsked(page) {
  await page.evaluate(() => {
    const { postMessage } = Worker.prototype;
    window.askedOfModels = [];
    Worker.prototype.postMessage = function post(...given) {
      const { payload } = given[0][0].body;
      window.askedOfModels.push(...(payload?.picture ? [payload.picture] : []));
      postMessage.apply(this, given);
    };
  });
  return () => page.evaluate(() => window.askedOfModels);
}

test.describe('with models', () => {
  test.beforeEach(({ context }) => standIn(context, { models: REFINERS }));

  test('the refined eye is beside the simulated one, with what the discriminator says of both', async ({ page }) => {
    await openRefine(page);
    await expect(page.getByTestId('model-select')).toHaveValue('refine-eyes');
    await expect(page.getByTestId('model-select')).toContainText('Eyes, λ = 0.5');
    const { width, height } = await pixelsOf(page.getByTestId('synthetic'));
    expect([width, height]).toEqual([55, 35]);
    await expectRefined(page);
    await expect(page.getByTestId('opinion-synthetic')).toHaveText("The discriminator's mean verdict: 50 % real.");
    await expect(page.getByTestId('opinion-refined')).toHaveText("The discriminator's mean verdict: 50 % real.");
    await expect(page.getByTestId('verdict-map')).toHaveCount(0);
    await page.getByTestId('patch-verdicts').check();
    await expect(page.getByTestId('verdict-map')).toHaveCount(2);
    await expect(page.getByTestId('proof')).toContainText('0.42 px');
    await expect(page.getByTestId('measured')).toBeVisible();
    await expect(page.locator('details.card li').first()).toHaveText('pupil moved 0.4200');
    // The judge that sees more is less easily deceived, and that is told, too.
    await expect(page.getByTestId('proof').getByRole('row').last()).toHaveText(/34 pixels.*97\.0 %/);
    await expect(page.getByTestId('proof').getByRole('row').nth(1)).toHaveText(/1\.5 px or less.*91\.0 %/);
    const command = page.getByTestId('command');
    await command.locator('summary').click();
    await expect(command.locator('code')).toHaveText(['forger eval refine']);
  });

  test('an eye that is dragged is refined on its way, and judged when it is let go', async ({ page }) => {
    await openRefine(page);
    const [stages, opinion] = [page.getByTestId('stages'), page.getByTestId('opinion-refined')];
    await expect(opinion).not.toBeEmpty();
    await expect(stages).not.toHaveClass(/stale/);
    const asked = await watchAsked(page);
    await page.getByTestId('aim').scrollIntoViewIfNeeded();
    const { x, y, width, height } = await page.getByTestId('aim').boundingBox();
    await page.mouse.move(x + width * 0.5, y + height * 0.5);
    await page.mouse.down();
    for (const share of [0.45, 0.55, 0.6]) {
      const before = await page.getByTestId('labels').innerText();
      await page.mouse.move(x + width * share, y + height * 0.4);
      await expect(page.getByTestId('labels')).not.toHaveText(before);
      await current(page);
    }
    // What was said of the eye before stays, and is marked.
    await expect(stages).toHaveClass(/stale/);
    await expect(opinion).not.toBeEmpty();
    const onTheWay = await asked();
    expect(onTheWay.length).toBeGreaterThanOrEqual(3);
    expect(new Set(onTheWay)).toEqual(new Set(['make']));
    await page.mouse.up();
    await expect(stages).not.toHaveClass(/stale/);
    expect((await asked()).slice(onTheWay.length)).toEqual(['judge', 'judge']);
  });

  test('an eye looks where it is dragged and turned, and the refined one follows', async ({ page }) => {
    await openRefine(page);
    await page.getByTestId('aim').scrollIntoViewIfNeeded();
    await look(page, [32, 13]);
    await expect.poll(async () => (await known(page)).x).toBeCloseTo(32, 0);
    expect((await known(page)).y).toBeCloseTo(13, 0);
    await expectRefined(page);
    const before = await known(page);
    await page.getByTestId('aim').focus();
    for (const key of ['ArrowLeft', 'ArrowLeft', 'ArrowDown']) {
      await page.keyboard.press(key);
    }
    // Labels show whole degrees, of which tenths are hidden.
    await expect.poll(async () => Math.abs((await known(page)).yaw - (before.yaw - 4))).toBeLessThanOrEqual(1);
    expect(Math.abs((await known(page)).pitch - (before.pitch - 2))).toBeLessThanOrEqual(1);
    const open_ = await pixelsOf(page.getByTestId('synthetic'));
    await page.getByTestId('slider-openness').fill('0');
    await expect.poll(async () => (await known(page)).openness).toBe(0);
    await expectRefined(page);
    expect((await pixelsOf(page.getByTestId('synthetic'))).data).not.toEqual(open_.data);
  });

  test('a link brings the same eye and the same model', async ({ page }) => {
    await openRefine(page);
    await page.getByTestId('model-select').selectOption('free');
    // It has no discriminator to ask.
    await expect(page.getByTestId('patch-verdicts')).toHaveCount(0);
    await page.getByTestId('another').click();
    await page.getByTestId('slider-yaw').fill('-20');
    await page.getByTestId('slider-skin').fill('0.9');
    await expectRefined(page);
    const [labels, given] = [await known(page), await pixelsOf(page.getByTestId('synthetic'))];
    await page.getByTestId('share-button').click();
    await expect(page).toHaveURL(/refine\?v=1&simulator=eyes&model=free-00000000&seed=\d+&yaw=-20&skin=0\.9$/);
    await page.reload();
    await expectRefined(page);
    await expect(page.getByTestId('model-select')).toHaveValue('free');
    expect(await known(page)).toEqual(labels);
    expect(await pixelsOf(page.getByTestId('synthetic'))).toEqual(given);
    // What is changed is no longer what the address says.
    await page.getByTestId('slider-yaw').fill('3');
    await expect(page).toHaveURL(/refine$/);
  });

  test('a link that is damaged says so, and the rest of it counts', async ({ page }) => {
    await openRefine(page, 'simulator=noses&yaw=11&pitch=up&model=gone-12345678');
    const toasts = page.getByTestId('error-toast');
    await expect(toasts.filter({ hasText: 'simulator=noses' })).toContainText('pitch=up');
    await expect(toasts.filter({ hasText: 'gone-12345678' })).toBeVisible();
    expect((await known(page)).yaw).toBe(11);
  });

  test('digits are written as one sets them, and what was measured is told', async ({ page }) => {
    await openRefine(page);
    // Of eyes it is said what cannot be measured, and where it is. The button goes, and the focus stays near.
    await expect(page.getByTestId('no-gaze')).toContainText('no gaze labels');
    await expect(page.getByTestId('moves')).toHaveCount(0);
    await page.getByTestId('see-digits').click();
    await expect(page.getByTestId('no-gaze')).toHaveCount(0);
    await expect(page.getByRole('heading', { name: 'Two forces' })).toBeFocused();
    await expect(page.getByTestId('model-select')).toHaveValue('refine-digits');
    await expect(page.getByTestId('moves')).toContainText('two pixels');
    // It is the only one of its kind.
    await expect(page.getByTestId('lambda')).toHaveCount(0);
    await expect(page.getByTestId('lambda-only')).toContainText('λ = 0.1');
    await expectRefined(page);
    await page.getByTestId('class-4').click();
    await expect(page.getByTestId('labels')).toHaveText('Known: the digit 4.');
    const ink = async () => (await pixelsOf(page.getByTestId('synthetic'))).data.reduce((sum, value) => sum + value, 0);
    await page.getByTestId('slider-thickness').fill('1.5');
    await expectRefined(page);
    const thin = await ink();
    await page.getByTestId('slider-thickness').fill('4');
    await expectRefined(page);
    expect(await ink()).toBeGreaterThan(thin + 10_000);
    // Another sample is of the same digit.
    await page.getByTestId('another').click();
    await expect(page.getByTestId('labels')).toHaveText('Known: the digit 4.');
    await expect(page.getByTestId('proof').getByRole('row')).toHaveCount(4);
    await expect(page.getByTestId('proof')).toContainText('70.6 %');
    await expect(page.getByTestId('proof')).toContainText('93.0 ± 0.5 %');
    // Nothing there says how well the labels hold.
    await expect(page.getByTestId('measured')).toHaveCount(0);
  });

});

test('a link asks for no more than a slider could', async ({ context, page }) => {
  await standIn(context, { models: [] });
  await open(page, 'refine?simulator=digits&thickness=1000&turn=10&class=3.5');
  await expect(page.getByTestId('error-toast')).toContainText('class=3.5, thickness=1000');
  await expect(page.getByTestId('slider-turn')).toHaveValue('10');
  await expect(page.getByTestId('slider-thickness')).not.toHaveValue('5');
});

test('without a model the simulator is there, and says what is missing', async ({ context, page }) => {
  await standIn(context, { models: [] });
  await open(page, 'refine');
  await expect(page.getByTestId('no-models')).toContainText('no refiner for these pictures');
  const before = await known(page);
  await page.getByTestId('slider-yaw').fill('25');
  await expect.poll(async () => (await known(page)).x).toBeGreaterThan(before.x);
  await expect(page.getByTestId('outcome')).toHaveCount(0);
  await expect(page.getByTestId('set-start')).toHaveCount(0);
  // A model of the user's, of a size that is not simulated, and one that fits.
  await page.getByTestId('model-file').setInputFiles(modelFile('wide', { image_width: 80 }));
  await expect(page.getByTestId('error-toast')).toContainText('80 × 35');
  await page.getByTestId('model-file').setInputFiles(modelFile('mine', { image_height: 28, image_width: 28 }));
  await expect(page.getByTestId('model-select')).toHaveValue('mine');
  await expectRefined(page);
  await expect(page.getByTestId('no-models')).toHaveCount(0);
});

test('what failed is tried again, and the focus does not go with the button', async ({ context, page, complaints }) => {
  complaints.expect(/404/);
  const weights = /models\/refine-eyes-[0-9a-f]{8}\.safetensors/;
  await context.route(weights, (route) => route.fulfill({ status: 404 }));
  await open(page, 'refine?simulator=eyes');
  const again = page.getByTestId('again-button');
  await again.focus();
  await context.unroute(weights);
  await page.keyboard.press('Enter');
  await expect(again).toHaveCount(0);
  await expect(page.getByRole('main')).toBeFocused();
  await current(page, 90_000);
});

test('it fits a phone, in Korean, and touch turns the eye', async ({ browser, baseURL }) => {
  const context = await browser.newContext({ baseURL, viewport: { width: 360, height: 740 }, hasTouch: true, locale: 'ko-KR' });
  await standIn(context, { models: REFINERS });
  const page = await context.newPage();
  await openRefine(page);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('프로그램이 그린 그림을 진짜처럼');
  await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  await page.getByTestId('aim').scrollIntoViewIfNeeded();
  const box = await page.getByTestId('aim').boundingBox();
  await page.touchscreen.tap(box.x + box.width * 0.55, box.y + box.height * 0.4);
  await expect.poll(async () => page.getByTestId('labels').innerText()).toMatch(/동공은 30\.[0-5]/);
  await context.close();
});

test('the model of the site makes eyes more real and leaves them where they are', async ({ page }) => {
  await open(page, 'refine?seed=1');
  await current(page, 90_000);
  const share = async (id) => Number((await page.getByTestId(id).innerText()).match(/\d+/)?.[0]);
  await expect(page.getByTestId('opinion-refined')).not.toBeEmpty();
  expect(await share('opinion-refined')).toBeGreaterThan(await share('opinion-synthetic'));
  const [given, made] = [await pixelsOf(page.getByTestId('synthetic')), await pixelsOf(page.getByTestId('refined'))];
  const apart = made.data.reduce((sum, value, at) => sum + Math.abs(value - given.data[at]), 0) / (made.data.length * 0.75);
  expect(apart).toBeGreaterThan(1);
  expect(apart).toBeLessThan(50);
  // The network is small: an eye follows the mouse.
  await look(page, [31, 14]);
  await current(page);
  await expect(page.getByTestId('took')).toContainText(/in \d+ ms on CPU/);
});

test('lambda is chosen between models that differ in nothing else, and the drawing stays', async ({ page, request }) => {
  const { models } = await (await request.get('models/manifest.json')).json();
  const of = (name) => models.find(({ card }) => card.name === name).card.system.config.lambda;
  const [bold, usually, shyly] = ['refine-eyes-bold', 'refine-eyes', 'refine-eyes-shy'].map(of);
  const files = await holdBack(page, /models\/refine-eyes-bold-.*\.safetensors/);
  const [outcome, lambda] = [page.getByTestId('outcome'), page.getByTestId('lambda')];
  const chosen = lambda.getByRole('button', { pressed: true });
  const [given, made] = ['synthetic', 'refined'].map((id) => () => pixelsOf(page.getByTestId(id)));
  const top = async () => (await page.getByTestId('proof').boundingBox()).y;
  await open(page, 'refine?simulator=eyes&seed=3&yaw=12');
  await current(page, 90_000);
  await expect(page.getByTestId('opinion-refined')).not.toBeEmpty();
  await expect(lambda.getByRole('button')).toHaveText([bold, usually, shyly].map((lambda) => `λ = ${lambda}`));
  await expect(chosen).toHaveText(`λ = ${usually}`);
  const [drawing, usual] = [await given(), await made()];
  // Until a model is there, the picture of the one before stays, and nothing moves.
  const before = await top();
  await page.getByTestId(`lambda-${bold}`).click();
  await expect(page.getByTestId('cancel-opening')).toBeVisible();
  await expect(chosen).toHaveText(`λ = ${bold}`);
  await expect(outcome).toHaveAttribute('aria-busy', 'true');
  expect(await made()).toEqual(usual);
  await expect(page.getByTestId('opinion-refined')).not.toBeEmpty();
  expect(await top()).toBe(before);
  // One that is not wanted any more is no failure.
  await page.getByTestId(`lambda-${shyly}`).focus();
  await page.keyboard.press('Enter');
  await current(page);
  await expect(page.getByTestId('again-button')).toHaveCount(0);
  await expect(page.getByTestId(`lambda-${shyly}`)).toBeFocused();
  await expect.poll(async () => (await made()).data).not.toEqual(usual.data);
  const shy = await made();
  files.release();
  await page.getByTestId(`lambda-${bold}`).click();
  await current(page);
  await expect(page.getByTestId('model-select')).toHaveValue('refine-eyes-bold');
  await expect.poll(async () => (await made()).data).not.toEqual(shy.data);
  expect((await made()).data).not.toEqual(usual.data);
  await page.getByTestId('share-button').click();
  await expect(page).toHaveURL(/refine\?v=1&simulator=eyes&model=refine-eyes-bold-[0-9a-f]{8}&seed=3&yaw=12$/);
  await page.getByTestId(`lambda-${usually}`).click();
  await expect(page).toHaveURL(/refine$/);
  await current(page);
  await expect.poll(made).toEqual(usual);
  expect(await given()).toEqual(drawing);
});
