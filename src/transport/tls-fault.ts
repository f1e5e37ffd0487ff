import {
  AlpnError,
  CertificateExpiredError,
  CertificateHostError,
  CertificateRequiredError,
  CertificateUntrustedError,
  HttpError,
  TlsError,
} from '../message/errors.ts';

type Fault = new (detail: string, init: { cause: unknown }) => TlsError;

/**
 * What an error means, by its code and its message. An alert is in both or in the message only, depending on whether it
 * was met by a read or a write; its words are those of OpenSSL for the alerts of RFC 8446 §6.2.
 */
const FAULTS: readonly (readonly [RegExp, Fault | undefined])[] = [
  [/^ERR_TLS_CERT_ALTNAME_/, CertificateHostError],
  [/ alert (bad certificate|unsupported certificate|certificate|unknown ca)\b/, CertificateRequiredError],
  [/ alert no application protocol/, AlpnError],
  [/^(ERR_SSL_|ERR_TLS_|ERR_OSSL_|EPROTO )/, TlsError],
  // The system's and Node's own: the connection broke, whatever was on it.
  [/^(E[A-Z0-9]+|ERR_\w+) /, undefined],
  [/^\w+_(HAS_EXPIRED|NOT_YET_VALID) /, CertificateExpiredError],
  // All others are of the verification: OpenSSL has dozens, and a check of the caller's own may say what it likes.
  [/^/, CertificateUntrustedError],
];

/** What OpenSSL has to say, out of the line of its error queue: number, library and function before it, file and line behind. */
const REASON = /\berror:[0-9A-F]+:[^:]*:[^:]*:([^:\n]+)/;

/** Our error for one of a TLS socket's; undefined when it is not about TLS. */
export function tlsFault(cause: Error): HttpError | undefined {
  if (cause instanceof HttpError) return cause;
  const { code = '', message } = cause as NodeJS.ErrnoException;
  const fault = FAULTS.find(([pattern]) => pattern.test(`${code} ${message}`))?.[1];
  return fault && new fault(REASON.exec(message)?.[1] ?? message, { cause });
}
