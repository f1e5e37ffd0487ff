import { expect, test } from '@jest/globals';
import { VirtualTimeScheduler } from 'rxjs';
import { LazyTimer } from '../../src/operators/lazy-timer.ts';

test('a lazy timer waits from each start to a pause, its end or a stop', () => {
  const scheduler = new VirtualTimeScheduler();
  const timer = new LazyTimer(10, scheduler, () => undefined);
  const told = [timer.isWaiting];
  for (const end of [() => timer.pause(), () => scheduler.flush(), () => timer.stop()]) {
    timer.start();
    told.push(timer.isWaiting);
    end();
    told.push(timer.isWaiting);
  }
  timer.start();
  told.push(timer.isWaiting);
  expect(told).toEqual([false, true, false, true, false, true, false, false]);
});
