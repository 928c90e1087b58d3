// What stands in front of the worker's script (init scripts do not reach workers), or of a page that opens a GPU itself.

/** Software WebGPU that passes for a card: by name, and by answering late, each time otherwise but the same in every run. */
const asHardware = () => {
  if (!globalThis.GPUAdapter) {
    return;
  }
  let state = 1;
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
  const late = (type, name) => {
    const soon = type.prototype[name];
    type.prototype[name] = async function (...given) {
      const answer = await soon.apply(this, given);
      await new Promise((resolve) => setTimeout(resolve, 40 * random()));
      return answer;
    };
  };
  late(GPUBuffer, 'mapAsync');
  late(GPUQueue, 'onSubmittedWorkDone');
  const { get } = Object.getOwnPropertyDescriptor(GPUAdapter.prototype, 'info');
  Object.defineProperty(GPUAdapter.prototype, 'info', {
    get() {
      const { subgroupMinSize, subgroupMaxSize, device } = get.call(this);
      const named = { vendor: 'acme', architecture: 'card', description: 'A card', isFallbackAdapter: false };
      return { subgroupMinSize, subgroupMaxSize, device, ...named };
    },
  });
  Object.defineProperty(GPUAdapter.prototype, 'isFallbackAdapter', { value: false });
};

/**
 * A GPU that takes little time: the clock is slow from the first work that it is given until what came of it is there. It never stands
 * still, nor goes back.
 */
const asFast = () => {
  if (!globalThis.GPUBuffer) {
    return;
  }
  const SLOW = 0.01;
  // Milliseconds after a kernel was sent in which the next one is prepared, or what came of it is asked for: on two busy cores that
  // alone takes longer than training. There is an end to it, as there may be kernels of which nothing is read.
  const SENDING = 1000;
  const now = Performance.prototype.now;
  let [waiting, sent, real, told] = [0, -Infinity, 0, 0];
  const tick = () => {
    const here = now.call(performance);
    const slow = waiting > 0 || here - sent < SENDING;
    told += (here - real) * (slow ? SLOW : 1);
    real = here;
    return told;
  };
  Performance.prototype.now = () => tick();
  const dispatch = GPUComputePassEncoder.prototype.dispatchWorkgroups;
  GPUComputePassEncoder.prototype.dispatchWorkgroups = function (...given) {
    tick();
    dispatch.apply(this, given);
    sent = now.call(performance);
  };
  const map = GPUBuffer.prototype.mapAsync;
  GPUBuffer.prototype.mapAsync = async function (...given) {
    tick();
    waiting += 1;
    try {
      return await map.apply(this, given);
    } finally {
      tick();
      waiting -= 1;
      if (waiting === 0) {
        sent = -Infinity;
      }
    }
  };
};

/** A GPU that is offered and cannot be opened. */
const asRefusing = () => {
  if (globalThis.GPUAdapter) {
    GPUAdapter.prototype.requestDevice = () => Promise.reject(new DOMException('refused on purpose'));
  }
};

/**
 * Two ways to end a worker: it throws, on any device, or its GPU reports a fault, at which Rust panics. And two to lose the GPU: at
 * once, or while as much is read back as ever before, which is a state that is saved.
 */
const breakable = () => {
  let broken = false;
  const devices = [];
  const now = Performance.prototype.now;
  Performance.prototype.now = function () {
    if (broken) {
      throw new Error('thrown on purpose');
    }
    return now.call(this);
  };
  if (globalThis.GPUAdapter) {
    const request = GPUAdapter.prototype.requestDevice;
    GPUAdapter.prototype.requestDevice = async function (...given) {
      const device = await request.apply(this, given);
      devices.push(device);
      return device;
    };
  }
  let [largest, saving] = [0, false];
  if (globalThis.GPUBuffer) {
    const map = GPUBuffer.prototype.mapAsync;
    GPUBuffer.prototype.mapAsync = function (...given) {
      if (saving && this.size >= largest) {
        saving = false;
        devices.forEach((device) => device.destroy());
      }
      largest = Math.max(largest, this.size);
      return map.apply(this, given);
    };
  }
  const channel = new BroadcastChannel('break');
  channel.onmessage = ({ data }) => {
    channel.postMessage('heard');
    if (data === 'throw') {
      broken = true;
    }
    saving = data === 'lose-saving';
    for (const device of data === 'panic' ? devices : []) {
      const error = new GPUValidationError('a fault on purpose');
      device.dispatchEvent(new GPUUncapturedErrorEvent('uncapturederror', { error }));
    }
    for (const device of data === 'lose' ? devices : []) {
      device.destroy();
    }
  };
};

/** A disk that is full while it is told to be: nothing is written. */
const fillable = () => {
  let full = false;
  const { write } = FileSystemSyncAccessHandle.prototype;
  FileSystemSyncAccessHandle.prototype.write = function (...given) {
    if (full) {
      throw new DOMException('full on purpose', 'QuotaExceededError');
    }
    return write.apply(this, given);
  };
  const channel = new BroadcastChannel('disk');
  channel.onmessage = ({ data }) => {
    full = data;
    channel.postMessage('heard');
  };
};

/** A clock that is two days ahead. */
const asLater = () => {
  const { now } = Date;
  Date.now = () => now() + 2 * 86_400_000;
};

const text = (lines) => lines.map((line) => `(${line})();\n`).join('');

/** Serves the worker's script with `lines` in front. */
async function inFront(context, lines) {
  await context.route(/\/engine\.js/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: text(lines) + (await response.text()) });
  });
}

/** From now on every worker may be ended by [`breakWorker`]; `card` lets its GPU pass for one. */
export const makeBreakable = (context, card) => inFront(context, card ? [asHardware, breakable] : [breakable]);

/** From now on the disk of workers may be filled by [`fillDisk`]. */
export const makeFillable = (context) => inFront(context, [fillable]);

/** From now on it is two days later for workers. */
export const waitTwoDays = (context) => inFront(context, [asLater]);

/** From now on software WebGPU passes for a card, in workers and in pages. */
export async function passForCard(context) {
  await inFront(context, [asHardware]);
  await context.addInitScript(asHardware);
}

/** From now on software WebGPU passes for a card that is faster than the CPU. */
export const passForFastCard = (context) => inFront(context, [asHardware, asFast]);

/** From now on software WebGPU passes for a card that refuses to be opened. */
export const passForRefusingCard = (context) => inFront(context, [asHardware, asRefusing]);

/** Says something to what stands in front of the engine, and waits until that has heard of it. */
const tellWorker = (page, name, what) =>
  page.evaluate(
    ([name, what]) =>
      new Promise((heard) => {
        const channel = new BroadcastChannel(name);
        channel.onmessage = () => heard(channel.close());
        channel.postMessage(what);
      }),
    [name, what],
  );

/** Ends the worker, `throw` or `panic`, or its GPU, `lose` or `lose-saving`, once it has heard of it: whatever is asked next comes later. */
export const breakWorker = (page, how) => tellWorker(page, 'break', how);

/** The disk is full for the worker, or no longer, once it has heard of it. */
export const fillDisk = (page, full) => tellWorker(page, 'disk', full);
