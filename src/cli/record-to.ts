import { closeSync, openSync, writeFileSync } from 'node:fs';
import type { MonoTypeOperatorFunction } from 'rxjs';
import type { ResponseNotification } from '../message/notifications.ts';
import { recordMarbles } from '../operators/record-marbles.ts';
import { formatRecording } from '../operators/recording-text.ts';
import { UsageError } from './usage.ts';

/**
 * Writes a recording of what passes through it to a file, to the millisecond, when that is over: also when it is
 * unsubscribed, as by an interrupt, and so at once. The file is opened before anything is sent.
 *
 * @throws UsageError for a file that cannot be written
 */
export function recordTo(path: string): MonoTypeOperatorFunction<ResponseNotification> {
  const file = opened(path);
  return recordMarbles((recording) => {
    writeFileSync(file, formatRecording(recording));
    closeSync(file);
  });
}

function opened(path: string): number {
  try {
    return openSync(path, 'w');
  } catch (error) {
    throw new UsageError(`cannot write ${path}: ${(error as Error).message}`, { cause: error });
  }
}
