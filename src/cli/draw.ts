import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { catchError, defer, from, map, throwError, type Observable } from 'rxjs';
import type { Recording } from '../operators/record-marbles.ts';
import { parseRecording } from '../operators/recording-text.ts';
import type { DrawCommand } from './arguments.ts';
import type { World } from './terminal.ts';
import { UsageError } from './usage.ts';

/** Makes a picture of a recording; emits the exit status when it is written. */
export function draw({ recording: path, output }: DrawCommand, { stdout }: World): Observable<number> {
  const recording = readRecording(path);
  return defer(() => from(import('../integrations/swirly/index.ts'))).pipe(
    catchError((error: unknown) => throwError(() => explained(error))),
    map(({ drawRecording }) => {
      const picture = drawRecording(recording, { title: basename(path) });
      if (output === undefined) stdout.write(`${picture}\n`);
      else writePicture(output, picture);
      return 0;
    }),
  );
}

function readRecording(path: string): Recording {
  try {
    return parseRecording(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new UsageError(`cannot read ${path}: ${(error as Error).message}`, { cause: error });
  }
}

function writePicture(path: string, picture: string): void {
  try {
    writeFileSync(path, picture);
  } catch (error) {
    throw new UsageError(`cannot write ${path}: ${(error as Error).message}`, { cause: error });
  }
}

/** The renderer is a dependency of those who draw: whoever does not, has not installed it. */
function explained(error: unknown): unknown {
  if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') return error;
  return new UsageError('draw needs a renderer that is not installed: npm install @swirly/renderer-node', {
    cause: error,
  });
}
