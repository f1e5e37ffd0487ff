/** A client under measurement: it makes exchanges with a server on a port, so many at once. */
export interface ClientSubject {
  /** Resolves when `count` exchanges are complete, of which `lanes` were under way at any time. */
  run(count: number, lanes: number): Promise<void>;
  close(): void;
}

export type MakeClient = (port: number) => ClientSubject;

/** Runs `exchange` until it has been called `count` times, `lanes` of them at once. */
export function inLanes(count: number, lanes: number, exchange: (done: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    let started = 0;
    let finished = 0;
    const next = (): void => {
      if (started < count) {
        started++;
        exchange(done);
      }
    };
    const done = (): void => {
      finished++;
      if (finished === count) resolve();
      else next();
    };
    for (let lane = 0; lane < lanes; lane++) next();
  });
}
