// The lab, as the tests use it.

import { number } from './page.js';

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
