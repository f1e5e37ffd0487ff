import type { FileHandle } from 'node:fs/promises';
import type { Observable } from 'rxjs';
import { pulled } from '../../body/pulled.ts';
import { BodyIncompleteError } from '../../message/errors.ts';
import type { RequestBody, RequestDone } from '../../message/notifications.ts';
import type { ByteRange } from './byte-ranges.ts';

const READ_SIZE = 65_536;

/**
 * A body of ranges of an open file, and of what stands between them. It reads when what it has read is taken, and leaves the
 * file open. Errors with a BodyIncompleteError when the file has become shorter since: what has left must not look whole.
 */
export function fileContent(
  handle: FileHandle,
  parts: readonly (Uint8Array | ByteRange)[],
): Observable<RequestBody | RequestDone> {
  return pulled(() => {
    const left = [...parts];
    const read = async ({ start, end }: ByteRange): Promise<IteratorResult<Uint8Array>> => {
      const length = Math.min(READ_SIZE, end - start + 1);
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(length), 0, length, start);
      if (bytesRead === 0) throw new BodyIncompleteError('the file has become shorter');
      if (start + bytesRead > end) left.shift();
      else left[0] = { start: start + bytesRead, end };
      return { value: buffer.subarray(0, bytesRead) };
    };
    return {
      next: () => {
        const part = left.at(0);
        if (part === undefined) return { done: true, value: undefined };
        if (!(part instanceof Uint8Array)) return read(part);
        left.shift();
        return { value: part };
      },
      leave: () => undefined,
    };
  });
}
