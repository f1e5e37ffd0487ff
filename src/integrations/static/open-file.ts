import { constants, type BigIntStats } from 'node:fs';
import { open, realpath, type FileHandle } from 'node:fs/promises';
import { join, sep } from 'node:path';

/** A file that is open, to be closed by whoever asked for it. */
export interface OpenFile {
  readonly handle: FileHandle;
  readonly stats: BigIntStats;
}

/** What there is under a name. */
export type Found = OpenFile | 'folder' | undefined;

/** Whoever asked for something is told that it is not there, whatever keeps us from it. */
const NOT_THERE: ReadonlySet<unknown> = new Set([
  'ENOENT',
  'ENOTDIR',
  'ELOOP',
  'ENAMETOOLONG',
  'EACCES',
  'EPERM',
  'ENXIO',
]);

/** Without waiting for the other end of a pipe, and without following a link that has been put there in the meantime. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK | 0) | (constants.O_NOFOLLOW | 0);

/**
 * Opens the file of these names below a root, if it is a file, and if it is still below the root when all links on the way
 * are followed.
 */
export async function openFile(root: string, segments: readonly string[]): Promise<Found> {
  const top = await realpath(root);
  let handle: FileHandle | undefined;
  try {
    const path = await realpath(join(top, ...segments));
    if (path !== top && !path.startsWith(top.endsWith(sep) ? top : top + sep)) return undefined;
    handle = await open(path, FLAGS);
    const stats = await handle.stat({ bigint: true });
    if (stats.isFile()) return { handle, stats };
    await handle.close();
    return stats.isDirectory() ? 'folder' : undefined;
  } catch (error) {
    await handle?.close();
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EISDIR') return 'folder';
    if (NOT_THERE.has(code)) return undefined;
    throw error;
  }
}
