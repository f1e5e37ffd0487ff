import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { of } from 'rxjs';
import {
  CertificateUntrustedError,
  getHeader,
  HttpClient,
  responseBody,
  responseDone,
  responseStart,
  tlsTransport,
  type TlsOptions,
} from '../src/index.ts';
import { receive, type Received } from './ours/receive.ts';
import { serve } from './ours/serve.ts';
import { Authority, type Identity } from './peer/authority.ts';
import { curl } from './peer/curl.ts';
import { startNginx, type NginxPlace } from './peer/nginx.ts';

const ends: (() => unknown)[] = [];
let authority: Authority;
let localhost: Identity;
beforeAll(async () => {
  authority = await Authority.create();
  localhost = await authority.issue();
});
afterAll(async () => {
  for (const end of ends) await end();
  authority.remove();
});

/** Puts the certificates where nginx and curl read them. */
function write(dir: string): { ca: string; cert: string; key: string } {
  const files = { ca: authority.cert, ...localhost };
  for (const [name, pem] of Object.entries(files)) writeFileSync(join(dir, `${name}.pem`), pem);
  return { ca: join(dir, 'ca.pem'), cert: join(dir, 'cert.pem'), key: join(dir, 'key.pem') };
}

function client(options: TlsOptions = {}): (uri: string) => Promise<Received> {
  const transport = tlsTransport({ ca: authority.cert, ...options });
  const ours = new HttpClient({ transport, retryLimit: 0, maxConnectionsPerOrigin: 1 });
  return (uri) => receive(ours.exchange({ method: 'GET', uri, headers: [] }));
}

describe('a client of nginx', () => {
  let ports: readonly number[];
  beforeAll(async () => {
    const nginx = await startNginx(2, ({ ports: [once, asking], dir }: NginxPlace) => {
      const { ca, cert, key } = write(dir);
      const secure = `ssl_protocols TLSv1.2 TLSv1.3; ssl_certificate ${cert}; ssl_certificate_key ${key}; ssl_session_cache shared:all:1m;`;
      return `
        server {
          listen 127.0.0.1:${once} ssl;
          ${secure}
          location / {
            keepalive_requests 1;
            return 200 "$ssl_protocol $ssl_session_reused $ssl_server_name\\n";
          }
          location /kept { return 200 "$connection $connection_requests\\n"; }
        }
        server {
          listen 127.0.0.1:${asking} ssl;
          ${secure}
          ssl_client_certificate ${ca};
          ssl_verify_client on;
          location / { return 200 "$ssl_client_verify $ssl_client_s_dn\\n"; }
        }`;
    });
    ends.push(() => nginx.stop());
    ({ ports } = nginx);
  });

  test.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'resumes its session on each new connection, %s',
    async (version) => {
      const get = client({ maxVersion: version });
      const answers: string[] = [];
      for (let nth = 0; nth < 6; nth++)
        answers.push((await get(`https://localhost:${ports[0]}/`)).body.toString());
      const resumed = `${version} r localhost\n`;
      expect(answers).toEqual([`${version} . localhost\n`, ...Array.from({ length: 5 }, () => resumed)]);
    },
  );

  test('keeps its connection', async () => {
    const get = client();
    const answers: string[] = [];
    for (let nth = 0; nth < 3; nth++) {
      answers.push((await get(`https://localhost:${ports[0]}/kept`)).body.toString());
    }
    expect(new Set(answers.map((answer) => answer.split(' ')[0])).size).toBe(1);
    expect(answers.map((answer) => answer.split(' ')[1])).toEqual(['1\n', '2\n', '3\n']);
  });

  test('shows its certificate', async () => {
    const ours = await authority.issue({ names: 'DNS:client' });
    const { body } = await client(ours)(`https://localhost:${ports[1]}/`);
    expect(body.toString()).toMatch(/^SUCCESS CN=leaf-\d+\n$/);
  });

  test('is answered 400 without one: nginx asks, and does not insist in the handshake', async () => {
    const { head } = await client()(`https://localhost:${ports[1]}/`);
    expect(head?.status).toBe(400);
  });

  test('does not trust it without being told to', async () => {
    const { error } = await client({ ca: [] })(`https://localhost:${ports[0]}/`);
    expect(error).toBeInstanceOf(CertificateUntrustedError);
  });
});

describe('our server', () => {
  const secured = () =>
    serve(
      ({ uri, connection: { tls } }) =>
        of(
          responseStart(200, [
            ['X-Tls', `${tls?.version ?? ''} ${tls?.servername ?? '-'} ${String(tls?.isResumed)}`],
          ]),
          responseBody(Buffer.from(uri)),
          responseDone(),
        ),
      { transport: tlsTransport(localhost) },
    );

  test('is behind an nginx that verifies it', async () => {
    const server = await secured();
    ends.push(() => server.stop());
    const nginx = await startNginx(1, ({ ports: [port], dir }: NginxPlace) => {
      const { ca } = write(dir);
      return `
        server {
          listen 127.0.0.1:${port};
          location / {
            proxy_pass https://127.0.0.1:${server.port};
            proxy_ssl_trusted_certificate ${ca};
            proxy_ssl_verify on;
            proxy_ssl_name localhost;
            proxy_ssl_server_name on;
            proxy_ssl_protocols TLSv1.2 TLSv1.3;
          }
        }`;
    });
    ends.push(() => nginx.stop());
    const get = client();
    const seen: (string | undefined)[] = [];
    for (let nth = 0; nth < 2; nth++) {
      const { head, body } = await get(`http://127.0.0.1:${nginx.ports[0]}/path`);
      expect(body.toString()).toBe('/path');
      seen.push(getHeader(head?.headers ?? [], 'X-Tls')[0]);
    }
    expect(seen).toEqual(['TLSv1.3 localhost false', 'TLSv1.3 localhost true']);
  });

  test.each([
    ['offers HTTP/2 first', '--http2'],
    ['knows TLS 1.2 only', '--tls-max', '1.2'],
  ])('is spoken to by a curl that %s', async (_, ...options) => {
    const server = await secured();
    ends.push(() => server.stop());
    const dir = mkdtempSync(join(tmpdir(), 'rxchange-curl-'));
    ends.push(() => rmSync(dir, { recursive: true, force: true }));
    const { ca } = write(dir);
    const { text, status, stderr } = await curl(
      '-i',
      '--cacert',
      ca,
      ...options,
      `https://localhost:${server.port}/path`,
      '--connect-to',
      '::127.0.0.1:',
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n\/path$/);
  });
});
