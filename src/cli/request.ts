import { createReadStream, createWriteStream, readFileSync, statSync } from 'node:fs';
import { catchError, concat, identity, of, throwError, type Observable } from 'rxjs';
import { fromReadable } from '../body/from-readable.ts';
import { HttpClient } from '../client/http-client.ts';
import { UnwritableError } from '../message/errors.ts';
import type { HttpRequest } from '../message/exchange.ts';
import { headerNames, type HeaderList } from '../message/headers.ts';
import { requestBody, requestDone, type ResponseNotification } from '../message/notifications.ts';
import { statusPhrase } from '../message/status.ts';
import { tlsTransport } from '../transport/tls.ts';
import type { Transport } from '../transport/transport.ts';
import type { Data, RequestCommand } from './arguments.ts';
import { drawMarbles } from './draw-marbles.ts';
import { explain } from './printable.ts';
import { recordTo } from './record-to.ts';
import { hasColour, type World } from './terminal.ts';
import { UsageError } from './usage.ts';
import { writeTo, type Sink } from './write-to.ts';

/** Sends one request and writes its response; emits the exit status when all of it has been written. */
export function request(command: RequestCommand, world: World): Observable<number> {
  const { stdout, stderr } = world;
  const { output, include, frame, record } = command;
  // One exchange is asked for, and what became of it is told: no other is sent in its place.
  const client = new HttpClient({ transport: transportOf(command, world), retryLimit: 0 });
  const canvas = output === undefined ? stderr : stdout;
  const draw =
    frame === undefined
      ? identity
      : drawMarbles(canvas, {
          frame,
          colour: hasColour(canvas, world.env),
          // Not where the content is written between two drawings.
          live: canvas.isTTY === true && !(output === undefined && stdout.isTTY === true),
        });
  const sink = (): Sink =>
    output === undefined
      ? { stream: stdout, ends: false }
      : { stream: createWriteStream(output), ends: true };
  return concat(
    exchangeOf(client, requestOf(command, world)).pipe(
      record === undefined ? identity : recordTo(record),
      draw,
      writeTo(sink, include ? renderAll : renderContent),
    ),
    of(0),
  ).pipe(
    // Whoever reads our output has read enough.
    catchError((error: unknown) =>
      (error as NodeJS.ErrnoException).code === 'EPIPE' && output === undefined
        ? of(0)
        : throwError(() => error),
    ),
  );
}

function transportOf({ cacert }: RequestCommand, { transport }: World): Transport {
  if (cacert === undefined) return tlsTransport({}, transport);
  try {
    return tlsTransport({ ca: readFileSync(cacert) }, transport);
  } catch (error) {
    throw new UsageError(`cannot trust ${cacert}: ${(error as Error).message}`, { cause: error });
  }
}

function exchangeOf(client: HttpClient, httpRequest: HttpRequest): Observable<ResponseNotification> {
  try {
    return client.exchange(httpRequest);
  } catch (error) {
    if (error instanceof UnwritableError) throw new UsageError(explain(error), { cause: error });
    throw error;
  }
}

function requestOf({ method, uri, headers, data }: RequestCommand, world: World): HttpRequest {
  const given = headerNames(headers);
  const content = data === undefined ? undefined : contentOf(data, world);
  const own: HeaderList = [
    ['User-Agent', `rxchange/${world.version}`],
    ['Accept', '*/*'],
    ...(content?.length === undefined ? [] : [['Content-Length', String(content.length)] as const]),
  ];
  return {
    method,
    uri,
    headers: [...headers, ...own.filter(([name]) => !given.has(name.toLowerCase()))],
    body: content?.body,
  };
}

/** What a request carries, and how much of it if that can be known before. */
interface Content {
  readonly body: NonNullable<HttpRequest['body']>;
  readonly length: number | undefined;
}

function contentOf(data: Data, { stdin }: World): Content {
  switch (data.type) {
    case 'text': {
      const octets = new TextEncoder().encode(data.text);
      return { body: of(requestBody(octets), requestDone()), length: octets.length };
    }
    case 'file': {
      const { path } = data;
      return { body: fromReadable(() => createReadStream(path)), length: lengthOfFile(path) };
    }
    case 'stdin':
      return { body: fromReadable(() => stdin), length: undefined };
  }
}

/** A pipe or a device has none. */
function lengthOfFile(path: string): number | undefined {
  try {
    const stats = statSync(path);
    return stats.isFile() ? stats.size : undefined;
  } catch (error) {
    throw new UsageError(`cannot read ${path}: ${(error as Error).message}`, { cause: error });
  }
}

function renderContent(notification: ResponseNotification): Uint8Array | undefined {
  return notification.type === 'response_body' ? notification.chunk : undefined;
}

function renderAll(notification: ResponseNotification): Uint8Array | string | undefined {
  switch (notification.type) {
    case 'response_nonfinal':
    case 'response_start': {
      const { version = '1.1', status, phrase = statusPhrase(status), headers } = notification;
      return `HTTP/${version} ${status} ${phrase}\r\n${renderFields(headers)}\r\n`;
    }
    case 'response_body':
      return notification.chunk;
    case 'response_done':
      return notification.trailers.length === 0 ? undefined : `\r\n${renderFields(notification.trailers)}`;
    case 'response_anomaly':
      return undefined;
  }
}

function renderFields(fields: HeaderList): string {
  return fields.map(([name, value]) => `${name}:${value}\r\n`).join('');
}
