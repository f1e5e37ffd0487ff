import { expect, test } from '@jest/globals';
import { ConnectionResetError } from '../../src/message/errors.ts';
import { tlsFault } from '../../src/transport/tls-fault.ts';

test.each<[code: string | undefined, message: string, fault: string | undefined]>([
  ['ERR_TLS_CERT_ALTNAME_INVALID', "Hostname/IP does not match certificate's altnames", 'CERTIFICATE_HOST'],
  ['ERR_TLS_CERT_ALTNAME_FORMAT', 'Invalid subject alternative name string', 'CERTIFICATE_HOST'],
  ['CERT_HAS_EXPIRED', 'certificate has expired', 'CERTIFICATE_EXPIRED'],
  ['CERT_NOT_YET_VALID', 'certificate is not yet valid', 'CERTIFICATE_EXPIRED'],
  ['CRL_HAS_EXPIRED', 'CRL has expired', 'CERTIFICATE_EXPIRED'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed certificate', 'CERTIFICATE_UNTRUSTED'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'self-signed certificate in certificate chain', 'CERTIFICATE_UNTRUSTED'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'unable to verify the first certificate', 'CERTIFICATE_UNTRUSTED'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'unable to get local issuer certificate', 'CERTIFICATE_UNTRUSTED'],
  ['CERT_REVOKED', 'certificate revoked', 'CERTIFICATE_UNTRUSTED'],
  ['ERROR_IN_CERT_NOT_AFTER_FIELD', 'format error in notAfter', 'CERTIFICATE_UNTRUSTED'],
  ['UNSPECIFIED', 'CA md too weak', 'CERTIFICATE_UNTRUSTED'],
  [undefined, 'what a check of the caller’s says', 'CERTIFICATE_UNTRUSTED'],
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'tlsv13 alert certificate required', 'CERTIFICATE_REQUIRED'],
  [
    'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE',
    'SSL routines::sslv3 alert bad certificate',
    'CERTIFICATE_REQUIRED',
  ],
  ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'SSL routines::tlsv1 alert unknown ca', 'CERTIFICATE_REQUIRED'],
  ['EPROTO', 'write EPROTO SSL routines: tlsv13 alert certificate required', 'CERTIFICATE_REQUIRED'],
  ['ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL', 'tlsv1 alert no application protocol', 'ALPN'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'SSL routines::wrong version number', 'TLS'],
  ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'tlsv1 alert protocol version', 'TLS'],
  ['EPROTO', 'write EPROTO SSL routines: decryption failed or bad record mac', 'TLS'],
  ['ECONNRESET', 'read ECONNRESET', undefined],
  ['EPIPE', 'write EPIPE', undefined],
  ['ERR_STREAM_PREMATURE_CLOSE', 'Premature close', undefined],
])('%s, %s, is %s', (code, message, fault) => {
  const cause = Object.assign(new Error(message), code === undefined ? {} : { code });
  const error = tlsFault(cause);
  expect(error?.code).toBe(fault);
  if (error !== undefined) expect(error.cause).toBe(cause);
});

test.each([
  [
    '80DCE64DDF7F0000:error:0A00045C:SSL routines:ssl3_read_bytes:tlsv13 alert certificate required:../deps/openssl/openssl/ssl/record/rec_layer_s3.c:1601:SSL alert number 116\n',
    'tlsv13 alert certificate required',
  ],
  [
    'write EPROTO 80BC24D8D77F0000:error:0A00009C:SSL routines::http request:../deps/ssl3_record.c:341:\n',
    'http request',
  ],
  ['error:0A000126:SSL routines::unexpected eof while reading', 'unexpected eof while reading'],
  ['tlsv1 alert protocol version', 'tlsv1 alert protocol version'],
])('of %j the reason is told', (message, detail) => {
  const cause = Object.assign(new Error(message), { code: 'ERR_SSL_ANY' });
  expect(tlsFault(cause)).toMatchObject({ detail, cause });
});

test('what a connection beneath has said stays as it is', () => {
  const error = new ConnectionResetError('beneath');
  expect(tlsFault(error)).toBe(error);
});
