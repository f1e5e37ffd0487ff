/**
 * `npm start`: our server on a free port, our client on the other end of real sockets, each exchange drawn as a marble
 * diagram while it happens. It checks what it shows, and ends with status 1 if anything did not come as expected.
 */
import {
  concat,
  defer,
  EMPTY,
  finalize,
  ignoreElements,
  interval,
  map,
  mergeMap,
  of,
  ReplaySubject,
  take,
  takeUntil,
  tap,
  timeout,
  timer,
  toArray,
  type Observable,
} from 'rxjs';
import {
  getHeader,
  HttpClient,
  HttpServer,
  requestBody,
  requestDone,
  responseBody,
  responseDone,
  responseStart,
  type HttpRequest,
  type HttpServerRequest,
  type ResponseNotification,
} from 'rxchange';
import { drawMarbles } from '../src/cli/draw-marbles.ts';
import { explain } from '../src/cli/printable.ts';
import { hasColour } from '../src/cli/terminal.ts';

const { stdout, env } = process;
const FRAME = 20;
const WORDS = ['every ', 'wait ', 'is ', 'an ', 'operator'];

const octets = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Words with a pause before each. */
const slowly = (words: readonly string[], pause: number): Observable<Uint8Array> =>
  interval(pause).pipe(
    take(words.length),
    map((index) => octets(words[index])),
  );

// The server: a function from a request to an Observable of its response.

const abandoned = new ReplaySubject<string>(1);

function answer(request: HttpServerRequest): Observable<ResponseNotification> {
  switch (request.uri) {
    case '/hello':
      return of(
        responseStart(200, [['Content-Length', '6']]),
        responseBody(octets('hello\n')),
        responseDone(),
      );
    case '/upload':
      return shout(request);
    case '/slow':
      return concat(
        of(responseStart(200)),
        slowly(WORDS, 120).pipe(map((chunk) => responseBody(chunk))),
        of(responseDone()),
      );
    case '/endless':
      return concat(
        of(responseStart(200)),
        interval(60).pipe(map((index) => responseBody(octets(`${index} `)))),
      ).pipe(finalize(() => abandoned.next(request.uri)));
    default:
      return of(responseStart(404), responseDone());
  }
}

/** Answers while it is still asked: each piece in capitals as it comes, and both ends' trailers behind the last. */
function shout({ body }: HttpServerRequest): Observable<ResponseNotification> {
  let received = 0;
  const parts = body.pipe(
    map((notification) => {
      if (notification.type === 'request_done') {
        const [sum = 'none'] = getHeader(notification.trailers, 'X-Sent');
        return responseDone([
          ['X-Received', String(received)],
          ['X-Client-Said', sum],
        ]);
      }
      received += notification.chunk.length;
      return responseBody(
        octets(new TextDecoder().decode(notification.chunk).toUpperCase()),
        notification.flow,
      );
    }),
  );
  return concat(of(responseStart(200, [['Trailer', 'X-Received, X-Client-Said']])), parts);
}

// The client: the same kind of function, called.

interface Scene {
  readonly title: string;
  readonly request: Omit<HttpRequest, 'uri'> & { readonly path: string };
  /** When we leave, if before the end. */
  readonly leave?: Observable<unknown>;
  /** What comes, each type once: `s b d`. */
  readonly order: string;
  readonly text: RegExp;
  readonly trailers?: string;
}

const SCENES: readonly Scene[] = [
  {
    title: 'GET /hello',
    request: { method: 'GET', path: '/hello', headers: [] },
    order: 's b d',
    text: /^hello\n$/,
  },
  {
    title: 'POST /upload: chunks and trailers both ways, the answer begins before the request ends',
    request: {
      method: 'POST',
      path: '/upload',
      headers: [['Trailer', 'X-Sent']],
      body: concat(
        slowly(WORDS, 100).pipe(map((chunk) => requestBody(chunk))),
        of(requestDone([['X-Sent', '25']])),
      ),
    },
    order: 's b d',
    text: /^EVERY WAIT IS AN OPERATOR$/,
    trailers: '25 25',
  },
  {
    title: 'GET /slow',
    request: { method: 'GET', path: '/slow', headers: [] },
    order: 's b d',
    text: /^every wait is an operator$/,
  },
  {
    title: 'GET /endless: unsubscribed after 400 ms',
    request: { method: 'GET', path: '/endless', headers: [] },
    leave: timer(400),
    order: 's b',
    text: /^0 1 2 /,
  },
];

const client = new HttpClient();

/** Plays a scene, and emits what is wrong with it: an empty string if nothing is. */
function play(
  { title, request, leave, order, text, trailers = ' ' }: Scene,
  origin: string,
): Observable<string> {
  const draw = drawMarbles(stdout, { frame: FRAME, live: stdout.isTTY, colour: hasColour(stdout, env) });
  const seen: ResponseNotification[] = [];
  const { path, ...rest } = request;
  const response = client.exchange({ ...rest, uri: origin + path }).pipe(
    tap((notification) => seen.push(notification)),
    draw,
  );
  return concat(
    defer(() => {
      stdout.write(`\n${title}\n`);
      return leave === undefined ? response : response.pipe(takeUntil(leave));
    }).pipe(ignoreElements()),
    defer(() => {
      const got = `${orderOf(seen)}, ${JSON.stringify(textOf(seen))}, trailers ${trailersOf(seen)}`;
      const isRight = orderOf(seen) === order && text.test(textOf(seen)) && trailersOf(seen) === trailers;
      return of(isRight ? '' : `${title}: ${got}`);
    }),
  );
}

function orderOf(seen: readonly ResponseNotification[]): string {
  const letters = seen.map(({ type }) => type.replace('response_', '')[0]);
  return letters.filter((letter, at) => letter !== letters[at - 1]).join(' ');
}

function textOf(seen: readonly ResponseNotification[]): string {
  return Buffer.concat(
    seen.flatMap((part) => (part.type === 'response_body' ? [part.chunk] : [])),
  ).toString();
}

function trailersOf(seen: readonly ResponseNotification[]): string {
  const trailers = seen.flatMap((part) => (part.type === 'response_done' ? part.trailers : []));
  return [...getHeader(trailers, 'X-Received'), ' ', ...getHeader(trailers, 'X-Client-Said')].join('');
}

/** The server's end of the exchange that we left. */
const serverSaw = abandoned.pipe(
  take(1),
  timeout(1000),
  map((uri) => {
    stdout.write(`  the server saw it too: its handler of ${uri} was unsubscribed\n`);
    return '';
  }),
);

stdout.write(`rxchange over loopback: s start, b body, d done, | complete, # error, ! unsubscribed\n`);

// Whatever ends the process before the last scene, that is a failure.
process.exitCode = 1;

new HttpServer({ host: '127.0.0.1' })
  .serve(answer)
  .pipe(
    mergeMap((notification) => {
      if (notification.type !== 'start') return EMPTY;
      const origin = `http://127.0.0.1:${notification.address.port}`;
      return concat(...SCENES.map((scene) => play(scene, origin)), serverSaw).pipe(toArray());
    }),
    // Unsubscribing is what stops the server.
    take(1),
    timeout(10_000),
    map((verdicts) => verdicts.filter((verdict) => verdict !== '')),
  )
  .subscribe({
    next: (faults) => {
      for (const fault of faults) console.error(`not as expected: ${fault}`);
      if (faults.length === 0) {
        stdout.write('\nall as expected\n');
        process.exitCode = 0;
      }
    },
    error: (error: unknown) => console.error(explain(error)),
  });
