/**
 * Testing exchanges on virtual time.
 *
 * @packageDocumentation
 */
export {
  recordMarbles,
  type Recording,
  type RecordMarblesOptions,
  type RecordValuesOptions,
} from '../operators/record-marbles.ts';
export { formatRecording, parseRecording } from '../operators/recording-text.ts';
export { replay, type ReplayOptions } from '../operators/replay.ts';
export { assertExchange, exchangeMatchers, type ExchangeMatchers } from './assert-exchange.ts';
export { compare } from './compare.ts';
export type { ConnectionScript, OctetValues, Reply, ReplyScript } from './connection-script.ts';
export { expectExchange, type ExpectedExchange } from './expect-exchange.ts';
export type { ExpectedError, ExpectedNotification } from './expected-values.ts';
export {
  fakeExchange,
  type Answer,
  type AnswerScript,
  type AnswerValue,
  type FakeExchange,
  type FakeRequest,
  type MatchedAnswer,
} from './fake-exchange.ts';
export {
  HttpTestScheduler,
  type HttpRunHelpers,
  type HttpTestSchedulerOptions,
} from './http-test-scheduler.ts';
export type { LinkOptions } from './link.ts';
export { linkNetwork, type LinkNetwork } from './link-network.ts';
export type { ConnectionEvent, ReceivedRequest } from './logged-connection.ts';
export { memoryTransport } from './memory-transport.ts';
export type {
  EventLetters,
  Expected,
  NetworkExpectations,
  Pooled,
  PoolStats,
  Projection,
} from './network-log.ts';
export { asked, chunk, CHUNKED, head, lastChunk, sized } from './octets.ts';
export {
  scriptedNetwork,
  type NetworkOptions,
  type NetworkScript,
  type ScriptedNetwork,
} from './scripted-network.ts';
export {
  scriptedClients,
  type ClientScript,
  type ClientsOptions,
  type ReceivedOctets,
  type ReceivedResponse,
  type ScriptedClients,
} from './scripted-clients.ts';
export { serverRequest, type ServerRequestOptions } from './server-request.ts';
export * from './test-errors.ts';
