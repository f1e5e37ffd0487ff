import { PassThrough, Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import type { Unsubscribable } from 'rxjs';
import { readableBody } from '../../src/cli/readable-body.ts';

/** Long enough for a stream that is not held to have said all. */
const aWhile = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

describe('readableBody', () => {
  test('says nothing while it is held, its end included, and all of it after', async () => {
    const seen: string[] = [];
    let hold: Unsubscribable | undefined;
    readableBody(() => Readable.from([Buffer.from('a'), Buffer.from('b')])).subscribe({
      next: (notification) => {
        seen.push(notification.type === 'request_body' ? Buffer.from(notification.chunk).toString() : 'done');
        if (notification.type === 'request_body') hold = notification.flow?.hold();
      },
      complete: () => seen.push('complete'),
    });
    await aWhile();
    expect(seen).toEqual(['a']);
    hold?.unsubscribe();
    await aWhile();
    expect(seen).toEqual(['a', 'b']);
    hold?.unsubscribe();
    await aWhile();
    expect(seen).toEqual(['a', 'b', 'done', 'complete']);
  });

  test('is cold: it opens its stream anew for each subscription', async () => {
    let opened = 0;
    const body = readableBody(() => Readable.from([Buffer.from(String(++opened))]));
    body.subscribe();
    body.subscribe();
    await aWhile();
    expect(opened).toBe(2);
  });

  test('errors with the error of its stream', async () => {
    const errors: unknown[] = [];
    const fault = new Error('disk');
    const stream = new PassThrough();
    readableBody(() => stream).subscribe({ error: (error: unknown) => errors.push(error) });
    stream.destroy(fault);
    await aWhile();
    expect(errors).toEqual([fault]);
  });

  test('unsubscribed, closes its stream', () => {
    const stream = new PassThrough();
    readableBody(() => stream)
      .subscribe()
      .unsubscribe();
    expect(stream.destroyed).toBe(true);
  });
});
