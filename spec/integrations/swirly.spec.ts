import { describe, expect, test } from '@jest/globals';
import { responseBody, responseDone, responseNonfinal, responseStart, type Recording } from 'rxchange';
import { drawRecording } from 'rxchange/swirly';

const VALUES = {
  i: responseNonfinal(103),
  s: responseStart(200),
  f: responseStart(404),
  b: responseBody(new Uint8Array(300)),
  c: responseBody(new Uint8Array(12_345)),
  d: responseDone(),
};

const recording = (marbles: string, more: Partial<Recording> = {}): Recording => ({
  marbles,
  values: VALUES,
  subscription: '^',
  frame: 1,
  ...more,
});

/** What is written in a picture: in its marbles, the first of which is drawn last, and below them. */
function textsOf(picture: string): string[] {
  const texts = Array.from(picture.matchAll(/<text[^>]*>([^<]*)</g), ([, text]) => text);
  return [...texts.slice(0, -1).reverse(), ...texts.slice(-1)];
}

describe('a picture of a recording', () => {
  test('is SVG, with what came in its order, and how long a step is', () => {
    const picture = drawRecording(recording('--i--s--b--c--(d|)'));
    expect(picture).toMatch(/^<svg .*<\/svg>$/s);
    expect(textsOf(picture)).toEqual(['103', '200', '300', '12k', 'd', '14 ms in steps of 1']);
  });

  test('has a title', () => {
    expect(textsOf(drawRecording(recording('s'), { title: 'GET <a>' }))).toEqual([
      '200',
      'GET &lt;a&gt; · 0 ms in steps of 1',
    ]);
  });

  test('is no wider for what took longer: its steps are', () => {
    const widthOf = (picture: string): number => Number(/width="([\d.]+)"/.exec(picture)?.[1]);
    const long = drawRecording(recording('s 90s (d|)'));
    expect(textsOf(long).at(-1)).toBe('90001 ms in steps of 5000');
    expect(widthOf(long)).toBeLessThan(1_600);
    expect(textsOf(drawRecording(recording('s 89s (d|)'), { steps: 9 })).at(-1)).toBe(
      '89001 ms in steps of 10000',
    );
    expect(textsOf(drawRecording(recording('s 90ms (d|)', { frame: 20 }))).at(-1)).toBe(
      '1820 ms in steps of 100',
    );
  });

  test('has one marble for the content of a step', () => {
    expect(textsOf(drawRecording(recording('(sbbb)-b 290ms (d|)')))).toEqual([
      '200',
      '1.2k',
      'd',
      '298 ms in steps of 10',
    ]);
  });

  test('shows how it ended', () => {
    const shapes = (picture: string): string[] =>
      picture.match(/<(line|ellipse)/g)!.map((tag) => tag.slice(1));
    expect(shapes(drawRecording(recording('s-|')))).toEqual(['line', 'line', 'ellipse']);
    expect(shapes(drawRecording(recording('s-#', { error: new Error('x') })))).toEqual([
      'line',
      'line',
      'line',
      'ellipse',
    ]);
    expect(textsOf(drawRecording(recording('s', { subscription: '^----!' })))).toContain('!');
    expect(drawRecording(recording('f'))).toContain('#ffcdd2');
  });

  test('may be empty', () => {
    expect(textsOf(drawRecording(recording('')))).toEqual(['0 ms in steps of 1']);
  });

  test.each([0, NaN, -1])('has no %s steps', (steps) => {
    expect(() => drawRecording(recording('s'), { steps })).toThrow(RangeError);
  });
});
