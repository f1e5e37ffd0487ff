import { sep } from 'node:path';

/** Where to look for what was asked for. */
export interface FilePath {
  /** The segments of the path, percent-decoded, each the name of a file or of a folder and nothing else. */
  readonly segments: readonly string[];
  /** Whether the path ends with a slash, and so is that of a folder. */
  readonly isFolder: boolean;
}

/** Made to be served (RFC 8615). */
const WELL_KNOWN = '.well-known';

/**
 * The file that a path asks for, below the prefix; undefined if there can be none.
 *
 * Decoded segment by segment, so that an encoded slash is no slash. A segment that leads elsewhere (`.`, `..`), or that has
 * what the system would take for a separator or an end, is the name of no file; nor is an empty one, which makes a path like
 * `//host/` that a redirect would hand on as the address of another host.
 *
 * @param path - as it was received
 * @throws URIError when it is not percent-encoded as it should be
 */
export function filePath(path: string, prefix: string, dotfiles: boolean): FilePath | undefined {
  if (path === prefix) return { segments: [], isFolder: false };
  if (!path.startsWith(`${prefix}/`)) return undefined;
  const segments = path
    .slice(prefix.length + 1)
    .split('/')
    .map(decodeURIComponent);
  const isFolder = segments.at(-1) === '';
  if (isFolder) segments.pop();
  const isName = (segment: string, nth: number): boolean => {
    if (segment === '' || segment === '.' || segment === '..') return false;
    if (segment.includes('/') || segment.includes(sep) || segment.includes('\0')) return false;
    return dotfiles || !segment.startsWith('.') || (nth === 0 && segment === WELL_KNOWN);
  };
  return segments.every(isName) ? { segments, isFolder } : undefined;
}
