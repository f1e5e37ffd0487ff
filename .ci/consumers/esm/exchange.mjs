import { lastValueFrom, of, switchMap, take, toArray } from 'rxjs';
import { HttpClient, HttpError, HttpServer, responseBody, responseDone, responseStart } from 'rxchange';
import { proxyFromEnvironment } from 'rxchange/environment';
import { route } from 'rxchange/route';
import { staticFiles } from 'rxchange/static';
import * as testing from 'rxchange/testing';
import { ResponseReader } from 'rxchange/wire';

const server = new HttpServer({ host: '127.0.0.1' });
const client = new HttpClient();
const hello = () => of(responseStart(200), responseBody(Buffer.from('hello')), responseDone());

const [received] = await lastValueFrom(
  server.serve(route({ '/': hello, '/*path': staticFiles('.') })).pipe(
    switchMap(({ address }) =>
      client
        .exchange({ method: 'GET', uri: `http://127.0.0.1:${address.port}/`, headers: [] })
        .pipe(toArray()),
    ),
    take(1),
    toArray(),
  ),
);
const types = received.map(({ type }) => type).join(' ');
if (types !== 'response_start response_body response_done') throw new Error(`received ${types}`);
if ([ResponseReader, HttpError, proxyFromEnvironment].some((each) => typeof each !== 'function'))
  throw new Error('an entry is empty');
if (Object.keys(testing).length === 0) throw new Error('rxchange/testing is empty');
console.log('an exchange by import');
