import { asyncScheduler, Observable, type SchedulerLike } from 'rxjs';
import type { Exchange } from '../message/exchange.ts';
import { parseMarbles } from './marbles.ts';
import type { Recording } from './record-marbles.ts';

/** How a recording is played back. */
export interface ReplayOptions {
  /**
   * What the waits are on.
   *
   * @defaultValue asyncScheduler, which is virtual inside `TestScheduler.run`
   */
  readonly scheduler?: SchedulerLike | undefined;
}

/**
 * An exchange that answers every request as a recording has it, from the start for each subscription. It does not ask for
 * the request's body. A recording that was unsubscribed says nothing after its last notification, and does not end.
 *
 * ```
 * recording:  --s-b---b-(d|)
 *             replay(recording)(request)
 * result:     --s-b---b-(d|)
 * ```
 *
 * @example
 * ```ts
 * const exchange = replay({
 *   marbles: '--s 498ms (bd|)',
 *   values: { s: responseStart(200), b: responseBody(Buffer.from('late')), d: responseDone() },
 *   subscription: '^',
 *   frame: 1,
 * });
 * ```
 *
 * @throws TypeError for a letter without a value
 */
export function replay(recording: Recording, { scheduler = asyncScheduler }: ReplayOptions = {}): Exchange {
  const { values, error, frame } = recording;
  const script = parseMarbles(recording.marbles);
  for (const { char } of script) {
    if (char !== '|' && char !== '#' && !Object.hasOwn(values, char)) {
      throw new TypeError(`'${char}' in ${JSON.stringify(recording.marbles)} has no value`);
    }
  }
  return () =>
    new Observable((subscriber) => {
      const start = scheduler.now();
      let index = 0;
      const untilNext = (): number => Math.max(0, start + script[index].frame * frame - scheduler.now());
      if (script.length === 0) return;
      return scheduler.schedule(function () {
        // What shares a frame comes in one turn, as it did.
        for (const now = script[index].frame; script[index]?.frame === now; index++) {
          const { char } = script[index];
          if (char === '|') subscriber.complete();
          else if (char === '#') subscriber.error(error);
          else subscriber.next(values[char]);
        }
        if (index < script.length) this.schedule(undefined, untilNext());
      }, untilNext());
    });
}
