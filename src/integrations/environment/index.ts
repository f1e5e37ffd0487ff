/**
 * Proxies as the environment names them.
 *
 * @packageDocumentation
 */
export { proxyFromEnvironment } from './proxy-from-environment.ts';
