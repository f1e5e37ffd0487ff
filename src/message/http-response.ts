import type { HeaderList } from './headers.ts';

/** A response that is there as a whole, as plain data. */
export interface HttpResponse {
  readonly status: number;
  readonly phrase: string;
  readonly headers: HeaderList;
  readonly content: Uint8Array;
  readonly trailers: HeaderList;
}

/** Whether the request was received, understood and accepted (RFC 9110 §15.3). */
export function isSuccessful(status: number): boolean {
  return status >= 200 && status < 300;
}
