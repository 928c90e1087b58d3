// What the lab shows of a run: layers, noise, networks, curves, slow motion.

import { expect, test } from '../support/test.js';
import { open, picture } from '../support/page.js';
import { drawnPlane, lab, slide, trainTo } from '../support/lab.js';

test('every layer changes the picture and comes back from the URL', async ({ page }) => {
  // A step at which D has a line to draw: now and then it says real, or fake, everywhere.
  await open(page, 'lab?step=200');
  const { plane, stepsText } = lab(page);
  await expect(stepsText).toHaveText('200');
  await drawnPlane(page);
  for (const layer of ['density', 'manifold', 'push', 'line', 'verdict', 'real', 'fake']) {
    const before = (await picture(plane)).sha256;
    await page.getByTestId(`layer-${layer}`).click();
    await expect.poll(async () => (await picture(plane)).sha256, layer).not.toBe(before);
  }
  await expect(page).toHaveURL(/show=density,manifold,push/);
  await open(page, 'lab?show=real,push');
  await expect(page.getByTestId('layer-push')).toBeChecked();
  await expect(page.getByTestId('layer-fake')).not.toBeChecked();
});

test('with every layer most pictures are there with the next frame, or the one after it', { tag: '@alone' }, async ({ page }) => {
  await open(page, 'lab?show=real,fake,verdict,line,density,manifold,push');
  await trainTo(page, 20);
  // The plane is drawn in a frame after each change, so frames say what drawing costs.
  const median = await page.evaluate(
    () =>
      new Promise((resolve) => {
        const slider = document.querySelector('[data-testid=travel-slider]');
        const times = [];
        const tick = (time) => {
          times.push(time);
          slider.value = String((times.length % 50) / 50);
          slider.dispatchEvent(new Event('input', { bubbles: true }));
          if (times.length < 60) return requestAnimationFrame(tick);
          const gaps = times.slice(1).map((time, index) => time - times[index]);
          return resolve(gaps.sort((a, b) => a - b)[Math.floor(gaps.length / 2)]);
        };
        requestAnimationFrame(tick);
      }),
  );
  test.info().annotations.push({ type: 'measured', description: `median frame ${median.toFixed(1)} ms` });
  expect(median).toBeLessThan(34);
});

