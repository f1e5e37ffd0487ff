const { of, switchMap, take, toArray } = require('rxjs');
const { HttpClient, HttpError, HttpServer, responseBody, responseDone, responseStart } = require('rxchange');
const { proxyFromEnvironment } = require('rxchange/environment');
const { route } = require('rxchange/route');
const { staticFiles } = require('rxchange/static');
const testing = require('rxchange/testing');
const { ResponseReader } = require('rxchange/wire');

const server = new HttpServer({ host: '127.0.0.1' });
const client = new HttpClient();
const hello = () => of(responseStart(200), responseBody(Buffer.from('hello')), responseDone());

server
  .serve(route({ '/': hello, '/*path': staticFiles('.') }))
  .pipe(
    switchMap(({ address }) =>
      client
        .exchange({ method: 'GET', uri: `http://127.0.0.1:${address.port}/`, headers: [] })
        .pipe(toArray()),
    ),
    take(1),
  )
  .subscribe(async (received) => {
    const types = received.map(({ type }) => type).join(' ');
    if (types !== 'response_start response_body response_done') throw new Error(`received ${types}`);
    if (typeof ResponseReader !== 'function' || typeof proxyFromEnvironment !== 'function')
      throw new Error('an entry is empty');
    if (Object.keys(testing).length === 0) throw new Error('rxchange/testing is empty');

    // Both builds in one process: an error of one is an error of the other, too.
    const esm = await import('rxchange');
    if (esm.HttpError === HttpError) throw new Error('there is but one build');
    client.exchange({ method: 'GET', uri: 'nowhere', headers: [] }).subscribe({
      error: (error) => {
        if (!(error instanceof esm.UrlError && error instanceof HttpError)) throw new Error('a stranger');
        console.log('an exchange by require');
      },
    });
  });
