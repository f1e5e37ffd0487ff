const PATIENCE_MS = 10_000;
const POLL_MS = 2;
/** How often what stands still is looked at before that is believed. */
const LOOKS = 25;

/** Waits for a condition, whenever it becomes true: a test that waits for a time instead is slow or wrong. */
export async function until(what: string, condition: () => boolean): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`still not so after ${PATIENCE_MS} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** A condition that is true when a number has been the same for a while, and is not negative. */
export function stays(value: () => number): () => boolean {
  let last = -1;
  let times = 0;
  return () => {
    const now = value();
    times = now === last ? times + 1 : 0;
    last = now;
    return now >= 0 && times >= LOOKS;
  };
}
