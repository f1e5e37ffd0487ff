/**
 * RFC 9112 read once more, by another hand and as plainly as can be: regular expressions over the whole text of a connection.
 * What a server has read as a request must be one here, with the same method, target and content.
 */

/** A request as it was read. */
export interface Read {
  readonly method: string;
  readonly target: string;
  /** As latin1. */
  readonly content: string;
}

const TCHAR = "[!#$%&'*+.^_`|~0-9A-Za-z-]";
const REQUEST_LINE = new RegExp(`^(${TCHAR}+) ([\\x21-\\x7e]+) HTTP/1\\.([0-9])\\r\\n`);
const FIELD_LINE = new RegExp(`^(${TCHAR}+):[ \\t]*([\\t\\x20-\\x7e\\x80-\\xff]*?)[ \\t]*\\r\\n`);
const CHUNK_LINE = new RegExp(
  `^([0-9A-Fa-f]+)(?:[ \\t]*;[ \\t]*${TCHAR}+(?:[ \\t]*=[ \\t]*(?:${TCHAR}+|"(?:[^"\\\\\\x00-\\x08\\x0a-\\x1f\\x7f]|\\\\[\\t\\x20-\\x7e\\x80-\\xff])*"))?)*\\r\\n`,
);

/** The requests of a connection, up to the first that is none, or is not whole, or behind which there is no other. */
export function strictReading(text: string): Read[] {
  const requests: Read[] = [];
  let rest = text;
  for (;;) {
    rest = rest.replace(/^\r\n/, '');
    const line = REQUEST_LINE.exec(rest);
    if (line === null) return requests;
    const [head, method = '', target = '', minor] = line;
    const fields = fieldSection(rest.slice(head.length));
    if (fields === undefined) return requests;
    const is11 = minor !== '0';
    const values = (name: string): string[] =>
      fields.lines.filter(([each]) => each === name).map(([, value]) => value);
    const hosts = values('host');
    if (hosts.length > 1 || (is11 && hosts.length === 0)) return requests;
    const behind = rest.slice(head.length + fields.length);
    const content = contentOf(behind, values('content-length'), values('transfer-encoding'), is11);
    if (content === undefined) return requests;
    requests.push({ method, target, content: content.text });
    rest = behind.slice(content.length);
    const options = values('connection')
      .join(',')
      .toLowerCase()
      .split(',')
      .map((option) => option.trim());
    const isLast = options.includes('close') || !(is11 || options.includes('keep-alive'));
    if (isLast || method === 'CONNECT') return requests;
  }
}

function fieldSection(text: string): { lines: [string, string][]; length: number } | undefined {
  const lines: [string, string][] = [];
  let at = 0;
  for (;;) {
    const rest = text.slice(at);
    if (rest.startsWith('\r\n')) return { lines, length: at + 2 };
    const field = FIELD_LINE.exec(rest);
    if (field === null) return undefined;
    const [line, name = '', value = ''] = field;
    lines.push([name.toLowerCase(), value]);
    at += line.length;
  }
}

function contentOf(
  text: string,
  lengths: readonly string[],
  codings: readonly string[],
  is11: boolean,
): { text: string; length: number } | undefined {
  if (codings.length > 0) {
    const isChunked = is11 && lengths.length === 0 && codings.join(',').toLowerCase() === 'chunked';
    return isChunked ? chunked(text) : undefined;
  }
  if (lengths.length === 0) return { text: '', length: 0 };
  const said = new Set(
    lengths
      .join(',')
      .split(',')
      .map((value) => value.replace(/^[ \t]+|[ \t]+$/g, '')),
  );
  const [only = ''] = said;
  if (said.size > 1 || !/^[0-9]+$/.test(only)) return undefined;
  const length = Number(only);
  return length <= text.length ? { text: text.slice(0, length), length } : undefined;
}

function chunked(text: string): { text: string; length: number } | undefined {
  let content = '';
  let at = 0;
  for (;;) {
    const line = CHUNK_LINE.exec(text.slice(at));
    if (line === null) return undefined;
    const size = parseInt(line[1], 16);
    at += line[0].length;
    if (size === 0) break;
    if (text.slice(at + size, at + size + 2) !== '\r\n') return undefined;
    content += text.slice(at, at + size);
    at += size + 2;
  }
  const trailers = fieldSection(text.slice(at));
  return trailers === undefined ? undefined : { text: content, length: at + trailers.length };
}
