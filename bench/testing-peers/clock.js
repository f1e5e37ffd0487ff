import FakeTimers from '@sinonjs/fake-timers';

/**
 * Time as Jest and Vitest fake it, for all of the process (`enableGlobally`): some peers keep the timers that they find
 * when they are imported. What a peer does in turns of the event loop stays real.
 */
const clock = FakeTimers.install({
  now: 0,
  toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'],
  shouldClearNativeTimers: true,
});

/** Begins anew at 0. */
export function withClock(work) {
  clock.reset();
  return work(clock);
}

/** Turns of the event loop in which a peer may get ready for its next timer. */
const TURNS = 50;

/** Moves on from timer to timer until the promise is settled. */
export async function settled(promise) {
  let isSettled = false;
  const done = () => (isSettled = true);
  promise.then(done, done);
  for (;;) {
    for (let turn = 0; turn < TURNS && !isSettled; turn++) await new Promise(setImmediate);
    if (isSettled) return promise;
    if (clock.countTimers() === 0) throw new Error('nothing more will happen');
    await clock.nextAsync();
  }
}
