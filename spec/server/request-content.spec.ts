import { describe, expect, test } from '@jest/globals';
import { requestBody, requestDone } from 'rxchange';
import { DiscardBudget, RequestContent } from '../../src/server/request-content.ts';

const KIB = 1_024;
const octets = (length: number) => requestBody(new Uint8Array(length));

/** Content, and what its connection and its subscriber are told. */
function reading(budget = new DiscardBudget()) {
  const told: string[] = [];
  const content = new RequestContent(budget, {
    want: () => void told.push('wanted'),
    resume: () => void told.push('flow'),
  });
  const subscribe = () =>
    content.body.subscribe({
      next: (part) => told.push(part.type === 'request_body' ? String(part.chunk.length) : 'done'),
      error: (error: unknown) => told.push((error as Error).message),
      complete: () => told.push('complete'),
    });
  return { content, told, subscribe };
}

describe('content', () => {
  test('that was none may be asked for again', () => {
    const { content, told, subscribe } = reading();
    content.take(requestDone());
    subscribe();
    subscribe();
    expect(told).toEqual(['done', 'complete', 'done', 'complete']);
  });

  test('that was some may not', () => {
    const { content, told, subscribe } = reading();
    subscribe();
    content.take(octets(3));
    content.take(requestDone());
    told.length = 0;
    subscribe();
    expect(told).toEqual([
      'Body cannot be produced again: the body of a request that was read, or thrown away',
    ]);
  });

  test('is wanted by who subscribes, and what he leaves is thrown away', () => {
    const { content, told, subscribe } = reading();
    expect(content.isWanted).toBe(false);
    const subscription = subscribe();
    expect(content.isWanted).toBe(true);
    content.take(octets(3));
    subscription.unsubscribe();
    expect(content.isWanted).toBe(true);
    content.take(octets(4));
    expect(told).toEqual(['wanted', 'flow', '3', 'flow']);
  });

  test('is thrown away up to 64 KiB of a request, to the octet', () => {
    const { content } = reading();
    content.drop();
    content.take(octets(64 * KIB));
    expect([content.isWanted, content.isTooMuch]).toEqual([true, false]);
    content.take(octets(1));
    expect([content.isWanted, content.isTooMuch]).toEqual([false, true]);
  });

  test('is thrown away up to 1 MiB of a connection, to the octet', () => {
    const budget = new DiscardBudget();
    for (let nth = 0; nth < 16; nth++) {
      const { content } = reading(budget);
      content.drop();
      content.take(octets(64 * KIB));
      expect(content.isTooMuch).toBe(false);
    }
    const { content } = reading(budget);
    content.take(octets(1));
    expect(content.isTooMuch).toBe(true);
  });

  test('is never too much for who reads it', () => {
    const budget = new DiscardBudget();
    budget.left = -1;
    const { content, subscribe } = reading(budget);
    subscribe();
    expect([content.isWanted, content.isTooMuch]).toEqual([true, false]);
  });
});
