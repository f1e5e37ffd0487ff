import { Subscription } from 'rxjs';
import type { Mark } from './read-marbles.ts';
import type { TestRun } from './test-run.ts';

/**
 * Plays a diagram from this frame on: each mark in its frame, and what shares a frame in one turn. Unsubscribing stops it.
 */
export function play(run: TestRun, marks: readonly Mark[], onMark: (mark: Mark) => void): Subscription {
  const start = run.now;
  const playing = new Subscription();
  let index = 0;
  const proceed = (): void => {
    while (index < marks.length && start + marks[index].frame <= run.now && !playing.closed)
      onMark(marks[index++]);
    arm();
  };
  const arm = (): void => {
    if (index < marks.length && !playing.closed) {
      playing.add(run.schedule(proceed, start + marks[index].frame - run.now));
    }
  };
  arm();
  return playing;
}
