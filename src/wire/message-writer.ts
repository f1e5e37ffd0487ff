import { UnwritableError } from '../message/errors.ts';
import type { HeaderList } from '../message/headers.ts';
import { connectionOptions, controlName, isHopByHop, type ControlFields } from './control-fields.ts';
import { formatField } from './field-section.ts';
import type { Framing } from './framing.ts';

/** What a head is made of, once it is decided what the message is. */
export interface Head {
  /** With its line end, as `formatRequestLine` and `formatStatusLine` make it. */
  readonly startLine: string;
  /** The caller's fields: those for one hop only are left out (RFC 9110 §7.6.1), the framing is put right. */
  readonly headers: HeaderList;
  /** The control fields of `headers`. */
  readonly fields: ControlFields;
  /** What the head says of the end of the message. */
  readonly declared: Framing | undefined;
  /** Field lines of the library's own that stand before the caller's: Host is first (RFC 9110 §7.2). */
  readonly before?: string;
  /** Field lines of the library's own that stand behind the caller's. */
  readonly behind?: string;
  /** Whether the library writes the Host field. */
  readonly ownsHost?: boolean;
}

/**
 * A whole head, its empty line included, as latin1.
 *
 * Exactly one framing field leaves, whatever came in: a declared Content-Length takes the place of the caller's first.
 *
 * @throws UnwritableError for a field that would not be one
 */
export function formatHead({
  startLine,
  headers,
  fields,
  declared,
  before = '',
  behind = '',
  ownsHost,
}: Head): string {
  const options = connectionOptions(fields);
  let framing = declared === undefined ? '' : formatFraming(declared);
  let head = startLine + before;
  for (const [name, value] of headers) {
    const control = controlName(name);
    if (control === 'content-length') {
      head += framing;
      framing = '';
    } else if (!(control === 'host' && ownsHost) && !isHopByHop(name, options, control)) {
      head += formatField(name, value);
    }
  }
  return `${head}${framing}${behind}\r\n`;
}

function formatFraming(framing: Framing): string {
  switch (framing.type) {
    case 'length':
      return `Content-Length: ${String(framing.length)}\r\n`;
    case 'chunked':
      return 'Transfer-Encoding: chunked\r\n';
    case 'close':
    case 'tunnel':
      return '';
  }
}

/** Fields that a recipient would act on before it knows them, so that no trailer may be one (RFC 9110 §6.5.1). */
const FORBIDDEN_TRAILERS: ReadonlySet<string> = new Set([
  'age',
  'authorization',
  'cache-control',
  'connection',
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'cookie',
  'date',
  'expect',
  'expires',
  'host',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'keep-alive',
  'location',
  'max-forwards',
  'pragma',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'range',
  'retry-after',
  'set-cookie',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'vary',
  'warning',
  'www-authenticate',
]);

/** Whether no trailer may be this field (RFC 9110 §6.5.1). */
export function isForbiddenTrailer(name: string): boolean {
  return FORBIDDEN_TRAILERS.has(name.toLowerCase());
}

/**
 * A trailer section with the empty line that ends it (RFC 9112 §7.1.2).
 *
 * @throws UnwritableError for a field that would not be one, or that no trailer may be
 */
export function formatTrailers(trailers: HeaderList): string {
  let section = '';
  for (const [name, value] of trailers) {
    if (isForbiddenTrailer(name)) throw new UnwritableError(`${name} as a trailer field`);
    section += formatField(name, value);
  }
  return `${section}\r\n`;
}
