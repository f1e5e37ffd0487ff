import type { HttpError } from '../message/errors.ts';
import type { HeaderList } from '../message/headers.ts';
import {
  responseBody,
  responseDone,
  responseStart,
  type ResponseNotification,
} from '../message/notifications.ts';
import { statusPhrase } from '../message/status.ts';

/**
 * A response that a server makes by itself. It says what its status says, and of a request that is not HTTP, which rule
 * it breaks; nothing of the program behind it.
 */
export function errorResponse(status: number, fault?: HttpError): readonly ResponseNotification[] {
  const text = fault === undefined ? statusPhrase(status) : `${statusPhrase(status)}: ${fault.desc}`;
  const content = new TextEncoder().encode(`${text}\n`);
  const headers: HeaderList = [
    ['Content-Type', 'text/plain; charset=utf-8'],
    ['Content-Length', String(content.length)],
  ];
  return [responseStart(status, headers), responseBody(content), responseDone()];
}
