import http from 'node:http';
import https from 'node:https';
import { fail, originsOf, readablePieces, requestOf, type Exchange, type Task } from './subject.ts';

const options = { keepAlive: true, maxFreeSockets: Infinity, maxTotalSockets: Infinity };
const plain = { request: http.request, agent: new http.Agent(options) };
const secure = { request: https.request, agent: new https.Agent(options) };

/** `node:http` with an agent that keeps connections. */
export function prepare(task: Task): Exchange {
  const next = originsOf(task);
  const { content, upload } = task;
  const { method, headers } = requestOf(task);
  const { request: ask, agent } = task.isSecure === true ? secure : plain;
  return (done) => {
    const request = ask(next().url, { agent, method, headers }, (response) => {
      response.on('end', done).on('error', fail).resume();
    });
    request.on('error', fail);
    if (upload === undefined) request.end(content);
    else readablePieces(upload).pipe(request);
  };
}
