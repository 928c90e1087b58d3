// The lists of /train: what is begun in a row stays while the list around it changes.

import { expect, test } from '../support/test.js';
import { open } from '../support/page.js';
import { LONG, pause, photoFiles } from '../support/train.js';

test.describe.configure({ timeout: 240_000 });

/** Has a name being typed for the first of three, and the question open whether the second be deleted, while the third goes. */
async function deleteBeside(list, kind) {
  const button = (name) => list.getByRole('button', { name, exact: true });
  const [field, yes] = [list.getByTestId(new RegExp(`^name-${kind}-`)), list.getByTestId(/-yes$/)];
  const third = list.getByRole('row').filter({ hasText: 'third' });
  await button('Rename first').click();
  await field.fill('half a na');
  await button('Delete: second').click();
  await button('Delete: third').click();
  await third.getByTestId(/-yes$/).click();
  await expect(third).toHaveCount(0);
  await expect(field).toHaveValue('half a na');
  await expect(yes).toHaveCount(1);
  await expect(list.getByRole('alert')).toContainText('second');
  // The name is what it becomes, in the same row.
  await field.press('Enter');
  await expect(button('Rename half a na')).toBeFocused();
  await expect(field).toHaveCount(0);
  await expect(yes).toHaveCount(1);
}

test('a name that is typed and a question stay while the list of runs changes', async ({ page }) => {
  await open(page, 'train');
  for (const name of ['first', 'second', 'third']) {
    await page.getByTestId('run-name-field').fill(name);
    await page.getByTestId('begin').click();
    await expect(page.getByTestId('run-name')).toHaveText(name, LONG);
    await pause(page);
    await page.getByTestId('put-away').click();
    await expect(page.getByTestId('go-on-banner')).toContainText(name, LONG);
  }
  await page.getByTestId('fold-runs').locator('summary').click();
  const runs = page.getByTestId('runs');
  await deleteBeside(runs, 'run');
  // With another name it is as old as it was: the newest comes first, and is what is offered.
  await expect(runs.getByRole('row').nth(1)).toContainText('second');
  await expect(runs.getByRole('row').nth(2)).toContainText('half a na');
  await expect(page.getByTestId('go-on-banner')).toContainText('second');
  await expect(runs.getByRole('button', { name: 'Rename half a na' })).toBeFocused();
});

test('so do those of sets', async ({ page }) => {
  await open(page, 'train');
  await page.getByTestId('add-pictures').click();
  const files = await photoFiles(page, 4);
  for (const name of ['first', 'second', 'third']) {
    await page.getByTestId('set-name').fill(name);
    await page.getByTestId('set-files').setInputFiles(files);
    await expect(page.getByTestId('report')).toHaveText(`Pictures in ${name}: 4. Files left out: 0.`, LONG);
  }
  await deleteBeside(page.getByTestId('sets'), 'set');
});
