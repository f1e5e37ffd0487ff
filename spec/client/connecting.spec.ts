import { describe, expect, test } from '@jest/globals';
import { Subject } from 'rxjs';
import { Connecting } from '../../src/client/connecting.ts';
import type { ConnectNotification } from '../../src/transport/transport.ts';

/** An attempt of which everything can be told, and that tells everything. */
function begun() {
  const told: unknown[] = [];
  const phases = new Subject<ConnectNotification>();
  const connecting = new Connecting();
  const observer = (name: string) => ({
    next: ({ type }: ConnectNotification) => void told.push([name, type]),
    error: (error: unknown) => void told.push([name, error]),
    reached: (phase: string) => void told.push([name, phase]),
  });
  const connection = { destroy: () => void told.push('destroyed') } as never;
  const open = (): void => phases.next({ type: 'connection', connection });
  connecting.startFor(observer('first'), () => phases);
  return { connecting, phases, open, told, observer };
}

describe('a connection that is being made', () => {
  test('is told to who began it, with its phases, and is then no longer pending', () => {
    const { connecting, phases, open, told } = begun();
    phases.next({ type: 'resolved' } as ConnectNotification);
    expect(connecting.isPending).toBe(true);
    open();
    expect(told).toEqual([['first', 'resolved'], ['first', 'connection']]); // prettier-ignore
    expect(connecting.isPending).toBe(false);
  });

  test('is told to who took it over, and is begun once', () => {
    const { connecting, open, told, observer } = begun();
    connecting.leave();
    connecting.startFor(observer('second'), () => {
      throw new Error('begun again');
    });
    open();
    expect(told).toEqual([['second', 'connection']]);
  });

  test('is closed when it is nobody’s', () => {
    const { connecting, phases, open, told } = begun();
    connecting.leave();
    phases.next({ type: 'resolved' } as ConnectNotification);
    open();
    expect(told).toEqual(['destroyed']);
  });

  test.each([true, false])(
    'is not pending any more when it has failed, whether or not it is left: %p',
    (isLeft) => {
      const { connecting, phases, told } = begun();
      if (isLeft) connecting.leave();
      const refused = new Error('refused');
      phases.error(refused);
      expect(told).toEqual(isLeft ? [] : [['first', refused]]);
      expect(connecting.isPending).toBe(false);
    },
  );

  test('is given up by stop, begun or not', () => {
    const { connecting, phases } = begun();
    connecting.stop();
    expect([connecting.isPending, phases.observed]).toEqual([false, false]);
    const never = new Connecting();
    never.stop();
    expect(never.isPending).toBe(false);
  });
});
