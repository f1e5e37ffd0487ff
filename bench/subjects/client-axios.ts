import http from 'node:http';
import axios from 'axios';
import { fail, originsOf, requestOf, type Exchange, type Task } from './subject.ts';

const client = axios.create({ httpAgent: new http.Agent({ keepAlive: true, maxFreeSockets: Infinity }) });

export function prepare(task: Task): Exchange {
  const next = originsOf(task);
  const { method, headers } = requestOf(task);
  return (done) => {
    client.request({ url: next().url, method, headers, data: task.content }).then(done, fail);
  };
}
