// The lab, as the tests use it.

import { expect } from '@playwright/test';
import { frames, number, picture } from './page.js';

export const lab = (page) => ({
  train: page.getByTestId('train-button'),
  pause: page.getByTestId('pause-button'),
  step: page.getByTestId('step-button'),
  reset: page.getByTestId('reset-button'),
  plane: page.getByTestId('plane'),
  modes: page.getByTestId('modes-covered'),
  stepsText: page.getByTestId('step-count'),
  steps: () => number(page.getByTestId('step-count')),
  rate: () => number(page.getByTestId('steps-per-second')),
});

/** A whole number as the page writes it. */
export const written = (number) => number.toLocaleString('en');

/** Trains for at least so many steps, then pauses. Gives the step that it stands at, which is drawn by then. */
export async function trainTo(page, least) {
  const { train, pause, steps } = lab(page);
  await train.click();
  // A GPU in software takes some seconds for a step.
  await expect.poll(steps, { timeout: 60_000 }).toBeGreaterThanOrEqual(least);
  await pause.click();
  await expect(train).toBeEnabled();
  await frames(page);
  return steps();
}

/** The step of the run that is kept on this machine. */
export const keptStep = (page) => page.evaluate(() => JSON.parse(localStorage.getItem('forger.run') ?? '{"step":0}').step);

/** Moves a slider, as a hand does: the value first, then the event. */
export const slide = (slider, value) =>
  slider.evaluate((element, value) => {
    element.value = value;
    element.dispatchEvent(new Event('input', { bubbles: true }));
  }, String(value));

/** A fingerprint of the plane, once something is drawn in it: what the page says already, if it stands still. */
export async function drawnPlane(page) {
  const plane = page.getByTestId('plane');
  await expect.poll(async () => (await picture(plane)).levels).toBeGreaterThan(10);
  await frames(page);
  return (await picture(plane)).sha256;
}
