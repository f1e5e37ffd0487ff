import http from 'node:http';
import { HttpService } from '@nestjs/axios';
import axios from 'axios';
import { fail, originsOf, requestOf, type Exchange, type Task } from './subject.ts';

const service = new HttpService(
  axios.create({ httpAgent: new http.Agent({ keepAlive: true, maxFreeSockets: Infinity }) }),
);

/** The other client whose answers are Observables. */
export function prepare(task: Task): Exchange {
  const next = originsOf(task);
  const { method, headers } = requestOf(task);
  return (done) => {
    service
      .request({ url: next().url, method, headers, data: task.content })
      .subscribe({ complete: done, error: fail });
  };
}
