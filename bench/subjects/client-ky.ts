import ky from 'ky';
import { fail, originsOf, requestOf, type Exchange, type Task } from './subject.ts';

/** By Node's own `fetch`, which is an undici of some versions ago. */
export function prepare(task: Task): Exchange {
  const next = originsOf(task);
  const { method, headers } = requestOf(task);
  const options = { method, headers, ...(task.content !== undefined && { body: task.content }) };
  return (done) => {
    ky(next().url, options).text().then(done, fail);
  };
}
