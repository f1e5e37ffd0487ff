import { expect, test } from '@jest/globals';
import type { Flow } from '../../src/message/flow.ts';
import {
  requestBody,
  requestDone,
  responseBody,
  responseDone,
  responseNonfinal,
  responseStart,
} from '../../src/message/notifications.ts';

const chunk = Uint8Array.of(1);
const flow: Flow = { hold: () => ({ unsubscribe: () => {} }) };

test.each([
  [requestBody(chunk), { type: 'request_body', chunk, flow: undefined }],
  [requestBody(chunk, flow), { type: 'request_body', chunk, flow }],
  [requestDone(), { type: 'request_done', trailers: [] }],
  [requestDone([['a', 'b']]), { type: 'request_done', trailers: [['a', 'b']] }],
  [
    responseNonfinal(103, [['a', 'b']], 'x'),
    { type: 'response_nonfinal', status: 103, phrase: 'x', headers: [['a', 'b']], version: undefined },
  ],
  [
    responseNonfinal(100),
    { type: 'response_nonfinal', status: 100, phrase: undefined, headers: [], version: undefined },
  ],
  [
    responseStart(200),
    { type: 'response_start', status: 200, phrase: undefined, headers: [], version: undefined },
  ],
  [
    responseStart(404, [['a', 'b']], ''),
    { type: 'response_start', status: 404, phrase: '', headers: [['a', 'b']], version: undefined },
  ],
  [responseBody(chunk), { type: 'response_body', chunk, flow: undefined }],
  [responseBody(chunk, flow), { type: 'response_body', chunk, flow }],
  [responseDone(), { type: 'response_done', trailers: [] }],
  [responseDone([['a', 'b']]), { type: 'response_done', trailers: [['a', 'b']] }],
])('%j', (made, notification) => {
  expect(made).toStrictEqual(notification);
});
