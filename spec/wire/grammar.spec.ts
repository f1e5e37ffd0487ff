import { describe, expect, test } from '@jest/globals';
import { HEX_VALUES, isTargetText, isText, isToken, parseDigits } from '../../src/wire/grammar.ts';

/** The octets for which a rule holds, as text. */
function octetsOf(rule: (text: string) => boolean): string {
  return Array.from({ length: 256 }, (_, octet) => String.fromCharCode(octet))
    .filter(rule)
    .join('');
}

const DIGIT = '0123456789';
const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const ALPHA = UPPER + UPPER.toLowerCase();
const VCHAR = Array.from({ length: 94 }, (_, at) => String.fromCharCode(0x21 + at)).join('');
const OBS_TEXT = Array.from({ length: 128 }, (_, at) => String.fromCharCode(0x80 + at)).join('');
const sorted = (text: string): string => Array.from(text).sort().join('');

describe('classes of octets', () => {
  test('tchar is that of RFC 9110 §5.6.2', () => {
    expect(octetsOf(isToken)).toBe(sorted(`!#$%&'*+-.^_\`|~${DIGIT}${ALPHA}`));
  });

  test('text is HTAB, SP, VCHAR and obs-text (RFC 9110 §5.5)', () => {
    expect(octetsOf(isText)).toBe(sorted(`\t ${VCHAR}${OBS_TEXT}`));
  });

  test('a target is VCHAR without # and backslash', () => {
    expect(octetsOf(isTargetText)).toBe(sorted(VCHAR).replace('#', '').replace('\\', ''));
  });

  test('tokens and targets are not empty, text may be', () => {
    expect([isToken(''), isTargetText(''), isText('')]).toEqual([false, false, true]);
  });

  test.each(['\u0100', '\u010a', '\u0120', '\u0141', '\u2028', '\uff21', '😀'])('%j is no octet', (char) => {
    expect([isToken(`a${char}`), isText(`a${char}`), isTargetText(`/${char}`)]).toEqual([
      false,
      false,
      false,
    ]);
  });

  test('hexadecimal digits have their values and no other octet has one', () => {
    for (let octet = 0; octet < 256; octet++) {
      const char = String.fromCharCode(octet);
      expect(HEX_VALUES[octet]).toBe(/[0-9A-Fa-f]/.test(char) ? Number.parseInt(char, 16) : -1);
    }
  });
});

describe('parseDigits', () => {
  test.each([
    ['0', 0],
    ['00', 0],
    ['007', 7],
    ['1234567890', 1234567890],
    ['9007199254740991', 2 ** 53 - 1],
    [`${'0'.repeat(100)}5`, 5],
    ['9007199254740992', -1],
    ['9007199254740993', -1],
    ['99999999999999999999999', -1],
    ['', -1],
    [' 1', -1],
    ['1 ', -1],
    ['+1', -1],
    ['-1', -1],
    ['0x1', -1],
    ['1e1', -1],
    ['1.0', -1],
    ['1_0', -1],
    ['/', -1],
    [':', -1],
    ['١', -1],
    ['\xb2', -1],
  ])('%j is %i', (text, value) => {
    expect(parseDigits(text)).toBe(value);
  });
});
