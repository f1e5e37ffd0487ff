/** What a server says of how it keeps a connection open (RFC 2068 §19.7.1.1): the one place that ever defined it. */
export interface KeepAlive {
  /** ms that it waits for the next request. */
  readonly timeout: number | undefined;
  /** How many more requests it takes. */
  readonly max: number | undefined;
}

/** Reads the value of a Keep-Alive field, such as `timeout=5, max=100`; what is not understood is no hint. */
export function parseKeepAlive(value: string): KeepAlive {
  const seconds = parameter(value, 'timeout');
  return { timeout: seconds === undefined ? undefined : seconds * 1000, max: parameter(value, 'max') };
}

function parameter(value: string, name: string): number | undefined {
  const text = new RegExp(`(?:^|[,;])[ \\t]*${name}[ \\t]*=[ \\t]*"?(\\d{1,9})`, 'i').exec(value)?.[1];
  return text === undefined ? undefined : Number(text);
}
