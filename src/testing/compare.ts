import { HttpError } from '../message/errors.ts';
import { trimWhitespace } from '../message/headers.ts';
import { statusPhrase } from '../message/status.ts';

/** Something expected that says itself whether a value will do. */
export abstract class Pattern {
  /** Undefined if the value will do, else why not. */
  abstract refuse(actual: unknown): string | undefined;
  abstract toString(): string;
}

/**
 * Says where two values differ in what matters of an exchange, or nothing if they do not.
 *
 * Octets are compared as latin1, and a string will do for them. An error is compared by its name, code and cause; by its
 * message too unless the expected one is an HttpError without a detail; by anything else only as far as it is expected.
 * A class is expected for any error of that class, an asymmetric matcher of the test runner (`expect.any(Number)`) for all that
 * it matches. Of a notification the `flow` is left aside, the phrase is the standard
 * one and the version 1.1 unless given, and fields are equal whatever whitespace surrounds their values.
 *
 * @example
 * ```ts
 * compare(responseBody(Buffer.from('abc')), { type: 'response_body', chunk: 'abd' }); // chunk: "abc" instead of "abd"
 * ```
 */
export function compare(actual: unknown, expected: unknown): string | undefined {
  return difference(actual, expected, '', new Map());
}

function difference(
  actual: unknown,
  expected: unknown,
  path: string,
  visited: Map<unknown, unknown>,
): string | undefined {
  const at = (reason: string): string => (path === '' ? reason : `${path}: ${reason}`);
  const instead = (): string => at(`${show(actual)} instead of ${show(expected)}`);
  if (expected instanceof Pattern) {
    const reason = expected.refuse(actual);
    return reason === undefined ? undefined : at(reason);
  }
  if (isMatcher(expected)) return expected.asymmetricMatch(actual) ? undefined : instead();
  if (typeof expected === 'function' && isError(actual)) {
    return actual instanceof expected ? undefined : instead();
  }
  const [a, b] = [plain(actual), plain(expected)];
  if (Object.is(a, b)) return undefined;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return instead();
  if (visited.get(b) === a) return undefined;
  visited.set(b, a);
  if (isError(a) || isError(b)) {
    return isError(a) && isError(b) ? differenceOfErrors(a, b, path, visited) : instead();
  }
  const [entriesA, entriesB] = [entriesOf(a), entriesOf(b)];
  if (entriesA === undefined || entriesB === undefined || kindOf(a) !== kindOf(b)) return instead();
  for (const key of new Set([...entriesB.keys(), ...entriesA.keys()])) {
    const inner = nameOf(path, key);
    if (!entriesB.has(key)) return `${inner}: ${show(entriesA.get(key))} was not expected`;
    if (!entriesA.has(key)) return `${inner}: ${show(entriesB.get(key))} is missing`;
    const found = difference(entriesA.get(key), entriesB.get(key), inner, visited);
    if (found !== undefined) return found;
  }
  return undefined;
}

function differenceOfErrors(
  actual: Error,
  expected: Error,
  path: string,
  visited: Map<unknown, unknown>,
): string | undefined {
  const isTold = !(expected instanceof HttpError) || expected.detail !== '';
  const [a, b] = [actual, expected] as unknown as [Record<string, unknown>, Record<string, unknown>];
  const always = ['name', 'code', 'cause', ...(isTold ? ['message'] : [])];
  const given = Object.keys(expected).filter((key) => b[key] !== undefined && !SAID_OTHERWISE.has(key));
  for (const key of new Set([...always, ...given])) {
    const found = difference(a[key], b[key], nameOf(path, key), visited);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What is in the name, code and message already, and what belongs to the place where an error was made. */
const SAID_OTHERWISE = new Set([
  'name',
  'code',
  'message',
  'cause',
  'stack',
  'desc',
  'detail',
  'serverStatus',
]);

/** What Jest, Vitest and Jasmine have in place of a value. */
interface AsymmetricMatcher {
  asymmetricMatch(actual: unknown): boolean;
  toString(): string;
}

function isMatcher(value: unknown): value is AsymmetricMatcher {
  const { asymmetricMatch } = Object(value) as Partial<AsymmetricMatcher>;
  return typeof asymmetricMatch === 'function';
}

/** Octets as text; everything else as it is. */
function plain(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return latin1(value);
  if (isArrayBuffer(value)) return latin1(new Uint8Array(value));
  return value;
}

/** By name and shape: an error or a buffer of Node's own is an instance of another realm's class in some test runners. */
function isError(value: unknown): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]';
}

