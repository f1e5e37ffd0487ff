import { getHeader, type HeaderList } from '../../message/headers.ts';

/** A content coding, and how the names of files end that have it. */
export type ContentCoding = 'br' | 'gzip' | 'zstd';

export const ENDINGS: Readonly<Record<ContentCoding, string>> = { br: '.br', gzip: '.gz', zstd: '.zst' };

/**
 * The codings of those offered that the client takes (RFC 9110 §12.5.3), in the order of the offer. None for a client that
 * says nothing: it may take all of them, and many do not.
 */
export function acceptedCodings(headers: HeaderList, offered: readonly ContentCoding[]): ContentCoding[] {
  const accepted = new Map<string, boolean>();
  for (const member of getHeader(headers, 'accept-encoding')) {
    const [coding, ...params] = member.split(';').map((part) => part.trim().toLowerCase());
    accepted.set(coding, !params.some((param) => /^q=0(\.0*)?$/.test(param)));
  }
  return offered.filter((coding) => accepted.get(coding) ?? accepted.get('*') ?? false);
}
