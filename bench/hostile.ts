/**
 * A million hostile inputs for both readers: messages tampered with at random, cut at random, under limits small and
 * large. Nothing but a typed error may be thrown, all of it comes to an end, any cut comes to the same, and memory is
 * flat. What a run does follows from its seed alone.
 *
 * ```sh
 * npm run test:hostile -- --count 1000000 --seed 9112
 * npm run test:hostile -- --only 123456       # one input again, and what came of it
 * ```
 */
import { fork } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { HttpError } from '../src/message/errors.ts';
import type { RequestNotification, ResponseNotification } from '../src/message/notifications.ts';
import type { GivenLimits } from '../src/wire/limits.ts';
import { RequestReader } from '../src/wire/request-reader.ts';
import { ResponseReader } from '../src/wire/response-reader.ts';
import { REQUESTS, RESPONSES } from './hostile-corpus.ts';
import { Random, tamper } from './tamper.ts';

const MEMORY_GROWTH = 1.1;
/** An input takes microseconds: whoever is silent for so long does not come back. */
const PATIENCE_MS = 60_000;
const REPORT_EVERY = 10_000;

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '9112' },
    only: { type: 'string' },
  },
});
const COUNT = Number(values.count);
const SEED = Number(values.seed);

type Notification = RequestNotification | ResponseNotification;

interface Input {
  readonly text: string;
  readonly cuts: readonly number[];
  readonly ends: boolean;
  readonly limits: GivenLimits;
  readonly isRequest: boolean;
  /** `unfold` of the one reader, `careful` of the other. */
  readonly flag: boolean;
  readonly method: string;
}

const SMALL: GivenLimits = {
  startLine: 40,
  fieldSection: 120,
  fields: 5,
  chunkLine: 8,
  chunkExtensions: 12,
  nonfinals: 2,
};

function inputOf(index: number): Input {
  const random = new Random(SEED, index);
  const isRequest = random.below(2) === 0;
  const corpus = isRequest ? REQUESTS : RESPONSES;
  let text = random.oneOf(corpus);
  for (let changes = random.below(5); changes > 0; changes--) text = tamper(text, corpus, random);
  const cuts =
    random.below(8) === 0
      ? Array.from({ length: text.length }, (_, at) => at)
      : Array.from({ length: random.below(5) }, () => random.below(text.length + 1)).sort((a, b) => a - b);
  return {
    text,
    cuts,
    ends: random.below(2) === 0,
    limits: random.below(4) === 0 ? SMALL : {},
    isRequest,
    flag: random.below(2) === 0,
    method: random.oneOf(['GET', 'GET', 'HEAD', 'CONNECT', 'POST']),
  };
}

/** The outcome as text, so that two of them can be compared; bodies are joined. */
function read(input: Input, cuts: readonly number[]): { outcome: string; code: string } {
  const bytes = Buffer.from(input.text, 'latin1');
  const { limits, flag } = input;
  let notifications: () => Notification | undefined;
  let next: () => void;
  let reader: RequestReader | ResponseReader;
  if (input.isRequest) {
    const requests = (reader = new RequestReader({ limits, unfold: flag }));
    requests.next();
    notifications = () => requests.read();
    next = () => {
      if (requests.isPersistent) requests.next();
    };
  } else {
    const responses = (reader = new ResponseReader({ limits, careful: flag }));
    responses.expect(input.method, flag ? ['x'] : []);
    notifications = () => responses.read();
    next = () => {
      if (responses.isPersistent) responses.expect(input.method);
    };
  }

  let outcome = '';
  let body = '';
  let order = 'done';
  // Each octet is good for two notifications at the most, and each message for as many more.
  let left = 4 * bytes.length + 16;
  const drain = (): void => {
    for (let notification; (notification = notifications()) !== undefined;) {
      if (--left < 0) throw new Error('it does not end');
      const kind = notification.type.slice(notification.type.indexOf('_') + 1);
      if (
        kind === 'body'
          ? order !== 'start'
          : kind === 'done'
            ? order !== 'start'
            : kind === 'start' && order !== 'done'
      ) {
        throw new Error(`${kind} behind ${order}`);
      }
      switch (notification.type) {
        case 'request_body':
        case 'response_body':
          if (notification.chunk.length === 0) throw new Error('an empty chunk');
          body += Buffer.from(notification.chunk).toString('latin1');
          break;
        case 'response_anomaly':
          outcome += `anomaly ${notification.error.code} ${String(notification.error.offset)}\n`;
          break;
        default:
          if (kind !== 'nonfinal') order = kind;
          outcome += `${body}${JSON.stringify(notification)}\n`;
          body = '';
          if (kind === 'done') next();
      }
    }
  };

  try {
    let from = 0;
    for (const to of [...cuts, bytes.length]) {
      reader.push(bytes.subarray(from, to));
      from = to;
      drain();
    }
    if (input.ends) reader.end();
    drain();
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    return { outcome: `${outcome}${body}\n${error.code} ${String(error.offset)}`, code: error.code };
  }
  return { outcome: `${outcome}${body}\n${reader.buffered}`, code: order === 'done' ? 'none' : 'unfinished' };
}

