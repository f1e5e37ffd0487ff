import { BodyNotRepeatableError } from '../message/errors.ts';

/**
 * What opens a stream for each attempt at sending it; a stream that is open already can be had once.
 *
 * @throws BodyNotRepeatableError, the second time
 */
export function opening<Stream extends object>(open: Stream | (() => Stream)): () => Stream {
  if (typeof open === 'function') return open;
  let isTaken = false;
  return () => {
    if (isTaken) throw new BodyNotRepeatableError('a stream, of which what was read is gone');
    isTaken = true;
    return open;
  };
}
