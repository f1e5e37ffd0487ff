/** What one proxy says of the request that it was sent (RFC 7239 §4): parameters by their lower-cased names. */
export type ForwardedElement = ReadonlyMap<string, string>;

/** Optional whitespace, a token, `=`, and a token or a quoted string (RFC 7239 §4); and what separates it from the next. */
const PAIR =
  /[ \t]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)=(?:([!#$%&'*+.^_`|~0-9A-Za-z-]+)|"((?:[\t\x20\x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t\x20-\x7e\x80-\xff])*)")[ \t]*([;,]|$)/y;

/**
 * The elements of a Forwarded line, that of the nearest proxy last. Undefined if the line is not of its form, and then
 * nothing of it can be believed: a quote that a client has left open swallows what a proxy has put behind it.
 */
export function parseForwarded(line: string): readonly ForwardedElement[] | undefined {
  const elements: Map<string, string>[] = [];
  let element = new Map<string, string>();
  PAIR.lastIndex = 0;
  for (;;) {
    const match = PAIR.exec(line) as (string | undefined)[] | null;
    if (match === null) return undefined;
    const [, name = '', token, quoted = '', separator] = match;
    const key = name.toLowerCase();
    // §4: each parameter once in an element.
    if (element.has(key)) return undefined;
    element.set(key, token ?? quoted.replace(/\\(.)/g, '$1'));
    if (separator === ';') continue;
    elements.push(element);
    element = new Map();
    if (separator === '') return elements;
  }
}

/** An address, and the port if one is named. */
export interface ForwardedNode {
  readonly address: string | undefined;
  readonly port: number | undefined;
}

const NODE =
  /^(?:\[([0-9A-Fa-f:.]+)\]|(\d+\.\d+\.\d+\.\d+)|unknown|_[A-Za-z0-9._-]+)(?::(\d{1,5}|_[A-Za-z0-9._-]+))?$/;

/** Who is meant by `for` (§6): no address if that is not told. Undefined if it is nobody; whether an address is one is not looked at. */
export function parseNode(text: string): ForwardedNode | undefined {
  const match = NODE.exec(text) as (string | undefined)[] | null;
  if (match === null) return undefined;
  const [, ipv6, ipv4, port] = match;
  const isNumber = port !== undefined && !port.startsWith('_');
  return { address: ipv6 ?? ipv4, port: isNumber ? Number(port) : undefined };
}
