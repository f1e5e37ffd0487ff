/**
 * HTTP exchanges as RxJS Observables: an HTTP/1.1 client and server for Node.
 *
 * @packageDocumentation
 */
export { bytes } from './body/bytes.ts';
export { collect } from './body/collect.ts';
export { concatMapBody } from './body/concat-map-body.ts';
export { bytesBody, formBody, jsonBody, textBody, type Content } from './body/content.ts';
export { fromIterable, type Pieces } from './body/from-iterable.ts';
export { fromReadable } from './body/from-readable.ts';
export { fromWebStream } from './body/from-web-stream.ts';
export type { ExchangeNotification, GatherOptions } from './body/gathering.ts';
export { json, jsonOf } from './body/json.ts';
export { respond } from './body/respond.ts';
export { successful } from './body/successful.ts';
export { text, textOf } from './body/text.ts';
export { toReadable, type SinkOptions } from './body/to-readable.ts';
export { toWebStream } from './body/to-web-stream.ts';
export type { ConnectDelay } from './client/connect-backoff.ts';
export type {
  ConnectionErrorMessage,
  ConnectionMessage,
  ExchangeEndMessage,
  ExchangeHeadMessage,
  ExchangeStartMessage,
  PoolMessage,
} from './client/diagnostics.ts';
export type { PoolStats } from './client/pool-stats.ts';
export type { Timings } from './client/timings.ts';
export type { HttpClientOptions, HttpClientSettings } from './client/client-settings.ts';
export { HttpClient, type ClientExchange } from './client/http-client.ts';
export { proxyTransport, type ProxyChoice, type ProxyOptions } from './client/proxy.ts';
export { HttpClientExchange } from './client/http-client-exchange.ts';
export { toOrigin } from './interceptors/to-origin.ts';
export type { Connection, ConnectionInfo, TlsInfo } from './message/connection.ts';
export * from './message/errors.ts';
export {
  compose,
  type Exchange,
  type HttpRequest,
  type HttpServerRequest,
  type Interceptor,
  type UpgradeOffer,
} from './message/exchange.ts';
export type { ExchangeFacts } from './message/exchange-facts.ts';
export type { HttpResponse } from './message/http-response.ts';
export type { Flow } from './message/flow.ts';
export { getHeader, headerDict, headerNames, type HeaderList } from './message/headers.ts';
export * from './message/notifications.ts';
export { statusPhrase } from './message/status.ts';
export {
  recordMarbles,
  type Recording,
  type RecordMarblesOptions,
  type RecordValuesOptions,
} from './operators/record-marbles.ts';
export { replay, type ReplayOptions } from './operators/replay.ts';
export { formatRecording, parseRecording } from './operators/recording-text.ts';
export { backoff, type BackoffOptions } from './operators/backoff.ts';
export { connectTimeout } from './operators/connect-timeout.ts';
export { deadline } from './operators/deadline.ts';
export { headersTimeout } from './operators/headers-timeout.ts';
export { readTimeout } from './operators/read-timeout.ts';
export {
  retryExchange,
  type RetryCause,
  type RetryDelay,
  type RetryOptions,
} from './operators/retry-exchange.ts';
export { Permits, withPermit, type PermitsOptions } from './operators/with-permit.ts';
export { HttpServer, type Handler } from './server/http-server.ts';
export type { ListenOptions, ServerNotification } from './server/listening.ts';
export type { HttpServerOptions, HttpServerSettings } from './server/server-settings.ts';
export type { TimeoutSettings } from './server/timeouts.ts';
export { proxyProtocol, type ProxyProtocolOptions } from './server/proxy-protocol.ts';
export { trustForwarded, type TrustForwardedOptions } from './server/trust-forwarded.ts';
export { HttpServerExchange } from './server/http-server-exchange.ts';
export { toDuplex } from './transport/duplex.ts';
export { splice } from './transport/splice.ts';
export type { AddressCheck } from './transport/check-address.ts';
export { publicOnly } from './transport/public-only.ts';
export { tcpTransport, type TcpOptions } from './transport/tcp.ts';
export { unixTransport } from './transport/unix.ts';
export { tlsTransport, type TlsTransport } from './transport/tls.ts';
export type { TlsContextOptions, TlsOptions } from './transport/tls-options.ts';
export type {
  ConnectNotification,
  ConnectTarget,
  EstablishedConnection,
  ListenAddress,
  AcceptedConnection,
  ListenNotification,
  Transport,
} from './transport/transport.ts';
export type { GivenLimits, WireLimits } from './wire/limits.ts';
