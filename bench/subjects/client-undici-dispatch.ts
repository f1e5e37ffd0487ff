import { Agent } from 'undici';
import { fail, originsOf, readablePieces, requestOf, type Exchange, type Task } from './subject.ts';

const agent = new Agent({ pipelining: 1 });

/** undici's lowest level: a handler of callbacks, no stream, no promise. */
export function prepare(task: Task): Exchange {
  const next = originsOf(task);
  const { content, upload } = task;
  const request = { path: '/', ...requestOf(task) };
  return (done) => {
    const body = upload === undefined ? (content ?? null) : readablePieces(upload);
    agent.dispatch(
      { origin: next().origin, body, ...request },
      {
        onConnect: () => undefined,
        onHeaders: () => true,
        onData: () => true,
        onComplete: done,
        onError: fail,
      },
    );
  };
}
