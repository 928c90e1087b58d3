// Answers tasks about one way of drawing, which is `open(file, device)`: it gives the `input(count)` of a case, and
// `draw(input, count)`.

/** Milliseconds of each draw, for at least `ms`. */
async function times(draw, z, count, ms) {
  const found = [];
  const start = performance.now();
  for (let now = start; now - start < ms; ) {
    const before = now;
    await draw(z, count);
    now = performance.now();
    found.push(now - before);
  }
  return found;
}

export function serve(open) {
  let drawer;
  onmessage = async ({ data: { file, count, ms, device } }) => {
    try {
      if (file) {
        drawer = await open(file, device);
        return postMessage({});
      }
      const z = drawer.input(count);
      if (ms === undefined) return postMessage({ pictures: await drawer.draw(z, count) });
      return postMessage({ times: await times(drawer.draw, z, count, ms) });
    } catch (error) {
      return postMessage({ error: String(error) });
    }
  };
}
