import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import * as rxjs from 'rxjs';
import ts from 'typescript';
import * as rxchange from 'rxchange';
import { memoryTransport } from 'rxchange/testing';
import { RequestReader, ResponseReader } from 'rxchange/wire';
import * as errors from '../src/message/errors.ts';
import { isRetryable } from '../src/operators/retry-policy.ts';
import { virtually } from './support/virtually.ts';

const HOST = { host: 'origin', port: 80 };
const GET: rxchange.HttpRequest = { method: 'GET', uri: 'http://origin/', headers: [] };

/** Those that only their subclasses are made of. */
const ABSTRACT = ['HttpError', 'MessageError', 'PhaseTimeoutError'];

const markdown = readFileSync(join(import.meta.dirname, '../docs/errors.md'), 'utf8');
const sections = Array.from(
  markdown.matchAll(/^### (\w+)\n\n(`.*)\n\n[^]*?^```(\w+)\n([^]*?)^```$/gm) as Iterable<string[]>,
  ([, name, facts, language, example]) => ({ name, facts, language, example }),
);

type Then = (connection: rxchange.Connection) => void;

/** What reading these octets throws. */
function readError(example: string): unknown {
  const isEnded = example.includes('\u2404');
  // The empty line that ends a head is not shown where nothing comes behind it.
  const text = (example.includes('\n\n') ? example : `${example}\n`)
    .replace(/\n/g, '\r\n')
    .replace(/\u240a\r\n/g, '\n')
    .replace(/\u2400/g, '\0')
    .replace(/\u2404[^]*$/, '');
  const reader = text.startsWith('HTTP/') ? new ResponseReader() : new RequestReader();
  if (reader instanceof ResponseReader) reader.expect('GET');
  else reader.next();
  try {
    reader.push(Buffer.from(text, 'latin1'));
    if (isEnded) reader.end();
    while (reader.read() !== undefined);
  } catch (error) {
    return error;
  }
  return undefined;
}

/** What a piece of code reports, on virtual time. */
function reported(example: string): unknown {
  const reports: unknown[] = [];
  virtually(({ flush }) => {
    const transport = memoryTransport();
    const scope: Record<string, unknown> = {
      ...rxjs,
      ...rxchange,
      ResponseReader,
      transport,
      GET,
      report: (error: unknown) => reports.push(error),
      answering: (octets: string, then?: Then) =>
        transport.listen(HOST).subscribe((notification) => {
          if (notification.type !== 'connection') return;
          const { connection } = notification;
          connection.read.subscribe(() => {
            connection.write(octets);
            then?.(connection);
          });
        }),
      asking: (octets: string, then?: Then) =>
        transport.connect(HOST).subscribe((phase) => {
          if (phase.type !== 'connection') return;
          phase.connection.write(octets);
          then?.(phase.connection);
        }),
      failing: (error: Error) => ({ ...transport, connect: () => rxjs.throwError(() => error) }),
    };
    const { outputText } = ts.transpileModule(example, {
      compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
    });
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- it is our own document
    const run = new Function('scope', `with (scope) {\n${outputText}}`) as (given: typeof scope) => void;
    run(scope);
    flush();
  });
  return reports[0];
}

test('the errors of docs/errors.md are those that there are', () => {
  const exported = Object.keys(errors).filter((name) => !ABSTRACT.includes(name));
  expect(sections.map(({ name }) => name).sort()).toEqual(exported.sort());
});

describe.each(sections)('$name', ({ name, facts, language, example }) => {
  const make = errors[name as keyof typeof errors] as unknown as new (detail: unknown) => errors.HttpError;

  test('has its code, its status, and whether it is retried', () => {
    const error = new make('');
    Object.assign(error, { exchange: { method: 'GET', sent: true } });
    const { code, serverStatus } = error;
    const parts = [`\`${code}\``, serverStatus, isRetryable(error) ? 'retried' : 'not retried'];
    expect(facts).toBe(parts.filter((part) => part !== undefined).join(' · '));
  });

  test('comes of its example', () => {
    const error = language === 'http' ? readError(example) : reported(example);
    expect(error).toBeInstanceOf(make);
    expect((error as errors.HttpError).code).toBe(new make('').code);
  });
});