test('the brush picks the same samples in noise and plane, by pointer and by keyboard', async ({ page }) => {
  await open(page, 'lab');
  const [noise, picked] = [page.getByTestId('noise'), page.getByTestId('picked')];
  await drawnPlane(page);
  const before = [(await picture(noise)).sha256, (await picture(lab(page).plane)).sha256];
  await noise.hover();
  await expect(picked).toContainText(/picked: [1-9]\d*/);
  await expect.poll(async () => (await picture(noise)).sha256).not.toBe(before[0]);
  await expect.poll(async () => (await picture(lab(page).plane)).sha256).not.toBe(before[1]);
  await page.mouse.move(0, 0);
  await page.getByRole('application', { name: /^The noise/ }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(picked).toContainText(/picked: \d/);
  await expect(page.getByTestId('spoken')).toHaveText(await picked.textContent());
  await page.keyboard.press('Escape');
  await expect(picked).not.toContainText(/\d/);
});

test('points travel from the noise to the samples', async ({ page }) => {
  await open(page, 'lab');
  const { plane } = lab(page);
  const there = await drawnPlane(page);
  await slide(page.getByTestId('travel-slider'), 0.3);
  await expect.poll(async () => (await picture(plane)).sha256).not.toBe(there);
  await page.getByTestId('travel-button').click();
  await expect(page.getByTestId('travel-slider')).toHaveValue('1');
  await expect.poll(async () => (await picture(plane)).sha256).toBe(there);
});

test('the diagram shows the weights and changes the networks', async ({ page }) => {
  await open(page, 'lab');
  const drawn = () => page.getByTestId('diagram').locator('path').evaluateAll((all) => all.map((path) => path.getAttribute('d')).join());
  await expect.poll(async () => (await drawn()).includes('M')).toBe(true);
  const before = await drawn();
  await trainTo(page, 200);
  await expect.poll(drawn).not.toBe(before);
  await page.getByTestId('g-more-layers').click();
  await expect(page).toHaveURL(/g_layers=3/);
  await expect(page.getByTestId('g_layers-select')).toHaveValue('3');
  await page.getByTestId('d-fewer-neurons').click();
  await expect(page.getByTestId('d_width-select')).toHaveValue('32');
  // Noise, three layers of G, points, two layers of D, verdict.
  const captions = page.getByTestId('diagram').locator('text');
  await expect(captions).toHaveText(['z', '+55', '+55', '+55', 'x', '+23', '+23', 'D(x)']);
  await page.getByTestId('d-activation').selectOption('tanh');
  await expect(page).toHaveURL(/d_act=tanh/);
});

test('a neuron of D shows what it answers over the plane', async ({ page }) => {
  await open(page, 'lab');
  const { plane } = lab(page);
  const before = await drawnPlane(page);
  await page.getByTestId('diagram').locator('.neurons.d circle').first().hover();
  await expect.poll(async () => (await picture(plane)).sha256).not.toBe(before);
  await expect(page.getByText(/What this neuron of D answers/)).toBeVisible();
  await page.mouse.move(0, 0);
  await expect.poll(async () => (await picture(plane)).sha256).toBe(before);
});

test('the keyboard leads through the neurons of D, and each is asked', async ({ page }) => {
  await open(page, 'lab');
  const { plane } = lab(page);
  const before = await drawnPlane(page);
  const shown = async () => (await picture(plane)).sha256;
  const neuron = (name) => page.getByTestId('diagram').getByRole('img', { name, exact: true });
  await expect(page.getByTestId('diagram').locator('[tabindex="0"]'), 'one stop for Tab').toHaveCount(1);
  await expect(page.getByRole('application', { name: 'Discriminator' }).locator('[tabindex="0"]')).toHaveCount(1);
  await neuron('Neuron 1 of layer 1 of D').focus();
  await expect.poll(shown).not.toBe(before);
  const first = await shown();
  for (const [key, name] of [['ArrowDown', 'Neuron 2 of layer 1 of D'], ['ArrowRight', 'Neuron 2 of layer 2 of D']]) {
    await page.keyboard.press(key);
    await expect(neuron(name)).toBeFocused();
    await expect(neuron(name)).toHaveAttribute('tabindex', '0');
    await expect.poll(shown).not.toBe(first);
  }
  await page.keyboard.press('Tab');
  await expect.poll(shown).toBe(before);
});

test.describe('by touch', () => {
  test.use({ hasTouch: true });

  test('a tap asks a neuron of D, until one taps elsewhere', async ({ page }) => {
    await open(page, 'lab');
    const { plane } = lab(page);
    const before = await drawnPlane(page);
    await page.getByTestId('diagram').locator('.neurons.d circle').first().tap();
    await expect.poll(async () => (await picture(plane)).sha256).not.toBe(before);
    await expect(page.getByText(/What this neuron of D answers/)).toBeVisible();
    await page.getByText(/^Lines: green/).tap();
    await expect.poll(async () => (await picture(plane)).sha256).toBe(before);
  });
});

test('dragging in one chart zooms all of them, and Escape shows all again', async ({ page }) => {
  await open(page, 'lab');
  await trainTo(page, 100);
  const [losses, scores] = [page.getByTestId('chart-losses'), page.getByTestId('chart-js')];
  const before = [(await picture(losses)).sha256, (await picture(scores)).sha256];
  await losses.scrollIntoViewIfNeeded();
  const box = await losses.boundingBox();
  await page.mouse.move(box.x + box.width * 0.4, box.y + 40);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.7, box.y + 40, { steps: 5 });
  await page.mouse.up();
  await expect(page.getByTestId('zoom-reset')).toBeEnabled();
  await expect.poll(async () => (await picture(losses)).sha256).not.toBe(before[0]);
  await expect.poll(async () => (await picture(scores)).sha256).not.toBe(before[1]);
  await page.keyboard.press('Escape');
  await expect.poll(async () => (await picture(losses)).sha256).toBe(before[0]);
  // Another button chooses nothing.
  await page.mouse.move(box.x + box.width * 0.4, box.y + 40);
  await page.mouse.down({ button: 'right' });
  await page.mouse.move(box.x + box.width * 0.7, box.y + 40, { steps: 5 });
  await page.mouse.up({ button: 'right' });
  await expect(page.getByTestId('zoom-reset')).toBeDisabled();
});

for (const player of ['d', 'g']) {
  test(`slow motion goes through a step of ${player.toUpperCase()}, by keyboard`, async ({ page }) => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await open(page, 'lab');
    await lab(page).step.click();
    await expect(lab(page).stepsText).toHaveText('1');
    await page.getByTestId(`slow-${player}-button`).click();
    const slow = page.getByTestId('slow');
    await expect(slow).toBeFocused();
    for (const stage of [1, 2, 3, 4, 5]) {
      await expect(slow).toContainText(`${stage} / 6`);
      await page.keyboard.press('ArrowRight');
    }
    await expect(slow).toContainText('6 / 6');
    await expect(slow).toContainText('→');
    await page.keyboard.press('ArrowRight');
    await expect(slow).toBeHidden();
  });
}

test('left alone, slow motion goes on by itself', async ({ page }) => {
  await open(page, 'lab');
  await page.getByTestId('slow-g-button').click();
  await expect(page.getByTestId('slow')).toContainText('6 / 6');
  await page.getByTestId('slow-next').click();
  await expect(page.getByTestId('slow')).toBeHidden();
});
