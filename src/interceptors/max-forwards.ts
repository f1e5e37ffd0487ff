import { of } from 'rxjs';
import type { Interceptor } from '../message/exchange.ts';
import { trimWhitespace, type HeaderList } from '../message/headers.ts';
import { responseDone, responseStart } from '../message/notifications.ts';

/**
 * Counts down through how many gateways more TRACE and OPTIONS may go (RFC 9110 §7.6.2), which finds the one at which a chain
 * of them breaks or begins to turn in a circle. What may go no further is answered here, as by an origin that has no resources:
 * OPTIONS with 204, TRACE, which would show a request to whoever has a part in it, with 501. A count that is none gets 400.
 *
 * Other methods may have the field, and it means nothing.
 */
export const maxForwards: Interceptor = (request, next) => {
  const { method, headers } = request;
  if (method !== 'OPTIONS' && method !== 'TRACE') return next(request);
  const counts = headers.filter(([name]) => isCount(name)).map(([, value]) => trimWhitespace(value));
  if (!counts.every((count) => /^[0-9]+$/.test(count))) return INVALID;
  if (counts.some((count) => Number(count) === 0)) return method === 'OPTIONS' ? NOTHING : NO_TRACE;
  return next({ ...request, headers: headers.map(countDown) });
};

const isCount = (name: string): boolean => name.toLowerCase() === 'max-forwards';

function countDown(line: HeaderList[number]): HeaderList[number] {
  const [name, value] = line;
  // More than can be counted exactly is as many as can.
  return isCount(name) ? [name, String(Math.min(Number(value), Number.MAX_SAFE_INTEGER) - 1)] : line;
}

const EMPTY: HeaderList = [['Content-Length', '0']];
const INVALID = of(responseStart(400, EMPTY), responseDone());
const NO_TRACE = of(responseStart(501, EMPTY), responseDone());
const NOTHING = of(responseStart(204), responseDone());
