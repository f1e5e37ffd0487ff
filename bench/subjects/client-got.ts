import http from 'node:http';
import got from 'got';
import { fail, originsOf, requestOf, type Exchange, type Task } from './subject.ts';

const agent = { http: new http.Agent({ keepAlive: true, maxFreeSockets: Infinity }) };

export function prepare(task: Task): Exchange {
  const next = originsOf(task);
  const { method, headers } = requestOf(task);
  const options = { agent, method, headers, ...(task.content !== undefined && { body: task.content }) };
  return (done) => {
    got(next().url, options).then(done, fail);
  };
}
