import { expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import type { HttpError } from '../../src/message/errors.ts';
import type { ResponseNotification } from '../../src/message/notifications.ts';
import { READING, readingExample, sidesOf, write, WRITING } from './support/rules.ts';

const SOURCES = new URL('../../src/wire/', import.meta.url);

/** Where in src/wire an error is made: `file:line`. */
function places(): string[] {
  return readdirSync(SOURCES).flatMap(
    (file) =>
    readFileSync(new URL(file, SOURCES), 'utf8')
      .split('\n')
      .flatMap((line, at) => (/\bnew (?:this\.errors\.)?\w*(?:Error|length|octet)\(/.test(line) ? [`${file}:${at + 1}`] : [])), // prettier-ignore
  );
}

/** Where this one was made. */
function placeOf(error: unknown): string {
  return /\/src\/wire\/([a-z-]+\.ts:\d+)/.exec((error as Error).stack ?? '')?.[1] ?? 'elsewhere';
}

function errorOf(work: () => void): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}

test('every error that src/wire makes is made by an example of docs/wire.md', () => {
  const reached = new Set<string>();
  for (const row of READING) {
    for (const side of sidesOf(row)) {
      const { open, octets, ends } = readingExample(row, side);
      for (const careful of [true, false]) {
        const { reader, see } = open(careful)();
        const error = errorOf(() => {
          reader.push(octets);
          if (ends) reader.end();
          for (let notification; (notification = reader.read()) !== undefined;) {
            see(notification);
            const anomaly = (notification as Partial<Extract<ResponseNotification, { error: HttpError }>>)
              .error;
            if (anomaly !== undefined) reached.add(placeOf(anomaly));
          }
        });
        if (error !== undefined) reached.add(placeOf(error));
      }
    }
  }
  for (const row of WRITING) {
    const error = errorOf(() => write(row));
    if (error !== undefined) reached.add(placeOf(error));
  }
  expect([...reached].sort()).toEqual(places().sort());
});
