import { expect, test } from '@jest/globals';
import { TlsSessions } from '../../src/transport/tls-sessions.ts';

const ticket = (text: string): Buffer => Buffer.from(text);

function taken(sessions: TlsSessions, peer: string, times: number): (string | undefined)[] {
  return Array.from({ length: times }, () => sessions.take(peer)?.toString());
}

test('the newest two tickets are given away, once each', () => {
  const sessions = new TlsSessions(10);
  for (const text of ['a', 'b', 'c']) sessions.keep('peer', ticket(text), true);
  expect(taken(sessions, 'peer', 3)).toEqual(['c', 'b', undefined]);
});

test('the newest session is given as often as it is asked for', () => {
  const sessions = new TlsSessions(10);
  for (const text of ['a', 'b']) sessions.keep('peer', ticket(text), false);
  expect(taken(sessions, 'peer', 3)).toEqual(['b', 'b', 'b']);
});

test('what a peer says in one version takes the place of what it said in another', () => {
  const sessions = new TlsSessions(10);
  sessions.keep('peer', ticket('a'), true);
  sessions.keep('peer', ticket('b'), false);
  expect(taken(sessions, 'peer', 2)).toEqual(['b', 'b']);
  sessions.keep('peer', ticket('c'), true);
  expect(taken(sessions, 'peer', 2)).toEqual(['c', undefined]);
});

test('peers that were talked to longest ago are forgotten', () => {
  const sessions = new TlsSessions(2);
  for (const peer of ['a', 'b', 'a', 'c']) sessions.keep(peer, ticket(peer), true);
  expect(['a', 'b', 'c'].map((peer) => sessions.take(peer)?.toString())).toEqual(['a', undefined, 'c']);
});

test('none are kept where none are to be, and those of a peer are forgotten when it is asked', () => {
  const none = new TlsSessions(0);
  none.keep('peer', ticket('a'), true);
  expect(none.take('peer')).toBeUndefined();
  const sessions = new TlsSessions(10);
  sessions.keep('peer', ticket('a'), false);
  sessions.forget('peer');
  expect(sessions.take('peer')).toBeUndefined();
});
