import { getProxyForUrl } from 'proxy-from-env';
import { proxyTransport, type ProxyOptions } from '../../client/proxy.ts';
import type { Transport } from '../../transport/transport.ts';

/**
 * A transport that goes through the proxies of the environment: `HTTP_PROXY` and `HTTPS_PROXY`, in either case, but not to
 * what `NO_PROXY` names. They are looked up for each connection.
 *
 * Opt-in, because the environment is set by others than the program. Needs the peer `proxy-from-env`, which reads it as most
 * programs do.
 *
 * @example
 * ```ts
 * const client = new HttpClient({ transport: proxyFromEnvironment() });
 * ```
 */
export function proxyFromEnvironment(options?: ProxyOptions): Transport {
  return proxyTransport(getProxyForUrl, options);
}
