import type { HeaderList } from '../../src/message/headers.ts';

/** A message as far as it was handed over. */
export interface Message {
  start: string;
  fields: string;
  body: string;
  trailers: string;
  isDone: boolean;
}

/** All that came of some octets, the same for both readers when they agree. */
export interface Outcome {
  readonly messages: Message[];
  /**
   * Whether the connection goes on behind them, ends, speaks another protocol, or was refused: with a status on a
   * server.
   */
  end: 'open' | 'closed' | 'tunnel' | 'refused' | `refused, ${number}`;
}

export function message(start: string, fields: HeaderList): Message {
  return { start, fields: lines(fields), body: '', trailers: '', isDone: false };
}

/** Fields without the whitespace around their values, which one of the two keeps. */
export function lines(fields: HeaderList): string {
  return fields.map(([name, value]) => `${name}: ${value.replace(/^[\t ]+|[\t ]+$/g, '')}\n`).join('');
}

/** Names and values as node:http gives them, in turns. */
export function pairs(raw: readonly string[]): HeaderList {
  return raw.flatMap((name, at) => (at % 2 === 0 ? [[name, raw[at + 1] ?? ''] as const] : []));
}

/** What an outcome is, in a few words; of a message, only what the other reader has otherwise. */
export function describe({ messages, end }: Outcome, other: Outcome): string {
  const told = messages.map((message, at) => {
    const { start, fields, body, trailers, isDone } = message;
    const parts = [start];
    const theirs = other.messages.at(at);
    if (theirs !== undefined && theirs.fields !== fields)
      parts.push(`with ${firstOther(fields, theirs.fields)}`);
    if (isDone && theirs !== undefined) {
      if (theirs.body !== body) parts.push(`of ${JSON.stringify(body)}`);
      if (theirs.trailers !== trailers) parts.push(`and ${firstOther(trailers, theirs.trailers)}`);
    }
    return `${parts.join(' ')}${isDone || (end === 'tunnel' && at === messages.length - 1) ? '' : ' in part'}`;
  });
  return [...told, end].join('; ');
}

/** The first line that the other section does not have in its place. */
function firstOther(section: string, theirs: string): string {
  const others = theirs.split('\n');
  return JSON.stringify(section.split('\n').find((line, at) => line !== others[at]) ?? '');
}

/** Whether two readers have seen the same; of what was not read to its end, only that it began. */
export function isSame(one: Outcome, other: Outcome): boolean {
  return canonical(one) === canonical(other);
}

function canonical({ messages, end }: Outcome): string {
  return JSON.stringify([
    end,
    ...messages.map((message) => (message.isDone ? message : { ...message, body: '', trailers: '' })),
  ]);
}
