/** Methods that may be repeated without a second effect (RFC 9110 §9.2.2; and QUERY, the safe method with content). */
const IDEMPOTENT: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'OPTIONS',
  'TRACE',
  'PUT',
  'DELETE',
  'QUERY',
]);

/** Methods that anticipate content: without it they say `Content-Length: 0` (RFC 9110 §8.6). */
const ANTICIPATES_CONTENT: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'QUERY']);

/**
 * Whether repeating a request with this method has the effect of sending it once (RFC 9110 §9.2.2). Methods are
 * case-sensitive, so an unknown or lower-case one is not.
 */
export function isIdempotent(method: string): boolean {
  return IDEMPOTENT.has(method);
}

/** Whether a request with this method is expected to carry content, so that its absence must be said (RFC 9110 §8.6). */
export function anticipatesContent(method: string): boolean {
  return ANTICIPATES_CONTENT.has(method);
}
