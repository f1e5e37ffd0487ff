import { createReadStream } from 'node:fs';
import { PassThrough, Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { lastValueFrom, toArray, type Unsubscribable } from 'rxjs';
import { fromReadable, type HttpError, type RequestBody, type RequestDone } from 'rxchange';

/** Long enough for a stream that is not held to have said all. */
const aWhile = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

const NOTHING = { defaultValue: [] };
const shown = (part: RequestBody | RequestDone): string =>
  part.type === 'request_body' ? Buffer.from(part.chunk).toString('latin1') : 'done';

const errorOf = async (source: ReturnType<typeof fromReadable>): Promise<HttpError> => {
  try {
    await lastValueFrom(source, { defaultValue: undefined });
  } catch (error) {
    return error as HttpError;
  }
  throw new Error('no error');
};

describe('fromReadable', () => {
  test('says nothing while it is held, its end included, and all of it after', async () => {
    const seen: string[] = [];
    let hold: Unsubscribable | undefined;
    fromReadable(() => Readable.from([Buffer.from('a'), Buffer.from('b')])).subscribe({
      next: (notification) => {
        seen.push(shown(notification));
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

  test('is cold where it is given what opens a stream', async () => {
    let opened = 0;
    const body = fromReadable(() => Readable.from([Buffer.from(String(++opened))]));
    expect((await lastValueFrom(body.pipe(toArray()), NOTHING)).map(shown)).toEqual(['1', 'done']);
    expect((await lastValueFrom(body.pipe(toArray()), NOTHING)).map(shown)).toEqual(['2', 'done']);
  });

  test('gives a stream that is open once, and then a BodyNotRepeatableError', async () => {
    const body = fromReadable(Readable.from(['a', 'b']));
    expect((await lastValueFrom(body.pipe(toArray()), NOTHING)).map(shown)).toEqual(['a', 'b', 'done']);
    expect((await errorOf(body)).code).toBe('BODY_NOT_REPEATABLE');
  });

  test('gives what is left of a stream of which somebody has read the beginning', async () => {
    const stream = new PassThrough();
    stream.end('head-rest');
    expect(String(stream.read(5))).toBe('head-');
    expect((await lastValueFrom(fromReadable(stream).pipe(toArray()), NOTHING)).map(shown)).toEqual([
      'rest',
      'done',
    ]);
  });

  test('takes strings for UTF-8, and nothing else for content', async () => {
    const text = fromReadable(() => Readable.from(['ü']).setEncoding('utf8'));
    expect((await lastValueFrom(text.pipe(toArray()), NOTHING)).map(shown)).toEqual(['\xc3\xbc', 'done']);
    const stream = Readable.from([{ a: 1 }]);
    expect((await errorOf(fromReadable(stream))).name).toBe('TypeError');
    expect(stream.destroyed).toBe(true);
  });

  test('errors with the error of its stream', async () => {
    const fault = new Error('disk');
    const stream = new PassThrough();
    const error = errorOf(fromReadable(stream));
    stream.destroy(fault);
    expect(await error).toBe(fault);
    expect(await errorOf(fromReadable(() => createReadStream('/nowhere')))).toMatchObject({ code: 'ENOENT' });
  });

  test.each([
    ['closed within', (stream: PassThrough) => void setImmediate(() => stream.destroy())],
    ['closed before', (stream: PassThrough) => void stream.destroy()],
  ])('errors when its stream is %s, as it would else never end', async (_, close) => {
    const stream = new PassThrough();
    stream.write('a');
    close(stream);
    expect((await errorOf(fromReadable(stream))).code).toBe('BODY_INCOMPLETE');
  });

  test('unsubscribed, destroys its stream, and whatever that has still to say harms nobody', async () => {
    const stream = new Readable({
      read: () => undefined,
      destroy: (_, done) => {
        setImmediate(done, new Error('closed badly'));
      },
    });
    fromReadable(stream).subscribe().unsubscribe();
    expect(stream.destroyed).toBe(true);
    await aWhile();
  });

  test('unsubscribed within a piece, gives no other', () => {
    const stream = Readable.from(['a', 'b']);
    const seen: string[] = [];
    const subscription = fromReadable(stream).subscribe((part) => {
      seen.push(shown(part));
      subscription.unsubscribe();
    });
    return aWhile().then(() => {
      expect(seen).toEqual(['a']);
      expect(stream.destroyed).toBe(true);
    });
  });
});
