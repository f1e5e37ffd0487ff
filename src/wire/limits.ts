/** Bounds on what is read before anything is known of it; octets unless said otherwise. */
export interface WireLimits {
  /**
   * Length of the start line. RFC 9112 §3 asks for 8,000 at least; nginx and Apache httpd take 8 KiB.
   *
   * @defaultValue 8192
   */
  readonly startLine: number;
  /**
   * Length of a header or trailer section without its start line. node:http takes 16 KiB on both sides, nginx 32 KiB, curl
   * 300 KiB of a response.
   *
   * @defaultValue 16384 for requests, 65536 for responses
   */
  readonly fieldSection: number;
  /**
   * Number of field lines in a section. Apache httpd and hyper take 100.
   *
   * @defaultValue 100
   */
  readonly fields: number;
  /**
   * Length of one chunk-size line with its extensions.
   *
   * @defaultValue 256
   */
  readonly chunkLine: number;
  /**
   * Sum of all chunk extensions in one message. node:http and hyper take 16 KiB: without such a bound, octets that are
   * nobody's content come for ever.
   *
   * @defaultValue 16384
   */
  readonly chunkExtensions: number;
  /**
   * Number of 1xx responses before a final one.
   *
   * @defaultValue 32
   */
  readonly nonfinals: number;
  /**
   * Number of empty lines before a request line. RFC 9112 §2.2 asks for one at least: some old clients send one behind a
   * POST.
   *
   * @defaultValue 1
   */
  readonly emptyLines: number;
}

export const REQUEST_LIMITS: WireLimits = {
  startLine: 8192,
  fieldSection: 16_384,
  fields: 100,
  chunkLine: 256,
  chunkExtensions: 16_384,
  nonfinals: 32,
  emptyLines: 1,
};

export const RESPONSE_LIMITS: WireLimits = { ...REQUEST_LIMITS, fieldSection: 65_536 };

/** The limits that a caller wants otherwise than by default. */
export type GivenLimits = { readonly [Name in keyof WireLimits]?: number | undefined };

/**
 * The limits given, the defaults for the rest.
 *
 * @throws RangeError for a limit that is not a whole number from 0 up, or that nobody knows
 */
export function withLimits(defaults: WireLimits, given: GivenLimits = {}): WireLimits {
  const entries = Object.entries(given);
  if (entries.length === 0) return defaults;
  const limits: Record<string, number> = { ...defaults };
  for (const [name, value] of entries) {
    if (!Object.hasOwn(defaults, name)) throw new RangeError(`limits.${name} is not a limit`);
    if (value === undefined) continue;
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new RangeError(`limits.${name} must be a whole number from 0 up, not ${String(value)}`);
    }
    limits[name] = value;
  }
  return limits as unknown as WireLimits;
}
