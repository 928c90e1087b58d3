// What the tests of every page need.

import { expect } from '@playwright/test';

/** The engine's state as the page tells it: `loading`, `ready` or `failed`. */
export const engineState = (page) => page.evaluate(() => document.documentElement.dataset.engine);

/** Waits until the worker answers. */
export const engineReady = (page) =>
  expect.poll(() => engineState(page), { message: 'state of the engine', timeout: 60_000 }).toBe('ready');

/** From now on until what this gives is awaited: the engine was not ready, for however short a time. */
export const engineStops = async (page) => {
  const stopped = await page.evaluateHandle(() => {
    const root = document.documentElement;
    const stopped = new Promise((done) => {
      new MutationObserver(() => root.dataset.engine !== 'ready' && done()).observe(root, { attributeFilter: ['data-engine'] });
    });
    return { stopped };
  });
  return () => stopped.evaluate(({ stopped }) => stopped);
};

/** What notes say from now on, for however short a time. Call what it gives back to learn it. */
export async function watchNotes(page) {
  const told = await page.evaluateHandle(() => {
    const told = [];
    const look = () => document.querySelectorAll('[data-testid=note-toast] p').forEach((note) => told.push(note.textContent));
    new MutationObserver(look).observe(document.querySelector('.toasts'), { childList: true, subtree: true });
    return told;
  });
  return () => told.jsonValue();
}

/** Opens a route, which may be below the folder that the page is in, and waits for the engine. */
export async function open(page, route) {
  await page.goto(route);
  await engineReady(page);
}

/** A number that stands in an element, such as `1,234 steps/s`. */
export async function number(locator) {
  const text = await locator.innerText();
  const digits = text.replaceAll(',', '').match(/-?\d+(\.\d+)?/);
  return digits ? Number(digits[0]) : Number.NaN;
}

/** A fingerprint of what a canvas shows, and how many grey levels it has. */
export const picture = (canvas) =>
  canvas.evaluate(async (element) => {
    const { data, width, height } = element.getContext('2d').getImageData(0, 0, element.width, element.height);
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', data));
    return {
      sha256: Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join(''),
      levels: new Set(data.filter((_, index) => index % 4 === 0)).size,
      width,
      height,
    };
  });

/** Waits until the page has drawn so many frames more: what it was told before is seen by then. */
export const frames = (page, count = 2) =>
  page.evaluate(
    (count) =>
      new Promise((done) => {
        const next = (left) => (left > 0 ? requestAnimationFrame(() => next(left - 1)) : done());
        next(count);
      }),
    count,
  );

/** Waits until whatever the page put off by so many milliseconds has happened: timers keep their order. */
export const afterTimers = (page, milliseconds) =>
  page.evaluate((milliseconds) => new Promise((done) => setTimeout(done, milliseconds)), milliseconds);

/**
 * Holds back what the browser decodes and reads of files of this name, from now on: `asked` waits until the page wants some of that,
 * `letGo` gives it all that it wants, and waits until that has been seen. From `end` on they are read at once again.
 */
export async function holdFiles(page, name) {
  await page.evaluate((name) => {
    if (!window.heldFiles) {
      window.heldFiles = {};
      const hold = (of, method) => {
        const act = of[method];
        of[method] = function late(...given) {
          const held = window.heldFiles[(given[0] ?? this).name];
          if (!held) {
            return act.apply(this, given);
          }
          return new Promise((give, fail) => {
            held.push(() => act.apply(this, given).then(give, fail));
          });
        };
      };
      hold(window, 'createImageBitmap');
      hold(Blob.prototype, 'text');
      hold(Blob.prototype, 'arrayBuffer');
    }
    window.heldFiles[name] ??= [];
  }, name);
  const count = () => page.evaluate((name) => window.heldFiles[name].length, name);
  const next = () =>
    page.evaluate((name) => Promise.all(window.heldFiles[name].splice(0).map((go) => go())).then(() => {}), name);
  return {
    asked: () => expect.poll(count).toBeGreaterThan(0),
    async letGo() {
      // What was decoded may be read as well.
      do {
        await next();
        await frames(page);
      } while ((await count()) > 0);
    },
    end: () =>
      page.evaluate((name) => {
        const held = window.heldFiles[name];
        delete window.heldFiles[name];
        held.forEach((go) => go());
      }, name),
  };
}

