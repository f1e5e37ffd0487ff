import dns from 'node:dns';
import net from 'node:net';
import { AccessError, DnsError } from '../message/errors.ts';

/** Says of an IP address, as the system writes it, whether it may be connected to. */
export type AddressCheck = (address: string) => boolean;

/**
 * Resolves names as `lookup` does, without the addresses that are refused: whatever a socket does with those that are left,
 * in whichever order and however often, it cannot come to the others.
 */
export function checkedLookup(
  lookup: net.LookupFunction = dns.lookup,
  check: AddressCheck = () => true,
): net.LookupFunction {
  return (host, options, done) => {
    const fail = (cause: unknown): void => {
      const { message = '' } = cause as Partial<Error>;
      done(new DnsError(message, { cause }), []);
    };
    const choose: Parameters<net.LookupFunction>[2] = (error, found, family) => {
      if (error) {
        fail(error);
        return;
      }
      const addresses =
        typeof found === 'string' ? [{ address: found, family: family ?? net.isIP(found) }] : found;
      let allowed: dns.LookupAddress[];
      try {
        allowed = allowedOf(host, addresses, check);
      } catch (refusal) {
        done(refusal as Error, []);
        return;
      }
      if (options.all === true) done(null, allowed);
      else done(null, allowed[0].address, allowed[0].family);
    };
    // All of them, even for a socket that takes one: the first may be refused. By a promise, as it may be an async function.
    Promise.resolve()
      .then(() => lookup(host, { ...options, all: true }, choose))
      .catch(fail);
  };
}

/**
 * Only `true` allows: what an async check returns must not.
 *
 * @throws DnsError when there is none, AccessError when none is left; what the check throws is a refusal, too
 */
export function allowedOf(
  host: string,
  addresses: readonly dns.LookupAddress[],
  check: AddressCheck,
): dns.LookupAddress[] {
  if (addresses.length === 0) throw new DnsError(`${host} has no address`);
  try {
    const allowed = addresses.filter(({ address }) => (check(address) as unknown) === true);
    if (allowed.length > 0) return allowed;
  } catch (cause) {
    throw new AccessError(`${host} could not be checked`, { cause });
  }
  const refused = addresses.map(({ address }) => address).join(', ');
  throw new AccessError(refused === host ? host : `${host} is ${refused}`);
}