function tryInput(index: number): string {
  const input = inputOf(index);
  const cut = read(input, input.cuts);
  const whole = read(input, []);
  if (cut.outcome !== whole.outcome) {
    throw new Error(`not the same for every cut:\n${cut.outcome}\n--- whole:\n${whole.outcome}`);
  }
  return whole.code;
}

function heapUsed(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

/** What the child process does: all inputs, telling of its progress. */
function run(): void {
  const started = performance.now();
  const codes = new Map<string, number>();
  let early = 0;
  for (let index = 0; index < COUNT; index++) {
    let code: string;
    try {
      code = tryInput(index);
    } catch (error) {
      console.error(`input ${index} of seed ${SEED}: ${JSON.stringify(inputOf(index))}`);
      throw error;
    }
    codes.set(code, (codes.get(code) ?? 0) + 1);
    if (index === Math.floor(COUNT / 10)) early = heapUsed();
    if (index % REPORT_EVERY === 0) process.send?.(index);
  }
  const growth = heapUsed() / early;
  const seconds = (performance.now() - started) / 1000;
  for (const [code, count] of [...codes].sort((a, b) => b[1] - a[1])) {
    console.log(`${code.padEnd(24)} ${count}`);
  }
  console.log(
    `${COUNT} inputs, seed ${SEED}, ${seconds.toFixed(1)} s; heap ${growth.toFixed(3)} × that after the first tenth`,
  );
  if (!(growth <= MEMORY_GROWTH))
    throw new Error(`memory is not flat: ${growth.toFixed(3)} × > ${MEMORY_GROWTH} ×`);
}

/** A reader that hangs cannot be told to stop from inside: so the inputs run in a process that can be ended. */
function watch(): void {
  const child = fork(import.meta.filename, process.argv.slice(2), {
    execArgv: [...process.execArgv, '--expose-gc'],
    env: { ...process.env, RXCHANGE_HOSTILE: 'run' },
  });
  let last = 0;
  const giveUp = (): void => {
    console.error(`no end in sight: some input from ${last} to ${last + REPORT_EVERY} of seed ${SEED}`);
    child.kill('SIGKILL');
  };
  let timer = setTimeout(giveUp, PATIENCE_MS);
  child.on('message', (index) => {
    last = index as number;
    clearTimeout(timer);
    timer = setTimeout(giveUp, PATIENCE_MS);
  });
  child.on('exit', (code) => {
    clearTimeout(timer);
    process.exitCode = code === 0 ? 0 : 1;
  });
}

if (values.only !== undefined) {
  const input = inputOf(Number(values.only));
  console.log(input, read(input, []), read(input, input.cuts));
} else if (process.env['RXCHANGE_HOSTILE'] === 'run') {
  run();
} else {
  watch();
}
