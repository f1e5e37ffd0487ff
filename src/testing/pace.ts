import { Subscription, type Unsubscribable } from 'rxjs';
import type { LinkEnd } from './link.ts';
import { play } from './play.ts';
import type { Mark } from './read-marbles.ts';
import type { TestRun } from './test-run.ts';

/** Lets one who follows a script stop reading and read on; what it does not read is nothing any more when its peer has left. */
export function pace(run: TestRun, end: LinkEnd, marks: readonly Mark[]): void {
  if (marks.length === 0) return;
  let hold: Unsubscribable = Subscription.EMPTY;
  const pacing = play(run, marks, ({ char }) => {
    hold.unsubscribe();
    if (char === 'h') hold = end.hold();
  });
  pacing.add(() => hold.unsubscribe());
  end.peer.closed.subscribe(() => pacing.unsubscribe());
}
