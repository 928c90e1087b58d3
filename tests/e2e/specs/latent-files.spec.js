// Files that are dropped on the latent page: models, and pictures of whatever type.

import { expect, test } from '../support/test.js';
import { holdBack } from '../support/page.js';
import { openLatent, photoOf, settled, shown } from '../support/latent.js';

/** Drops a file without a type, as a system gives one that it does not know. */
const dropUntyped = (page, name, buffer) =>
  page.getByTestId('sample-grid').evaluate(
    (element, [name, data]) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))], name));
      element.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer }));
    },
    [name, buffer.toString('base64')],
  );

test('a picture of unknown type is no model: it is told what it is, and nothing stops loading for it', async ({ page }) => {
  const files = await holdBack(page, '**/models/avatars-*.safetensors');
  const grid = await openLatent(page, 'model=digits');
  await page.getByTestId('model-avatars').click();
  await expect(page.getByTestId('progress')).toBeVisible();
  await dropUntyped(page, 'photo.heic', Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1'));
  await expect(page.getByTestId('error-toast')).toContainText('photo.heic is a HEIC photo');
  files.release();
  await expect(page).toHaveURL(/model=avatars-/);
  await settled(grid);
  await expect(page.getByTestId('error-toast')).toHaveCount(1);
  // One that the browser reads is opened.
  await dropUntyped(page, 'photo', (await photoOf(grid, 3)).buffer);
  await shown(page.getByTestId('crop'));
});

test('what is named like a model is opened as one', async ({ page }) => {
  await openLatent(page, 'model=digits');
  const told = (name) => page.getByTestId('error-toast').filter({ hasText: name });
  await dropUntyped(page, 'Mine.SAFETENSORS', Buffer.from('no model'));
  await expect(told('safetensors')).toBeVisible();
  await dropUntyped(page, 'latest_net_G.pth', Buffer.from('PK'));
  await expect(told('forger import FILE.pth')).toBeVisible();
});
