import { describe, expect, test } from '@jest/globals';
import { parseArguments } from '../../src/cli/arguments.ts';
import { UsageError } from '../../src/cli/usage.ts';

const GET = {
  type: 'request',
  uri: 'http://host/',
  method: 'GET',
  headers: [],
  data: undefined,
  output: undefined,
  include: false,
  cacert: undefined,
  frame: undefined,
  record: undefined,
};

describe('parseArguments', () => {
  test.each<[string[], object]>([
    [['http://host/'], {}],
    [['host/'], {}],
    [['localhost:8080/a?b'], { uri: 'http://localhost:8080/a?b' }],
    [['HTTPS://host/'], { uri: 'HTTPS://host/' }],
    [['-X', 'PURGE', 'host/'], { method: 'PURGE' }],
    [['host/', '--method=OPTIONS'], { method: 'OPTIONS' }],
    [['-I', 'host/'], { method: 'HEAD', include: true }],
    [['-I', '-X', 'GET', 'host/'], { method: 'GET', include: true }],
    [['-i', 'host/'], { include: true }],
    [['-d', 'x', 'host/'], { method: 'POST', data: { type: 'text', text: 'x' } }],
    [['-d', '', 'host/'], { method: 'POST', data: { type: 'text', text: '' } }],
    [['-d', '-', 'host/'], { method: 'POST', data: { type: 'stdin' } }],
    [['-d@a b', '-XPUT', 'host/'], { method: 'PUT', data: { type: 'file', path: 'a b' } }],
    [['-o', 'file', 'host/'], { output: 'file' }],
    [['-o', '-', 'host/'], {}],
    [
      ['-H', 'A: b', '--header', 'a:c:d ', '-H', 'E:', 'host/'],
      {
        headers: [
          ['A', ' b'],
          ['a', 'c:d '],
          ['E', ''],
        ],
      },
    ],
    [['-H', 'A: é', 'host/'], { headers: [['A', ' \u00c3\u00a9']] }],
    [['--marbles', 'host/'], { frame: 10 }],
    [['--frame', '2.5', 'host/'], { frame: 2.5 }],
    [['--record', 'file', 'host/'], { record: 'file' }],
    [['--cacert', 'ca.pem', 'https://host/'], { uri: 'https://host/', cacert: 'ca.pem' }],
    [['--', 'host/'], {}],
  ])('%j is a request', (args, expected) => {
    expect(parseArguments(args)).toEqual({ ...GET, ...expected });
  });

  test.each<[string[], object]>([
    [['serve'], { host: 'localhost', port: 8080, frame: undefined }],
    [['serve', '--host', '::1', '--port', '0'], { host: '::1', port: 0, frame: undefined }],
    [['serve', '--marbles'], { host: 'localhost', port: 8080, frame: 10 }],
  ])('%j is a server', (args, expected) => {
    expect(parseArguments(args)).toEqual({ type: 'serve', ...expected });
  });

  test.each<[string[], object]>([
    [['draw', 'file'], { recording: 'file', output: undefined }],
    [['draw', '-o', 'picture', 'file'], { recording: 'file', output: 'picture' }],
    [['draw', '--output=-', 'file'], { recording: 'file', output: undefined }],
  ])('%j is a picture', (args, expected) => {
    expect(parseArguments(args)).toEqual({ type: 'draw', ...expected });
  });

  test.each([
    [['--help'], 'help'],
    [['-h', 'host/'], 'help'],
    [['serve', '--help'], 'help'],
    [['draw', '--help'], 'help'],
    [['--version'], 'version'],
    [['serve', '--version'], 'version'],
    [['draw', '--version'], 'version'],
  ])('%j asks for the %s', (args, type) => {
    expect(parseArguments(args)).toEqual({ type });
  });

  test.each<[string[], string]>([
    [[], 'no URL'],
    [['a/', 'b/'], 'and not also b/'],
    [['-H', 'no colon', 'host/'], 'a header is name:value'],
    [['-H', ': no name', 'host/'], 'a header is name:value'],
    [['--bogus', 'host/'], '--bogus'],
    [['-X'], '-X'],
    [['--head=yes', 'host/'], '--head'],
    [['--frame', '0', 'host/'], 'a frame is a number of ms'],
    [['--frame', '-1', 'host/'], '--frame'],
    [['--frame', '1e3', 'host/'], 'a frame is a number of ms'],
    [['serve', '.'], 'serve takes no .'],
    [['serve', '--port', '65536'], '65536 is not a port'],
    [['serve', '--port', 'http'], 'http is not a port'],
    [['serve', '-d', 'x'], '-d'],
    [['draw'], 'draw takes one file'],
    [['draw', 'a', 'b'], 'draw takes one file'],
    [['draw', '--marbles', 'a'], '--marbles'],
  ])('%j is wrong usage', (args, message) => {
    const parse = (): unknown => parseArguments(args);
    expect(parse).toThrow(UsageError);
    expect(parse).toThrow(message);
  });
});