function isArrayBuffer(value: unknown): value is ArrayBuffer {
  return Object.prototype.toString.call(value) === '[object ArrayBuffer]';
}

function latin1(view: ArrayBufferView): string {
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString('latin1');
}

function kindOf(value: object): string {
  if (Array.isArray(value)) return 'Array';
  return value instanceof Map ? 'Map' : value instanceof Set ? 'Set' : 'object';
}

/** What there is to compare of an object, by key; nothing for what has no parts, such as a function or a Date. */
function entriesOf(value: object): Map<unknown, unknown> | undefined {
  if (value instanceof Map) return new Map(value as Map<unknown, unknown>);
  if (value instanceof Set) return new Map(Array.from(value as Set<unknown>, (member) => [member, true]));
  if (value instanceof Date) return new Map([['time', value.getTime()]]);
  const entries = Object.entries(value).filter(([, part]) => part !== undefined);
  const parts = new Map<unknown, unknown>(entries);
  const type = parts.get('type');
  if (typeof type === 'string' && /^re(quest|sponse)_/.test(type)) settle(parts, type);
  return parts;
}

/** What a notification leaves open is the default; what is not its own is left aside. */
function settle(parts: Map<unknown, unknown>, type: string): void {
  parts.delete('flow');
  for (const name of ['headers', 'trailers']) {
    const fields = parts.get(name);
    if (Array.isArray(fields)) parts.set(name, fields.map(trimmed));
  }
  if (type !== 'response_start' && type !== 'response_nonfinal') return;
  if (!parts.has('phrase')) parts.set('phrase', statusPhrase(Number(parts.get('status'))));
  if (!parts.has('version')) parts.set('version', '1.1');
}

function trimmed(field: unknown): unknown {
  if (!Array.isArray(field) || field.length !== 2) return field;
  const [name, value] = field as [unknown, unknown];
  return [name, typeof value === 'string' ? trimWhitespace(value) : value];
}

function nameOf(path: string, key: unknown): string {
  if (typeof key === 'string' && !/^\d+$/.test(key)) return path === '' ? key : `${path}.${key}`;
  return `${path}[${String(key)}]`;
}

const SHOWN = 200;

/** A value as a person would want to read it, in one line. */
export function show(value: unknown): string {
  const text = shown(value, new Set());
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}

function shown(value: unknown, above: ReadonlySet<unknown>): string {
  const simple = plain(value);
  if (typeof simple === 'string') return JSON.stringify(simple);
  if (typeof simple === 'function') return simple.name === '' ? 'a function' : simple.name;
  if (simple instanceof Pattern || isMatcher(simple)) return simple.toString();
  if (typeof simple !== 'object' || simple === null) return String(simple);
  if (above.has(simple)) return '…';
  const within = new Set([...above, simple]);
  if (isError(simple)) return shownError(simple, within);
  if (Array.isArray(simple)) return `[${simple.map((member) => shown(member, within)).join(', ')}]`;
  const entries = entriesOf(simple) ?? new Map<unknown, unknown>();
  const { type } = simple as { type?: unknown };
  if (typeof type === 'string' && /^re(quest|sponse)_/.test(type))
    return shownNotification(type, entries, within);
  const parts = Array.from(entries, ([key, part]) => `${String(key)}: ${shown(part, within)}`);
  return parts.length === 0 ? '{}' : `{ ${parts.join(', ')} }`;
}

function shownError(error: Error, within: ReadonlySet<unknown>): string {
  const { name, message, cause } = error;
  const code = (error as { code?: unknown }).code;
  const known = typeof code === 'string' && !message.includes(code) ? ` (${code})` : '';
  const behind = cause === undefined ? '' : `, caused by ${shown(cause, within)}`;
  return `${name}${known}: ${message}${behind}`;
}

function shownNotification(type: string, parts: Map<unknown, unknown>, within: ReadonlySet<unknown>): string {
  const fields = (name: string): string => {
    const list = parts.get(name);
    return Array.isArray(list) && list.length > 0 ? ` ${shown(list, within)}` : '';
  };
  switch (type) {
    case 'response_start':
    case 'response_nonfinal':
      return `${type} ${String(parts.get('status'))} ${String(parts.get('phrase'))}${fields('headers')}`;
    case 'response_body':
    case 'request_body':
      return `${type} ${shown(parts.get('chunk'), within)}`;
    case 'response_done':
    case 'request_done':
      return `${type}${fields('trailers')}`;
    case 'request_start':
      return `${type} ${String(parts.get('method'))} ${String(parts.get('uri'))}${fields('headers')}`;
    default:
      return `${type} ${shown(parts.get('error'), within)}`;
  }
}
