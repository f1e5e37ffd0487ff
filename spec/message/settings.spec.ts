import { describe, expect, test } from '@jest/globals';
import { NEVER, of } from 'rxjs';
import {
  backoff,
  collect,
  concatMapBody,
  HttpClient,
  HttpServer,
  proxyProtocol,
  proxyTransport,
  tcpTransport,
  text,
  tlsTransport,
  toReadable,
  toWebStream,
  trustForwarded,
  type Transport,
} from 'rxchange';
import { staticFiles } from '../../src/integrations/static/index.ts';

const server = new HttpServer();

describe('options that are no object are refused at once', () => {
  test.each<[string, (options: never) => unknown]>([
    ['HttpClient', (options) => new HttpClient(options)],
    ['HttpServer', (options) => new HttpServer(options)],
    ['a server that listens', (options) => server.listen(options)],
    ['a server that listens', (options) => server.serve(() => of(), options)],
    ['tcpTransport', (options) => tcpTransport(options)],
    ['tlsTransport', (options) => tlsTransport(options)],
    ['renew', (options) => tlsTransport().renew(options)],
    ['proxyTransport', (options) => proxyTransport('http://localhost', options)],
    ['proxyProtocol', (options) => proxyProtocol(options)],
    ['trustForwarded', (options) => trustForwarded(options)],
    ['staticFiles', (options) => staticFiles('/', options)],
    ['backoff', (options) => backoff(options)],
    ['a reader of content', (options) => collect(options)],
    ['a reader of content', (options) => text(options)],
    ['a sink of content', (options) => toReadable(NEVER, options)],
    ['a sink of content', (options) => toWebStream(NEVER, options)],
    ['a sink of content', (options) => concatMapBody(() => NEVER, options)],
  ])('by %s', (owner, make) => {
    for (const options of [null, 5, 'fast']) {
      const text = `the options of ${owner} must be an object, not ${String(options)}`;
      expect(() => make(options as never)).toThrow(new TypeError(text));
    }
  });
});

describe('what is no transport is refused at once', () => {
  test.each<[string, (over: Transport) => unknown]>([
    ['tlsTransport', (over) => tlsTransport({}, over)],
    ['proxyTransport', (over) => proxyTransport('http://localhost', { over })],
    ['proxyProtocol', (over) => proxyProtocol({}, over)],
  ])('by %s', (_, make) => {
    for (const [over, shown] of [
      [null, 'null'],
      ['tcp', 'tcp'],
      [{}, 'this object'],
      [{ connect: () => NEVER }, 'this object'],
    ]) {
      const text = `over must be an object with connect and listen, not ${shown as string}`;
      expect(() => make(over as never)).toThrow(new TypeError(text));
    }
  });
});

test.each([null, 'Via: b', ['Via: b'], [null]])('no list of fields for a proxy is %j', (headers) => {
  expect(() => proxyTransport('http://localhost', { headers: headers as never })).toThrow(
    /^headers must be a list of fields, not /,
  );
});

describe('a server refuses at once', () => {
  test.each([undefined, null, {}, 'handler'])('a handler that is %p', (handler) => {
    expect(() => server.serve(handler as never)).toThrow(TypeError);
    expect(() => server.serve(handler as never)).toThrow(/^handler must be a function, not /);
  });

  test.each([null, {}, 'SIGTERM', Promise.resolve()])('to be stopped by %p', (stop) => {
    for (const listen of [
      () => server.listen({ stop: stop as never }),
      () => server.serve(() => of(), { stop: stop as never }),
    ]) {
      expect(listen).toThrow(TypeError);
      expect(listen).toThrow(/^stop must be an Observable, not /);
    }
  });

  test('an option that there is not', () => {
    expect(() => server.serve(() => of(), { signal: NEVER } as never)).toThrow(
      'signal is not an option of a server that listens',
    );
  });

  test('nothing that is not given', () => {
    expect(() => server.serve(() => of(), { stop: undefined })).not.toThrow();
    expect(() => server.listen({ stop: NEVER })).not.toThrow();
  });
});
