/**
 * Field lines in wire order, one tuple a line: name case kept, and of the value everything between the colon and the
 * line end, surrounding whitespace included. Strings are latin1 (one code unit an octet), so bytes survive.
 *
 * @example
 * ```ts
 * const headers: HeaderList = [
 *   ['Content-Type', ' text/plain'],
 *   ['Foo', 'bar, baz'],
 *   ['Foo', 'boom'],
 * ];
 * ```
 */
export type HeaderList = readonly (readonly [name: string, value: string])[];

/** The names present in `headers`, lower-cased, since field names are case-insensitive (RFC 9110 §5.1). */
export function headerNames(headers: HeaderList): Set<string> {
  return new Set(headers.map(([name]) => name.toLowerCase()));
}

/**
 * All values by lower-cased name, each value trimmed and split at its commas; names in `omit` are left out.
 *
 * NOT suitable for fields whose values may themselves hold a comma (quoted strings, `Set-Cookie`, dates): commas are
 * split wherever they stand.
 *
 * The dictionary has no prototype: a field named `__proto__` is a field like any other.
 *
 * @example
 * ```ts
 * headerDict([['Foo', 'bar, baz'], ['foo', ' boom'], ['Date', 'x']], ['date']); // { foo: ['bar', 'baz', 'boom'] }
 * ```
 */
export function headerDict(headers: HeaderList, omit: readonly string[] = []): Record<string, string[]> {
  const omitted = new Set(omit.map((name) => name.toLowerCase()));
  const dict = Object.create(null) as Record<string, string[]>;
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    if (omitted.has(key)) continue;
    const values = (dict[key] ??= []);
    // One by one: as arguments of one `push`, a value made of commas would overflow the stack.
    for (const member of splitList(value)) values.push(member);
  }
  return dict;
}

/**
 * The values of the field `name` in order, trimmed and split at commas; empty when there is no such field.
 *
 * NOT suitable for fields whose values may themselves hold a comma: see {@link headerDict}.
 *
 * @example
 * ```ts
 * getHeader([['Foo', 'bar, baz'], ['foo', 'boom']], 'FOO'); // ['bar', 'baz', 'boom']
 * ```
 */
export function getHeader(headers: HeaderList, name: string): string[] {
  const key = name.toLowerCase();
  return headers.flatMap(([given, value]) => (given.toLowerCase() === key ? splitList(value) : []));
}

function splitList(value: string): string[] {
  return value.split(',').map(trimWhitespace);
}

/**
 * The value without the optional whitespace around it: SP and HTAB only (RFC 9110 §5.6.3). `String.trim` would also
 * take 0xA0, VT and FF, which are data, and have hidden a `chunked` from one parser and not from the next.
 */
export function trimWhitespace(value: string): string {
  let from = 0;
  while (from < value.length && isWhitespace(value.charCodeAt(from))) from++;
  return trimTrailing(value.slice(from));
}

/** The value without the optional whitespace behind it. A loop, as `/[ \t]+$/` is quadratic on a value made of spaces. */
export function trimTrailing(value: string): string {
  let to = value.length;
  while (to > 0 && isWhitespace(value.charCodeAt(to - 1))) to--;
  return value.slice(0, to);
}

function isWhitespace(octet: number): boolean {
  return octet === 0x20 || octet === 0x09;
}
