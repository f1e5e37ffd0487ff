/** Whether these are octets, of whichever realm: an array of larger numbers has a length that is not how many leave. */
export function isOctets(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value) && (value as Uint8Array).BYTES_PER_ELEMENT === 1;
}
