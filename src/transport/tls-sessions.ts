/** As many as OpenSSL's servers send at a time, and as browsers keep. */
const TICKETS = 2;

/** A session that may be resumed. */
interface TlsSession {
  readonly ticket: Buffer;
  readonly isForOneUse: boolean;
}

/**
 * The newest TLS sessions with each peer, of so many peers as were talked to last.
 *
 * A ticket of TLS 1.3 is given away once: two connections with the same one could be told to be of the same client by
 * whoever listens (RFC 8446 §C.4). A session of TLS 1.2 may be resumed as often as the server likes.
 */
export class TlsSessions {
  private readonly most: number;
  /** By peer, who was talked to longest ago first; the newest last. */
  private readonly sessions = new Map<string, TlsSession[]>();

  /** @param most - peers */
  constructor(most: number) {
    this.most = most;
  }

  keep(peer: string, ticket: Buffer, isForOneUse: boolean): void {
    const session = { ticket, isForOneUse };
    const kept = this.sessions.get(peer)?.filter((other) => other.isForOneUse && isForOneUse) ?? [];
    this.sessions.delete(peer);
    this.sessions.set(peer, [...kept, session].slice(-TICKETS));
    for (const oldest of this.sessions.keys()) {
      if (this.sessions.size <= this.most) break;
      this.sessions.delete(oldest);
    }
  }

  take(peer: string): Buffer | undefined {
    const kept = this.sessions.get(peer);
    const session = kept?.at(-1);
    if (session?.isForOneUse === true) kept?.pop();
    return session?.ticket;
  }

  forget(peer: string): void {
    this.sessions.delete(peer);
  }
}
