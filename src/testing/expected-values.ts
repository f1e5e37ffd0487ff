import type { ResponseNotification } from '../message/notifications.ts';
import { compare, Pattern, show } from './compare.ts';

/**
 * What a letter of an expected exchange stands for: a notification; a status, for `s` and `i`; the content, for `b`; or
 * the parts of a notification that matter. A letter of the alphabet that has no value stands for any of its kind.
 */
export type ExpectedNotification =
  ResponseNotification | number | string | Uint8Array | Readonly<Record<string, unknown>>;

/** The one alphabet: `i` nonfinal, `s` start, `b` body, `d` done, `a` anomaly. */
const KINDS: Readonly<Record<string, ResponseNotification['type']>> = {
  i: 'response_nonfinal',
  s: 'response_start',
  b: 'response_body',
  d: 'response_done',
  a: 'response_anomaly',
};

/** The letters that need no value. */
export const ALPHABET: readonly string[] = Object.keys(KINDS);

/** What the letters of an expected exchange stand for, each as something to compare with. */
export function expectedValues(
  values: Readonly<Record<string, ExpectedNotification>>,
): Record<string, unknown> {
  const expected: Record<string, unknown> = {};
  for (const [letter, type] of Object.entries(KINDS)) expected[letter] = new NotificationPattern({ type });
  for (const [letter, value] of Object.entries(values)) expected[letter] = expectedValue(letter, value);
  return expected;
}

function expectedValue(letter: string, value: ExpectedNotification): NotificationPattern {
  if (typeof value === 'number') {
    const type = KINDS[letter] ?? (value < 200 ? 'response_nonfinal' : 'response_start');
    return new NotificationPattern({ type, status: value });
  }
  if (typeof value === 'string' || value instanceof Uint8Array) {
    return new NotificationPattern({ type: 'response_body', chunk: value });
  }
  const parts: Readonly<Record<string, unknown>> = { ...value };
  const type = KINDS[letter] as string | undefined;
  return new NotificationPattern(type === undefined || 'type' in parts ? parts : { type, ...parts });
}

/** Any notification that has these parts, whatever else it has. */
class NotificationPattern extends Pattern {
  private readonly parts: Readonly<Record<string, unknown>>;

  constructor(parts: Readonly<Record<string, unknown>>) {
    super();
    this.parts = parts;
  }

  override refuse(actual: unknown): string | undefined {
    if (typeof actual !== 'object' || actual === null) return `${show(actual)} instead of ${this.toString()}`;
    const { type } = this.parts;
    const given = Object.entries(actual).filter(([name]) => this.parts[name] !== undefined);
    const found = Object.fromEntries(given);
    if (type !== (found['type'] ?? type)) return `${show(actual)} instead of ${this.toString()}`;
    const expected = Object.entries(this.parts).filter(([, part]) => part !== undefined);
    return compare(found, Object.fromEntries(expected));
  }

  override toString(): string {
    const { type, ...rest } = this.parts;
    const parts = Object.entries(rest).filter(([name, part]) => part !== undefined && name !== 'flow');
    const shown = parts.map(([name, part]) =>
      parts.length === 1 && name !== 'headers' ? show(part) : `${name} ${show(part)}`,
    );
    return [typeof type === 'string' ? type : 'any', ...shown].join(' ');
  }
}

/** What `#` stands for: an error to compare with; its class; its code; or the parts of it that matter. */
export type ExpectedError =
  Error | (abstract new (...args: never[]) => Error) | string | Readonly<Record<string, unknown>>;

/** What `#` stands for, as something to compare with. */
export function expectedError(error: ExpectedError | undefined): unknown {
  if (error instanceof Error || typeof error === 'function') return error;
  return new ErrorPattern(typeof error === 'string' ? { code: error } : (error ?? {}));
}

/** Any error that has these parts, whatever else it has. */
class ErrorPattern extends Pattern {
  private readonly parts: Readonly<Record<string, unknown>>;

  constructor(parts: Readonly<Record<string, unknown>>) {
    super();
    this.parts = parts;
  }

  override refuse(actual: unknown): string | undefined {
    for (const [name, expected] of Object.entries(this.parts)) {
      const part = Object(actual) as Record<string, unknown>;
      const found = compare(part[name], expected);
      if (found !== undefined) return `${name}: ${found}, of ${show(actual)}`;
    }
    return undefined;
  }

  override toString(): string {
    const parts = Object.entries(this.parts).map(([name, part]) => `${name} ${show(part)}`);
    return parts.length === 0 ? 'any error' : `error with ${parts.join(', ')}`;
  }
}
