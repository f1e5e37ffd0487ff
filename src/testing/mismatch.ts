import { formatMarbles, type Marble } from '../operators/marbles.ts';
import { compare, Pattern, show } from './compare.ts';

/** A notification of an Observable and when it came, as a TestScheduler records them. */
interface Message {
  readonly frame: number;
  readonly notification: {
    readonly kind: 'N' | 'E' | 'C';
    readonly value?: unknown;
    readonly error?: unknown;
  };
}

/** When something was subscribed to, and unsubscribed. */
interface Subscribed {
  readonly subscribedFrame: number;
  readonly unsubscribedFrame: number;
}

/**
 * Compares what a TestScheduler has recorded with what was expected. Says nothing if they are the same, else both as
 * diagrams and where they part.
 */
export function mismatch(actual: unknown, expected: unknown): string | undefined {
  const all = [actual, expected];
  if (all.every(areMessages)) return messagesApart(actual as Message[], expected as Message[]);
  if (all.every(areSubscriptions))
    return subscriptionsApart(actual as Subscribed[], expected as Subscribed[]);
  return compare(actual, expected);
}

function areMessages(value: unknown): value is Message[] {
  return Array.isArray(value) && value.every((each: unknown) => isObjectWith(each, 'notification'));
}

function areSubscriptions(value: unknown): value is Subscribed[] {
  return Array.isArray(value) && value.every((each: unknown) => isObjectWith(each, 'subscribedFrame'));
}

function isObjectWith(value: unknown, key: string): boolean {
  return typeof value === 'object' && value !== null && key in value;
}

function messagesApart(actual: readonly Message[], expected: readonly Message[]): string | undefined {
  const length = Math.max(actual.length, expected.length);
  for (let index = 0; index < length; index++) {
    const reason = apart(actual[index], expected[index]);
    if (reason !== undefined) return drawn(actual, expected, reason);
  }
  return undefined;
}

function apart(came: Message | undefined, wanted: Message | undefined): string | undefined {
  if (came === undefined || wanted === undefined) {
    if (came !== undefined) return `frame ${String(came.frame)}: ${said(came)} was not expected`;
    if (wanted !== undefined) return `frame ${String(wanted.frame)}: ${said(wanted)} never came`;
    return undefined;
  }
  const isOfKind = came.notification.kind === wanted.notification.kind;
  const reason = isOfKind
    ? compare(contentOf(came), contentOf(wanted))
    : `${said(came)} instead of ${said(wanted)}`;
  if (came.frame === wanted.frame)
    return reason === undefined ? undefined : `frame ${String(came.frame)}: ${reason}`;
  const what = reason ?? said(came);
  return `${what} in frame ${String(came.frame)} instead of ${String(wanted.frame)}`;
}

function contentOf({ notification }: Message): unknown {
  return notification.kind === 'E' ? notification.error : notification.value;
}

function said(message: Message): string {
  return message.notification.kind === 'C' ? 'the end' : show(contentOf(message));
}

/** Letters in the one alphabet for the first of each kind, and what is free for those that differ. */
const KINDS: Readonly<Record<string, string>> = {
  response_nonfinal: 'i',
  response_start: 's',
  response_body: 'b',
  response_done: 'd',
  response_anomaly: 'a',
};
const FREE = Array.from('efghjklmnopqrtuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ');

function drawn(actual: readonly Message[], expected: readonly Message[], reason: string): string {
  const letters: { readonly letter: string; readonly value: unknown }[] = [];
  const letterOf = (value: unknown): string => {
    const known = letters.find((entry) => entry.value === value || compare(value, entry.value) === undefined);
    if (known !== undefined) return known.letter;
    const taken = new Set(letters.map(({ letter }) => letter));
    const kind = kindOf(value);
    const letter = [kind, ...FREE].find((each) => each !== undefined && !taken.has(each)) ?? '*';
    letters.push({ letter, value });
    return letter;
  };
  const diagram = (messages: readonly Message[]): string =>
    formatMarbles(
      messages.map((message): Marble => ({ frame: message.frame, char: charOf(message, letterOf) })),
    );
  const wanted = diagram(expected);
  const came = diagram(actual);
  const errors = [
    ...expected.filter(isFailure).map((message) => `  # expected: ${said(message)}`),
    ...actual.filter(isFailure).map((message) => `  # came:     ${said(message)}`),
  ];
  return [
    reason,
    `  expected  ${wanted === '' ? '(nothing)' : wanted}`,
    `  came      ${came === '' ? '(nothing)' : came}`,
    ...letters.map(({ letter, value }) => `  ${letter} = ${show(value)}`),
    ...errors,
  ].join('\n');
}

function isFailure({ notification }: Message): boolean {
  return notification.kind === 'E';
}

function charOf({ notification }: Message, letterOf: (value: unknown) => string): string {
  if (notification.kind === 'C') return '|';
  return notification.kind === 'E' ? '#' : letterOf(notification.value);
}

function kindOf(value: unknown): string | undefined {
  if (typeof value === 'string' && /^[A-Za-z]$/.test(value)) return value;
  if (value instanceof Pattern) return KINDS[value.toString().split(' ')[0]];
  const type = typeof value === 'object' && value !== null ? (value as { type?: unknown }).type : undefined;
  return typeof type === 'string' ? KINDS[type] : undefined;
}

function subscriptionsApart(
  actual: readonly Subscribed[],
  expected: readonly Subscribed[],
): string | undefined {
  const [came, wanted] = [actual, expected].map((all) => all.map(subscriptionOf));
  if (came.length === wanted.length && came.every((each, index) => each === wanted[index])) return undefined;
  const list = (all: readonly string[]): string => (all.length === 0 ? '(none)' : all.join('   '));
  return `subscriptions differ\n  expected  ${list(wanted)}\n  came      ${list(came)}`;
}

function subscriptionOf({ subscribedFrame, unsubscribedFrame }: Subscribed): string {
  const marks = [{ frame: subscribedFrame, char: '^' }];
  if (unsubscribedFrame < Infinity) marks.push({ frame: unsubscribedFrame, char: '!' });
  return formatMarbles(marks);
}
