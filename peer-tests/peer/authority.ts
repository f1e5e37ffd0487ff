import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPeer, run } from './command.ts';

/** A certificate and its private key, as PEM. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
}

/** What is to be in a certificate. */
export interface Subject {
  /** Its alternative names, as openssl takes them. */
  readonly names?: string;
  /** How long it holds from now on; one of negative length has expired. */
  readonly days?: number;
}

const CURVE = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** Vouches for certificates, by openssl, which makes them when they are needed: none is kept that could expire. */
export class Authority implements Identity {
  readonly cert: string;
  readonly key: string;
  private readonly dir: string;
  private issued = 0;

  private constructor(dir: string, { cert, key }: Identity) {
    this.dir = dir;
    this.cert = cert;
    this.key = key;
  }

  static async create(name = 'Authority'): Promise<Authority> {
    const dir = mkdtempSync(join(tmpdir(), 'rxchange-authority-'));
    const files = ['-keyout', join(dir, 'ca.key'), '-out', join(dir, 'ca.pem')];
    await openssl('req', '-x509', ...CURVE, '-days', '2', '-subj', `/CN=${name}`, ...files);
    return new Authority(dir, await read(dir, 'ca'));
  }

  /** A certificate for localhost, unless it is to be another's. */
  async issue({ names = 'DNS:localhost,IP:127.0.0.1,IP:::1', days = 2 }: Subject = {}): Promise<Identity> {
    const name = `leaf-${String(++this.issued)}`;
    const file = (suffix: string): string => join(this.dir, `${name}.${suffix}`);
    const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=${names}`];
    await openssl('req', ...CURVE, ...subject, '-keyout', file('key'), '-out', file('csr'));
    const by = ['-CA', join(this.dir, 'ca.pem'), '-CAkey', join(this.dir, 'ca.key'), '-CAcreateserial'];
    const from = ['-req', '-in', file('csr'), '-copy_extensions', 'copyall'];
    await openssl('x509', ...from, ...by, '-days', String(days), '-out', file('pem'));
    return read(this.dir, name);
  }

  /** Where its certificate is. */
  get file(): string {
    return join(this.dir, 'ca.pem');
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}

async function read(dir: string, name: string): Promise<Identity> {
  const [cert, key] = await Promise.all(
    [`${name}.pem`, `${name}.key`].map((file) => readFile(join(dir, file), 'latin1')),
  );
  return { cert, key };
}

async function openssl(...args: readonly string[]): Promise<void> {
  const { status, stderr } = await run(findPeer('openssl'), args);
  if (status !== 0) throw new Error(`openssl ${args[0]} ended with ${String(status)}: ${stderr}`);
}
