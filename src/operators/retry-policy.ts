import {
  ConnectError,
  ConnectionResetError,
  ConnectTimeoutError,
  DnsError,
  HeadersTimeoutError,
  HttpError,
  IncompleteMessageError,
  ReadTimeoutError,
} from '../message/errors.ts';
import { isIdempotent } from '../message/methods.ts';

/** Faults of the way and not of what was said on it: the same request may fare better. */
const PASSING = [
  ConnectError,
  DnsError,
  ConnectTimeoutError,
  HeadersTimeoutError,
  ReadTimeoutError,
  IncompleteMessageError,
];

/**
 * Whether an exchange that ended with this error may be attempted again, given that nothing of its response was told:
 * what was not sent may always be, what was sent only if its method is idempotent (RFC 9110 §9.2.2).
 */
export function isRetryable(error: unknown): error is HttpError {
  if (!(error instanceof HttpError) || !PASSING.some((passing) => error instanceof passing)) return false;
  const { exchange } = error;
  if (exchange === undefined || hasNoAddress(error)) return false;
  return !exchange.sent || isIdempotent(exchange.method);
}

/** A name that does not exist will not exist in half a second. */
function hasNoAddress(error: HttpError): boolean {
  return error instanceof DnsError && (error.cause as { code?: unknown } | undefined)?.code === 'ENOTFOUND';
}

/**
 * Whether the connection was one that had been kept and died without an octet of answer: the server had closed it when
 * the request was on its way (RFC 9112 §9.3.1), which says nothing about how it fares.
 */
export function isStale(error: HttpError): boolean {
  return error instanceof ConnectionResetError && error.exchange?.reused === true && !error.exchange.answered;
}
