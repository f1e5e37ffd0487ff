import { Agent, fetch } from 'undici';
import { fail, originsOf, pieces, requestOf, type Exchange, type Task } from './subject.ts';

const dispatcher = new Agent({ pipelining: 1 });

/** undici's `fetch`, the one that is in Node. */
export function prepare(task: Task): Exchange {
  const next = originsOf(task);
  const { content, upload } = task;
  const { method, headers } = requestOf(task);
  const options = { dispatcher, method, headers, duplex: 'half' as const };
  return (done) => {
    const body = upload === undefined ? (content ?? null) : ReadableStream.from(pieces(upload));
    fetch(next().url, { ...options, body }).then(async (response) => {
      // Piece by piece: of a gigabyte there is no array.
      for await (const _ of response.body ?? []);
      done();
    }, fail);
  };
}
