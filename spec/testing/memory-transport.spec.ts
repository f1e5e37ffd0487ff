import { describe, expect, test } from '@jest/globals';
import { asyncScheduler } from 'rxjs';
import { ConnectError, ListenError, type Connection, type Transport } from 'rxchange';
import { HttpTestScheduler, memoryTransport, type LinkOptions } from 'rxchange/testing';
import { linkedEnds, wireOf, type LinkEnd } from '../../src/testing/link.ts';

const HOST = { host: 'origin', port: 80 };

/** What an end of a connection heard, and in which frame. */
class Heard {
  readonly all: string[] = [];

  constructor(connection: Connection) {
    connection.read.subscribe({
      next: (octets) => this.add(Buffer.from(octets).toString('latin1')),
      complete: () => this.add('|'),
      error: (error: unknown) => this.add(`# ${(error as { code: string }).code}`),
    });
    connection.drained.subscribe(() => this.add('drained'));
    connection.closed.subscribe(() => this.add('closed'));
  }

  private add(what: string): void {
    this.all.push(`${String(asyncScheduler.now())} ${what}`);
  }
}

/** Runs on virtual time with the two ends of a link; says what they heard. */
function linked(
  options: LinkOptions,
  work: (here: LinkEnd, there: LinkEnd, at: (frame: number, work: () => void) => void) => void,
): { here: string[]; there: string[] } {
  return new HttpTestScheduler().run(({ at, flush }) => {
    const [here, there] = linkedEnds({ host: 'client', port: 1 }, HOST, wireOf(options));
    const heard = { here: new Heard(here).all, there: new Heard(there).all };
    work(here, there, at);
    flush();
    return heard;
  });
}

describe('a link', () => {
  test('delivers in the same frame, and never within the call', () => {
    const { there } = linked({}, (here, end) => {
      let isWithin = true;
      end.read.subscribe(() => expect(isWithin).toBe(false));
      here.write('abc');
      here.write(Buffer.from('def'));
      isWithin = false;
    });
    expect(there).toEqual(['0 abc', '0 def']);
  });

  test('has a latency, in which octets keep their order and their distance', () => {
    const { here, there } = linked({ latency: 30 }, (one, other, at) => {
      one.write('a');
      at(5, () => one.write('b'));
      at(5, () => other.write('c'));
      at(6, () => one.end());
      at(50, () => other.end());
    });
    expect(there).toEqual(['30 a', '35 b', '36 |', '50 closed']);
    expect(here).toEqual(['35 c', '80 |', '80 closed']);
  });

  test('has a bandwidth: what is written leaves octet by octet, and rounding does not add up', () => {
    const { there } = linked({ bandwidth: 300, segment: 1, latency: 10 }, (here, _there, at) => {
      here.write('abcdef');
      at(100, () => here.write('g'));
    });
    expect(there).toEqual(['14 a', '17 b', '20 c', '24 d', '27 e', '30 f', '114 g']);
  });

  test('cuts into segments', () => {
    const { there } = linked({ segment: 2 }, (here) => {
      here.write('abcde');
      here.write('f');
    });
    expect(there).toEqual(['0 ab', '0 cd', '0 e', '0 f']);
  });

  test('asks a writer to wait, and tells when it need not', () => {
    const answers: boolean[] = [];
    const { here } = linked({}, (end) => {
      answers.push(end.write(new Uint8Array(16_383)), end.write('a'));
      expect(end.buffered).toBe(16_384);
    });
    expect(answers).toEqual([true, false]);
    expect(here).toEqual(['0 drained']);
  });

  test('stops while its reader holds it, and counts the holds', () => {
    const { there } = linked({}, (here, end, at) => {
      const holds = [end.hold(), end.hold()];
      expect(end.heldBy).toBe(2);
      here.write('a');
      at(5, () => holds[0].unsubscribe());
      at(6, () => holds[0].unsubscribe());
      at(9, () => holds[1].unsubscribe());
    });
    expect(there).toEqual(['9 a']);
  });

  test('stops within a delivery', () => {
    const { there } = linked({ segment: 1 }, (here, end, at) => {
      end.read.subscribe(() => {
        const hold = end.hold();
        at(asyncScheduler.now() + 5, () => hold.unsubscribe());
      });
      here.write('abc');
    });
    expect(there).toEqual(['0 a', '5 b', '10 c']);
  });

  test('lets no more be under way than a window', () => {
    const { here } = linked({ latency: 10, segment: 16_384 }, (end) => {
      end.write(new Uint8Array(100_000));
      expect(end.buffered).toBe(100_000);
    });
    // 65,536 leave at once; the rest when those have arrived.
    expect(here).toEqual(['10 drained']);
  });

  test('delivers what its reader may keep, whatever the writer does with its array', () => {
    const kept: Uint8Array[] = [];
    linked({}, (here, there) => {
      const written = Buffer.from('abc');
      there.read.subscribe((octets) => {
        kept.push(octets);
        written.fill(0);
      });
      here.write(written);
    });
    expect(Buffer.from(kept[0]).toString()).toBe('abc');
  });

  test('breaks behind what was written', () => {
    const { here, there } = linked({ latency: 3 }, (one, other) => {
      other.write('abc');
      other.reset();
      other.write('lost');
      one.write('lost');
    });
    expect(here).toEqual(['3 abc', '3 # CONNECTION_RESET', '3 closed']);
    expect(there).toEqual(['0 closed']);
  });

  test('drops what has not left when it is destroyed, and says nothing more', () => {
    const { here, there } = linked({ latency: 3 }, (one, other) => {
      one.write('lost');
      other.write('lost');
      one.destroy();
      one.destroy();
      one.end();
    });
    expect(here).toEqual(['0 closed']);
    expect(there).toEqual(['3 |']);
  });

  test('destroyed while it is held, does not stop its peer', () => {
    const { there } = linked({}, (one, other, at) => {
      one.hold();
      other.write('abc');
      other.end();
      at(5, () => one.destroy());
    });
    // What was written has left: nobody is there any more to take it.
    expect(there).toEqual(['5 |', '5 drained', '5 closed']);
  });
});

