import type { Readable, Writable } from 'node:stream';
import type { Transport } from '../transport/transport.ts';

/** A stream that somebody may be looking at. */
export type Terminal = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** All that the command knows of the world outside. */
export interface World {
  readonly stdin: Readable;
  readonly stdout: Terminal;
  readonly stderr: Terminal;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly transport: Transport;
  /** The version of this package. */
  readonly version: string;
}

/** Whether colours are seen, and wanted (https://no-color.org). */
export function hasColour({ isTTY }: Terminal, { NO_COLOR = '', TERM }: World['env']): boolean {
  return isTTY === true && NO_COLOR === '' && TERM !== 'dumb';
}
