import type { ExchangeFacts, HttpError } from '../message/errors.ts';

/** Tells an error which exchange it ended. The first to tell it is nearest to the wire and knows best. */
export function inExchange(error: HttpError, exchange: ExchangeFacts): HttpError {
  (error as { exchange: ExchangeFacts | undefined }).exchange ??= exchange;
  return error;
}
