/** How often something is tried that the machine, which has other things to do, may have held up. */
const TRIES = 20;

/** Does something until it was done within so many ms of real time once, and says in how many it was done at best. */
export function fastest(ms: number, work: () => void): number {
  let best = Infinity;
  for (let tries = 0; best >= ms && tries < TRIES; tries++) {
    const start = performance.now();
    work();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}