/** From the next page on, [`answered`] knows what its worker was asked. */
export const watchWorker = (page) =>
  page.addInitScript(() => {
    const [open, heard] = [new Set(), new WeakSet()];
    window.openRequests = open;
    const { postMessage } = Worker.prototype;
    Worker.prototype.postMessage = function post(...given) {
      if (!heard.has(this)) {
        heard.add(this);
        // What the worker before was asked it answers no more.
        open.clear();
        this.addEventListener('message', ({ data: [{ id, body }] }) => {
          if (body.reply) {
            open.delete(id);
          }
        });
      }
      open.add(given[0][0].id);
      postMessage.apply(this, given);
    };
  });

/** Waits until the worker has answered all that it was asked, and that has been seen. */
export async function answered(page) {
  await expect.poll(() => page.evaluate(() => window.openRequests.size), { message: 'requests without an answer' }).toBe(0);
  await frames(page);
}

/** Draws a line on the board, through places in shares of its sides, and leaves the pointer down. */
export async function press(page, [first, ...others], steps = 1) {
  const board = page.getByTestId('board');
  await board.scrollIntoViewIfNeeded();
  const { x, y, width, height } = await board.boundingBox();
  const at = ([left, top]) => [x + left * width, y + top * height];
  await page.mouse.move(...at(first));
  await page.mouse.down();
  for (const place of others) {
    await page.mouse.move(...at(place), { steps });
  }
}

/** The same, and the pointer goes up. What was drawn is seen by then. */
export async function drawLine(page, places, steps) {
  await press(page, places, steps);
  await page.mouse.up();
  await frames(page);
}

/** Holds back files of the site that the worker asks for, from now on, until they are released; `asked` says how often it did. */
export async function holdBack(page, pattern) {
  const files = { asked: 0 };
  const released = new Promise((release) => { files.release = release; });
  await page.context().route(pattern, async (route) => {
    files.asked += 1;
    await released;
    // Whoever asked may have given it up.
    await route.continue().catch(() => {});
  });
  return files;
}

/**
 * Holds back what the page asks of the worker: the first request of this name, such as `make` or `end-set`, and all that come after
 * it, in their order, until what this gives is called.
 */
export async function holdRequests(page, name) {
  await page.evaluate((name) => {
    const { postMessage } = Worker.prototype;
    const held = [];
    let holds = false;
    Worker.prototype.postMessage = function post(...given) {
      const { payload } = given[0][0].body;
      holds ||= ['run', 'store', 'picture', 'model'].some((family) => payload?.[family] === name);
      if (holds) {
        held.push([this, given]);
      } else {
        postMessage.apply(this, given);
      }
    };
    window.letGo = () => {
      Worker.prototype.postMessage = postMessage;
      held.forEach(([worker, given]) => postMessage.apply(worker, given));
    };
  }, name);
  return () => page.evaluate(() => window.letGo());
}

/** Leaves for the lab, as a visitor does. */
export async function leave(page) {
  await page.getByRole('navigation').getByRole('link', { name: 'Lab' }).click();
  await expect(page).toHaveURL(/\/lab/);
}

/** Frames a second that the page reaches from now on. Call what it gives back to learn them. */
export async function measureFrames(page) {
  await page.evaluate(() => {
    const frames = { count: 0, longest: 0, start: performance.now(), last: performance.now() };
    window.forgerFrames = frames;
    const tick = (time) => {
      frames.count += 1;
      frames.longest = Math.max(frames.longest, time - frames.last);
      frames.last = time;
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  });
  return () =>
    page.evaluate(() => {
      const { count, longest, start } = window.forgerFrames;
      return { perSecond: (count * 1000) / (performance.now() - start), longest };
    });
}

/** Drops files and folders of this machine on an element, as a hand does. */
export async function dropFiles(page, element, files) {
  await element.scrollIntoViewIfNeeded();
  const session = await page.context().newCDPSession(page);
  const { x, y } = await element.boundingBox();
  const data = { items: [], files, dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop']) {
    await session.send('Input.dispatchDragEvent', { type, x: x + 5, y: y + 5, data });
  }
}
