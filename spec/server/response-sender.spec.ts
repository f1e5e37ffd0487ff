import { describe, expect, test } from '@jest/globals';
import { VirtualTimeScheduler } from 'rxjs';
import {
  BufferFullError,
  HandlerError,
  HttpVersionError,
  responseBody,
  responseDone,
  responseNonfinal,
  responseStart,
  type ResponseNotification,
} from 'rxchange';
import type { AnsweredRequest } from '../../src/server/response-head.ts';
import { ResponseSender } from '../../src/server/response-sender.ts';
import { RecordedConnection } from './support/recorded-connection.ts';

const DATE = 'Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n';
const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';
const HEAD = `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n${DATE}\r\n`;
/** To HEAD, for which there is no content. */
const LAST = `HTTP/1.1 200 OK\r\n${DATE}Connection: close\r\n\r\n`;

function answering(request: Partial<AnsweredRequest> = {}, maxBufferedBytes = 1_000_000) {
  const answered = { method: 'GET', version: '1.1', isPersistent: true, expectsContinue: false } as const;
  const options = { maxBufferedBytes, keepAlive: '', scheduler: new VirtualTimeScheduler() };
  const connection = new RecordedConnection();
  const sender = new ResponseSender(connection, { ...answered, ...request }, options);
  const send = (...notifications: ResponseNotification[]): void => {
    for (const notification of notifications) sender.send(notification);
  };
  return { connection, sender, send };
}

const start = responseStart(200);
const piece = responseBody(Buffer.from('x'));
const done = responseDone();
const early = responseNonfinal(102);

describe('an order that HTTP does not have', () => {
  test.each<[string, ResponseNotification[], ResponseNotification]>([
    ['an interim response behind the final head', [start], early],
    ['an interim response with status 99', [], responseNonfinal(99)],
    ['an interim response with status 200', [], responseNonfinal(200)],
    ['an interim response with status 101', [], responseNonfinal(101)],
    ['a second head', [start], start],
    ['a final response with status 199', [], responseStart(199)],
    ['content outside of a response', [], piece],
    ['content outside of a response', [start, done], piece],
    ['the end of a response that was not begun', [], done],
    ['the end of a response that was not begun', [start, done], done],
    ['not a notification', [], { type: 'response_end' } as never],
  ])('is refused: %s', (what, before, notification) => {
    const { connection, send } = answering();
    send(...before);
    const { text } = connection;
    expect(() => send(notification)).toThrow(new HandlerError(what));
    expect(connection.text).toBe(text);
  });

  test('is that of a 2xx to a CONNECT that nobody accepted, and not that of a refusal', () => {
    const { send } = answering({ method: 'CONNECT', isPersistent: false });
    expect(() => send(responseStart(299))).toThrow('a tunnel that was not accepted');
    expect(() => send(responseStart(300))).not.toThrow();
  });

  test('is any head behind a switch', () => {
    const { connection, sender, send } = answering();
    sender.switchProtocols('HTTP/1.1 101 Switching Protocols\r\n\r\n');
    expect(() => send(start)).toThrow('a second head');
    expect(connection.text).toBe('HTTP/1.1 101 Switching Protocols\r\n\r\n');
  });
});

test('what an upstream was forgiven is not for the client', () => {
  const { connection, send } = answering();
  send({ type: 'response_anomaly', error: new HttpVersionError('HTTP/1.2') }, start);
  expect(connection.text).toBe(HEAD);
});

test('an HTTP/1.0 client hears no interim response', () => {
  const { connection, send } = answering({ version: '1.0' });
  send(early, responseNonfinal(199));
  expect(connection.text).toBe('');
});

describe('100 (Continue)', () => {
  test('is said once to a client that waits for it, and is not the last of the interim responses', () => {
    const { connection, sender, send } = answering({ expectsContinue: true });
    sender.continue(false);
    sender.continue(false);
    send(responseNonfinal(100), early, start);
    expect(connection.text).toBe(`${CONTINUE}HTTP/1.1 102 Processing\r\n\r\n${HEAD}`);
  });

  test('is not said to one whose content is here already, which goes on behind the response', () => {
    const { connection, sender, send } = answering({ expectsContinue: true });
    sender.continue(true);
    send(responseNonfinal(100), start);
    expect(connection.text).toBe(HEAD);
  });

  test('may be said by a handler to one that does not wait', () => {
    const { connection, send } = answering();
    send(responseNonfinal(100), responseNonfinal(100), start);
    expect(connection.text).toBe(CONTINUE + CONTINUE + HEAD);
  });

  test('that was not said makes the response the last one, whatever else was', () => {
    const { connection, sender, send } = answering({ method: 'HEAD', expectsContinue: true });
    send(early, start, piece, done);
    expect(connection.text).toBe(`HTTP/1.1 102 Processing\r\n\r\n${LAST}`);
    expect(sender.isPersistent).toBe(false);
  });
});

describe('a connection that is not to be used again', () => {
  test('is said to be closed with the head, which is that of the request', () => {
    const { connection, sender, send } = answering({ method: 'HEAD' });
    sender.forbidReuse();
    send(start, piece, done);
    expect(connection.text).toBe(LAST);
  });

  test('is not used again when the head has left', () => {
    const { sender, send } = answering();
    send(start);
    expect(sender.isPersistent).toBe(true);
    sender.forbidReuse();
    expect(sender.isPersistent).toBe(false);
  });
});

describe('a connection that has no room', () => {
  /** A source that tells how often it is held. */
  function source() {
    const flow = {
      holds: 0,
      hold() {
        this.holds++;
        return { unsubscribe: () => this.holds-- };
      },
    };
    return {
      flow,
      much: responseBody(new Uint8Array(16_384), flow),
      little: responseBody(Buffer.from('x'), flow),
    };
  }

  test('holds what is behind it, until it has, each time', () => {
    const { flow, much, little } = source();
    const { connection, sender, send } = answering();
    send(start, little);
    expect(flow.holds).toBe(0);
    for (let time = 0; time < 2; time++) {
      send(much, little);
      expect(flow.holds).toBe(2);
      expect(sender.isFull).toBe(true);
      connection.buffered = 0;
      sender.resume();
      expect(flow.holds).toBe(0);
      expect(sender.isFull).toBe(false);
    }
  });

  test('holds nothing that is over', () => {
    const { flow, much } = source();
    const { send } = answering();
    send(start, much, done);
    expect(flow.holds).toBe(0);
  });

  test('keeps what does not let itself be held, up to the limit, to the octet', () => {
    const { connection, sender, send } = answering({}, 20_000);
    send(start, responseBody(new Uint8Array(16_384)));
    connection.buffered = 20_000 - 256;
    send(piece);
    sender.resume();
    connection.buffered = 20_001;
    expect(() => send(piece)).toThrow(new BufferFullError('20001 octets of a response, in 0 pieces'));
  });

  test('has its pieces counted, and only while it has none', () => {
    const { connection, sender, send } = answering({}, 1_000);
    connection.write = () => true;
    send(start, ...Array<ResponseNotification>(10).fill(piece));
    connection.write = () => false;
    send(piece, piece, piece, piece);
    expect(() => send(piece)).toThrow(BufferFullError);
    sender.resume();
    expect(() => send(piece)).not.toThrow();
  });
});
