/** On every Buffer of Node, Bun and Deno, and of any Uint8Array. */
const slice = Reflect.get(Buffer.prototype, 'latin1Slice') as (
  this: Uint8Array,
  start: number,
  end: number,
) => string;

/** The octets as a string of as many code units, none above 0xFF. */
export function latin1(octets: Uint8Array, start = 0, end: number = octets.length): string {
  return slice.call(octets, start, end);
}
