import { trimWhitespace, type HeaderList } from '../../message/headers.ts';
import { parseHttpDate } from '../../operators/retry-after.ts';

/** What tells one state of a file from another (RFC 9110 §8.8). */
export interface Validators {
  /** Strong, with its quotes. */
  readonly etag: string;
  /** ms since 1970, of whole seconds. */
  readonly lastModified: number;
}

/** The lines of a field, as one. */
function field(headers: HeaderList, name: string): string | undefined {
  const values = headers.flatMap(([given, value]) =>
    given.toLowerCase() === name ? [trimWhitespace(value)] : [],
  );
  return values.length === 0 ? undefined : values.join(', ');
}

const ENTITY_TAG = /(W\/)?("[\x21\x23-\x7e\x80-\xff]*")/g;

/** Whether one of the tags is ours: `*` is all of them, and a weak one is none where the comparison is strong (§8.8.3.2). */
function hasTag(list: string, etag: string, isWeakEnough: boolean): boolean {
  if (list === '*') return true;
  return Array.from(list.matchAll(ENTITY_TAG)).some(
    ([, weak, tag]) => tag === etag && (isWeakEnough || (weak as string | undefined) === undefined),
  );
}

/**
 * What the conditions of a GET or HEAD come to (RFC 9110 §13.2.2): 412 if it is not to be performed, 304 if the client has
 * what it would get, undefined if it is to be performed. A date that is none is no condition.
 *
 * @param now - ms since 1970
 */
export function precondition(
  headers: HeaderList,
  { etag, lastModified }: Validators,
  now: number,
): 304 | 412 | undefined {
  const ifMatch = field(headers, 'if-match');
  if (ifMatch !== undefined) {
    if (!hasTag(ifMatch, etag, false)) return 412;
  } else {
    const since = parseHttpDate(field(headers, 'if-unmodified-since') ?? '', now);
    if (since !== undefined && lastModified > since) return 412;
  }
  const ifNoneMatch = field(headers, 'if-none-match');
  if (ifNoneMatch !== undefined) return hasTag(ifNoneMatch, etag, true) ? 304 : undefined;
  const since = parseHttpDate(field(headers, 'if-modified-since') ?? '', now);
  return since !== undefined && lastModified <= since ? 304 : undefined;
}

/**
 * The Range field, if there is one and it holds for the file as it is now: If-Range names the state of which the client has
 * the rest (RFC 9110 §13.1.5), by a strong tag, or by a date at which the file had not been changed for a second.
 *
 * @param now - ms since 1970
 */
export function rangeField(
  headers: HeaderList,
  { etag, lastModified }: Validators,
  now: number,
): string | undefined {
  const range = field(headers, 'range');
  const ifRange = field(headers, 'if-range');
  if (ifRange === undefined || ifRange === etag) return range;
  const isUnchanged = parseHttpDate(ifRange, now) === lastModified && now - lastModified >= 1_000;
  return isUnchanged ? range : undefined;
}
