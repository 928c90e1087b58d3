// Lessons, and the lab as a part of another page.

import { expect, test } from '../support/test.js';
import { answered, open, watchWorker } from '../support/page.js';
import { keptStep, lab } from '../support/lab.js';

const LESSONS = /lessons\/lessons\.json/;

const lesson = {
  id: 'collapse',
  failure: {
    title: { en: 'A failure', ko: '실패' },
    text: { en: 'It fails. See how.', ko: '실패합니다. 보세요.' },
    settings: 'data=grid&loss=minimax',
    steps: 20,
    shows: { measure: 'modes', max: 25 },
  },
  cure: {
    title: { en: 'Its cure', ko: '해결책' },
    text: { en: 'It works. See how.', ko: '됩니다. 보세요.' },
    settings: 'data=grid&loss=hinge',
    steps: 30,
    shows: { measure: 'modes', min: 0 },
  },
  paper: { title: 'A paper', url: 'https://arxiv.org/abs/1406.2661' },
};

const serve = (page, lessons) =>
  page.context().route(LESSONS, (route) => route.fulfill({ json: lessons }));

test('the lessons of the site are shown, each with its paper', async ({ page }) => {
  await open(page, 'lab');
  const cards = page.getByTestId('gallery').getByRole('article');
  await expect.poll(() => cards.count()).toBeGreaterThan(0);
  for (const card of await cards.all()) {
    await expect(card.getByRole('link')).toHaveAttribute('href', /^https:/);
  }
});

test('a failure and its cure run from the gallery', async ({ page }) => {
  await watchWorker(page);
  await serve(page, { lessons: [lesson] });
  await open(page, 'lab');
  const card = page.getByTestId('lesson-collapse');
  await card.getByTestId('show-failure').click();
  await expect(lab(page).stepsText).toHaveText('20');
  await expect(page.getByTestId('loss-select')).toHaveValue('minimax');
  await expect(page).toHaveURL(/lesson=collapse$/);
  await card.getByTestId('show-cure').click();
  await expect(lab(page).stepsText).toHaveText('30');
  await expect(page.getByTestId('loss-select')).toHaveValue('hinge');
  await expect(page).toHaveURL(/lesson=collapse&scene=cure$/);
  // It is no run of the user's, which would be kept where it stops.
  await expect(lab(page).train).toBeEnabled();
  await answered(page);
  expect(await keptStep(page)).toBe(0);
  // Another setting is no lesson any more.
  await page.getByTestId('batch-select').selectOption('64');
  await expect(page).not.toHaveURL(/lesson=/);
  await expect(page).toHaveURL(/batch=64/);
});

test('a link opens a lesson, with its words beside it', async ({ page }) => {
  await serve(page, { lessons: [lesson] });
  await open(page, 'lab?lesson=collapse&scene=cure&hide=gallery');
  await expect(lab(page).stepsText).toHaveText('30');
  await expect(page.getByTestId('loss-select')).toHaveValue('hinge');
  const words = page.getByTestId('open-lesson');
  await expect(words).toContainText('Its cure');
  await words.getByRole('button', { name: 'Show the failure' }).click();
  await expect(words).toContainText('A failure');
  await expect(lab(page).stepsText).toHaveText('20');
  await words.getByRole('button', { name: 'Close' }).click();
  await expect(words).toBeHidden();
  await expect(page).toHaveURL(/loss=minimax/);
});

test('a lesson that is not there, and lessons that do not read, are told, and the lab works', async ({ page }) => {
  await serve(page, { lessons: [lesson] });
  await open(page, 'lab?lesson=nonsense');
  await expect(page.getByTestId('error-toast')).toContainText('nonsense');
  await page.context().unroute(LESSONS);
  await serve(page, { lessons: [{ id: 'half' }] });
  await open(page, 'lab');
  await expect(page.getByTestId('error-toast').first()).toContainText('lessons.json');
  await lab(page).step.click();
  await expect(lab(page).stepsText).toHaveText('1');
});

test('a link hides parts, groups and settings, and goes on doing so', async ({ page }) => {
  await open(page, 'lab?hide=charts,gallery,diagram,time,share,measures,game,g_lr');
  for (const hidden of ['chart-losses', 'gallery', 'diagram', 'time-slider', 'share-button', 'js', 'loss-select', 'g_lr-select']) {
    await expect(page.getByTestId(hidden), hidden).toHaveCount(0);
  }
  await expect(page.getByTestId('d_lr-select')).toBeVisible();
  await page.getByTestId('data-select').selectOption('grid');
  await expect(page).toHaveURL(/data=grid.*hide=charts/);
});

test('embedded, there is no header, and a way to the whole page', async ({ page }) => {
  await open(page, 'lab?embed=1&data=moons');
  await expect(page.getByRole('banner')).toHaveCount(0);
  await expect(page.getByTestId('plane')).toBeVisible();
  await expect(page.getByTestId('open-in-forger')).toHaveAttribute('href', /lab\?data=moons$/);
});

test('a phone shows plane and Train on its first screen', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page, 'lab');
  await expect(page.getByTestId('plane')).toBeInViewport({ ratio: 1 });
  await expect(page.getByTestId('train-button')).toBeInViewport({ ratio: 1 });
  await expect(page.getByTestId('data-select')).toBeHidden();
  await page.getByText('Settings', { exact: true }).click();
  await expect(page.getByTestId('data-select')).toBeVisible();
});

test('a trained state is there for the data that are chosen, made in the tab, and undo takes it back', async ({ page }) => {
  await open(page, 'lab?data=pair');
  await page.getByTestId('already-trained').click();
  await expect(page.getByTestId('trained-note')).toContainText(/1,000 steps in \d+\.\d s/, { timeout: 120_000 });
  await expect(lab(page).stepsText).toHaveText('1,000');
  await expect(lab(page).modes).toHaveText('2 / 2');
  await expect(page.getByTestId('data-select')).toHaveValue('pair');
  await expect(page).toHaveURL(/penalty=r1/);
  await page.getByTestId('undo-button').click();
  await expect(page).not.toHaveURL(/penalty=r1/);
});
