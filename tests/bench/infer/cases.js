// What is drawn.

/** Pictures that are drawn at once: one that follows the mouse, a board of nine, a sheet. */
export const BATCHES = [1, 9, 64];

/** Codes `[count, dim]` that are about as large as those a generator is trained on, the same in every worker. */
export function codes(count, dim) {
  let state = 1;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  return Float32Array.from({ length: count * dim }, normal);
}
