import { trimWhitespace } from '../../message/headers.ts';

/** Octets of a file, from the first to the last of them, which is one of them (RFC 9110 §14.1.1). */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** More than anybody needs who shows a film or goes on with a download; a hundred of one octet each are an attack. */
const MOST_RANGES = 16;
/** Octets that another part of a multipart response costs: what is not further apart is sent as one. */
const OVERHEAD = 80;

/**
 * The ranges that a Range field asks for (RFC 9110 §14.2), in the order of the file, none overlapping another. None, if no
 * octet of the file is in any of them. Undefined if the field is to be ignored: it is malformed, of another unit than
 * octets, or asks for too much work.
 */
export function byteRanges(field: string, size: number): readonly ByteRange[] | undefined {
  const set = /^bytes=(.*)$/i.exec(field)?.[1];
  if (set === undefined || size === 0) return undefined;
  const specs = set
    .split(',', MOST_RANGES + 1)
    .map(trimWhitespace)
    .filter((spec) => spec !== '');
  if (specs.length === 0 || specs.length > MOST_RANGES) return undefined;
  const ranges: ByteRange[] = [];
  for (const spec of specs) {
    const [, first, last] = /^(\d*)-(\d*)$/.exec(spec) ?? ([] as undefined[]);
    if (first === undefined || last === undefined || first + last === '') return undefined;
    const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
    const end = first === '' || last === '' ? size - 1 : Number(last);
    if (start > end && first !== '' && last !== '') return undefined;
    if (start < size && start <= end) ranges.push({ start, end: Math.min(end, size - 1) });
  }
  return joined(ranges.sort((a, b) => a.start - b.start));
}

function joined(sorted: readonly ByteRange[]): readonly ByteRange[] {
  const apart: ByteRange[] = [];
  for (const range of sorted) {
    const before = apart.at(-1);
    if (before === undefined || range.start > before.end + OVERHEAD) apart.push(range);
    else apart[apart.length - 1] = { start: before.start, end: Math.max(before.end, range.end) };
  }
  return apart;
}
