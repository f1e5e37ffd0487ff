import { HttpError } from '../../src/message/errors.ts';
import { RequestReader } from '../../src/wire/request-reader.ts';
import { ResponseReader } from '../../src/wire/response-reader.ts';
import { lines, message, type Outcome } from './outcome.ts';

const latin1 = (octets: Uint8Array): string => Buffer.from(octets).toString('latin1');

/** What a server of ours reads, answering each request as it ends. */
export function readRequests(octets: Buffer, ends: boolean): Outcome {
  const outcome: Outcome = { messages: [], end: 'open' };
  const reader = new RequestReader();
  reader.next();
  reader.push(octets);
  if (ends) reader.end();
  try {
    for (let notification; (notification = reader.read()) !== undefined;) {
      const last = outcome.messages.at(-1);
      switch (notification.type) {
        case 'request_start':
          outcome.messages.push(message(`${notification.method} ${notification.uri}`, notification.headers));
          if (notification.method === 'CONNECT') return { ...outcome, end: 'tunnel' };
          break;
        case 'request_body':
          if (last !== undefined) last.body += latin1(notification.chunk);
          break;
        case 'request_done':
          if (last !== undefined)
            Object.assign(last, { isDone: true, trailers: lines(notification.trailers) });
          if (!reader.isPersistent) return { ...outcome, end: 'closed' };
          reader.next();
      }
    }
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    return { ...outcome, end: `refused, ${error.serverStatus ?? 0}` };
  }
  return ends ? { ...outcome, end: 'closed' } : outcome;
}

/** What a client of ours reads of the answer to this method. */
export function readResponse(method: string, octets: Buffer, ends: boolean): Outcome {
  const outcome: Outcome = { messages: [], end: 'open' };
  const reader = new ResponseReader();
  reader.expect(method === 'UPGRADE' ? 'GET' : method, method === 'UPGRADE' ? ['x'] : []);
  reader.push(octets);
  if (ends) reader.end();
  try {
    for (let notification; (notification = reader.read()) !== undefined;) {
      const last = outcome.messages.at(-1);
      switch (notification.type) {
        case 'response_nonfinal':
        case 'response_start':
          outcome.messages.push(
            message(`${notification.status} ${notification.phrase ?? ''}`.trim(), notification.headers),
          );
          if (notification.type === 'response_nonfinal')
            Object.assign(outcome.messages.at(-1) ?? {}, { isDone: true });
          break;
        case 'response_body':
          if (last !== undefined) last.body += latin1(notification.chunk);
          break;
        case 'response_done':
          if (last !== undefined)
            Object.assign(last, { isDone: true, trailers: lines(notification.trailers) });
          // What is behind it is for the connection, which is not used again.
          return {
            ...outcome,
            end: reader.isPersistent && reader.buffered === 0 && !ends ? 'open' : 'closed',
          };
      }
    }
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    return { ...outcome, end: 'refused' };
  }
  const isTunnel = outcome.messages.length > 0 && !reader.isPersistent && !ends;
  if (isTunnel) return { ...outcome, end: 'tunnel' };
  return ends ? { ...outcome, end: 'refused' } : outcome;
}
