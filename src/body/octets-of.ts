const encoder = new TextEncoder();

/**
 * A piece of content from a source that may have others: strings are UTF-8.
 *
 * @throws TypeError for what is neither octets nor a string
 */
export function octetsOf(piece: unknown): Uint8Array {
  if (piece instanceof Uint8Array) return piece;
  if (typeof piece === 'string') return encoder.encode(piece);
  throw new TypeError(`a piece of content must be a Uint8Array or a string, not ${typeof piece}`);
}
