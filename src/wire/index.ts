/**
 * HTTP/1.1 as bytes: readers and writers for those who bring their own connections. No sockets, no time, no RxJS.
 *
 * @packageDocumentation
 */
export { bodyWriter, type BodyWriter, type Write } from './body-writer.ts';
export { controlFields, type ControlFields, type ControlName } from './control-fields.ts';
export { sentRequestFraming, sentResponseFraming, type Framing, type SentFraming } from './framing.ts';
export { REQUEST_LIMITS, RESPONSE_LIMITS, type GivenLimits, type WireLimits } from './limits.ts';
export type { MessageReader } from './message-reader.ts';
export { formatHead, formatTrailers, type Head } from './message-writer.ts';
export { isPersistent } from './persistence.ts';
export { RequestReader, type RequestReaderOptions } from './request-reader.ts';
export { ResponseReader, type ResponseReaderOptions } from './response-reader.ts';
export { formatRequestLine, formatStatusLine } from './start-line.ts';
