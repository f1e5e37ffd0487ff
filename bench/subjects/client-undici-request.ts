import { Agent, request } from 'undici';
import { fail, originsOf, readablePieces, requestOf, type Exchange, type Task } from './subject.ts';

const dispatcher = new Agent({ pipelining: 1 });

/** A promise of a head with a stream, which is read and thrown away. */
export function prepare(task: Task): Exchange {
  const next = originsOf(task);
  const { content, upload } = task;
  const options = { dispatcher, ...requestOf(task) };
  return (done) => {
    const body = upload === undefined ? (content ?? null) : readablePieces(upload);
    request(next().url, { ...options, body }).then((response) => {
      response.body.on('end', done).on('error', fail).resume();
    }, fail);
  };
}
