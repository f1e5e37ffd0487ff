const PATIENCE_MS = 10_000;
const POLL_MS = 2;

/** Waits for a condition, whenever it becomes true: a test that waits for a time instead is slow or wrong. */
export async function until(what: string, condition: () => boolean): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`still not so after ${PATIENCE_MS} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
