import http from 'node:http';
import { fail, originsOf, readablePieces, requestOf, type Exchange, type Task } from './subject.ts';

const agent = new http.Agent({ keepAlive: true, maxFreeSockets: Infinity, maxTotalSockets: Infinity });

/** `node:http` with an agent that keeps connections. */
export function prepare(task: Task): Exchange {
  const next = originsOf(task);
  const { content, upload } = task;
  const { method, headers } = requestOf(task);
  return (done) => {
    const request = http.request(next().url, { agent, method, headers }, (response) => {
      response.on('end', done).on('error', fail).resume();
    });
    request.on('error', fail);
    if (upload === undefined) request.end(content);
    else readablePieces(upload).pipe(request);
  };
}
