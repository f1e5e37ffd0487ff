import type http from 'node:http';
import { wire } from './wire.ts';

/** What node:http has been answered. */
export interface Answered {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
  readonly trailers: NodeJS.Dict<string>;
  /** The statuses of its 1xx responses. */
  readonly interims: readonly number[];
  /** Whether its body arrived whole. */
  readonly isComplete: boolean;
}

/**
 * Sends a request by node:http.
 *
 * @param send - writes the content and ends the request
 */
export function ask(
  options: http.RequestOptions,
  send: (request: http.ClientRequest) => void = (request) => request.end(),
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const request = wire.request(options);
    const interims: number[] = [];
    request.on('information', ({ statusCode }) => interims.push(statusCode));
    request.on('error', reject);
    request.on('response', (response) => {
      let body = '';
      response.setEncoding('latin1');
      response.on('data', (text: string) => (body += text));
      response.on('error', () => undefined);
      response.on('close', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body,
          trailers: response.trailers,
          interims,
          isComplete: response.complete,
        }),
      );
    });
    send(request);
  });
}
