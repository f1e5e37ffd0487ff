/** Scheme and authority of an origin, or of a target in absolute-form. */
export const ORIGIN = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/?#]*/;

/** The path and query of a target in origin-form or absolute-form (RFC 9112 §3.2), empty for `*`. */
export function pathAndQuery(target: string): string {
  return target === '*' ? '' : target.replace(ORIGIN, '');
}

/** The path alone, as it was received: its percent-encoding is not undone, and an empty one is `/` (RFC 9110 §4.2.3). */
export function pathOf(target: string): string {
  const [path] = pathAndQuery(target).split('?', 1);
  return path === '' ? '/' : path;
}