describe('a memory transport', () => {
  /** What connecting said, and in which frame. */
  function connected(transport: Transport, port = 80): string[] {
    const heard: string[] = [];
    const add = (what: string): number => heard.push(`${String(asyncScheduler.now())} ${what}`);
    transport.connect({ host: 'origin', port }).subscribe({
      next: ({ type }) => add(type),
      error: (error: unknown) => add((error as Error).name),
      complete: () => add('|'),
    });
    return heard;
  }

  test('connects to what listens, after there and back', () => {
    const heard = new HttpTestScheduler().run(({ flush }) => {
      const transport = memoryTransport({ latency: 30 });
      const listened: string[] = [];
      transport
        .listen(HOST)
        .subscribe(({ type }) => listened.push(`${String(asyncScheduler.now())} ${type}`));
      const said = connected(transport);
      flush();
      return { said, listened };
    });
    expect(heard.said).toEqual(['60 resolved', '60 connected', '60 connection', '60 |']);
    expect(heard.listened).toEqual(['0 listening', '60 connection']);
  });

  test('refuses where nobody listens, or somebody does already', () => {
    new HttpTestScheduler().run(({ flush }) => {
      const transport = memoryTransport();
      const errors: unknown[] = [];
      transport.listen(HOST).subscribe();
      transport.listen(HOST).subscribe({ error: (error: unknown) => errors.push(error) });
      expect(errors).toEqual([expect.any(ListenError)]);
      const heard = connected(transport, 81);
      flush();
      expect(heard).toEqual([`0 ${new ConnectError().name}`]);
    });
  });

  test.each<[LinkOptions, string]>([
    [{ latency: -1 }, 'a latency of -1 ms'],
    [{ latency: NaN }, 'a latency of NaN ms'],
    [{ bandwidth: 0 }, 'a bandwidth of 0 octets a second'],
    [{ segment: 0.5 }, 'segments of 0.5 octets'],
  ])('refuses %p', (options, message) => {
    expect(() => memoryTransport(options)).toThrow(new RangeError(message));
  });
});
