/**
 * Sends requests that cannot succeed, and prints how it was told so of each. Each is sent twice more and given up, at once
 * and in the next turn: a failure that nobody is there to hear of must not end the process.
 */
import { HttpClient, HttpError, type HttpRequest } from '../../src/index.ts';

const [, , json = ''] = process.argv;
const client = new HttpClient();
const failures: Record<string, unknown> = {};

for (const [name, request] of Object.entries(JSON.parse(json) as Record<string, HttpRequest>)) {
  const print = (by: 'throw' | 'error', error: unknown): void => {
    failures[name] = { by, ...describe(error) };
  };
  try {
    const exchange = client.exchange(request);
    exchange.subscribe({ error: (error: unknown) => print('error', error) });
    exchange.subscribe({ error: () => undefined }).unsubscribe();
    const givenUp = exchange.subscribe({ error: () => undefined });
    setImmediate(() => givenUp.unsubscribe());
  } catch (error) {
    print('throw', error);
  }
}

process.on('exit', () => {
  console.log(JSON.stringify(failures));
});

function describe(error: unknown): object {
  const { name, code, cause } = error as { name: string; code: string; cause?: { code: string } };
  return {
    name,
    code,
    isHttpError: error instanceof HttpError,
    isTypeError: error instanceof TypeError || undefined,
    cause: cause?.code,
  };
}
