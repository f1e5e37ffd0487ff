/**
 * The classes of octets that RFC 9110 §5.6 and RFC 9112 speak of, one bit each in one table, so that a reader decides
 * with one look at each octet and no locale, Unicode or regular expression has a say.
 */

export const HTAB = 0x09;
export const LF = 0x0a;
export const CR = 0x0d;
export const SP = 0x20;
export const COLON = 0x3a;

/** `tchar` (RFC 9110 §5.6.2): what methods and field names are made of. */
export const TCHAR = 1;
/** What a field value or a reason phrase may hold: HTAB, SP, VCHAR and obs-text (RFC 9110 §5.5). */
export const TEXT = 2;
/**
 * What a request target may hold: VCHAR without `#` (a fragment is never sent, RFC 9112 §3.2) and without `\`, which
 * some readers take for `/`. Wider than RFC 3986, as every URL that browsers accept must fit.
 */
const TARGET = 4;

/** Every octet that does not end a line. */
export const IN_LINE = 8;
/** Every octet that ends neither a line nor a field name. */
export const BEFORE_COLON = 16;

export const CLASSES: Uint8Array = new Uint8Array(256);
for (let octet = 0; octet < 256; octet++) {
  const isVisible = octet > SP && octet < 0x7f;
  const char = String.fromCharCode(octet);
  if (isVisible && !'"(),/:;<=>?@[\\]{}'.includes(char)) CLASSES[octet] |= TCHAR;
  if (isVisible || octet === HTAB || octet === SP || octet > 0x7f) CLASSES[octet] |= TEXT;
  if (isVisible && octet !== 0x23 && octet !== 0x5c) CLASSES[octet] |= TARGET;
  if (octet !== CR && octet !== LF) CLASSES[octet] |= octet === COLON ? IN_LINE : IN_LINE | BEFORE_COLON;
}

/** Whether `text` is a string of octets of the class: a code unit above 0xFF is in none. */
function isAll(text: unknown, octetClass: number): boolean {
  if (typeof text !== 'string') return false;
  for (let at = 0; at < text.length; at++) {
    const octet = text.charCodeAt(at);
    if (octet > 0xff || (CLASSES[octet] & octetClass) === 0) return false;
  }
  return true;
}

/** `token` (RFC 9110 §5.6.2): one `tchar` or more. */
export function isToken(text: string): boolean {
  return text !== '' && isAll(text, TCHAR);
}

/** Whether `text` can stand in a field value or reason phrase: no NUL, CR, LF or other control but HTAB. */
export function isText(text: string): boolean {
  return isAll(text, TEXT);
}

/** Whether `text` has only octets that a request target may hold, and at least one. */
export function isTargetText(text: string): boolean {
  return text !== '' && isAll(text, TARGET);
}

/** The value of a HEXDIG by octet, −1 for every other octet. */
export const HEX_VALUES: Int8Array = new Int8Array(256).fill(-1);
for (let digit = 0; digit < 16; digit++) {
  HEX_VALUES[digit.toString(16).charCodeAt(0)] = digit;
  HEX_VALUES[digit.toString(16).toUpperCase().charCodeAt(0)] = digit;
}

/**
 * `1*DIGIT` as an integer, or −1 when it is anything else or above 2^53 − 1. Never `Number()`, which takes `0x10`, `1e3`,
 * `+1`, the empty string and whitespace of forty kinds.
 */
export function parseDigits(text: string): number {
  if (text === '') return -1;
  let value = 0;
  for (let at = 0; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
    if (value > Number.MAX_SAFE_INTEGER) return -1;
  }
  return value;
}
