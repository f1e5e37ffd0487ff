import type { Extent } from './rounds.ts';
import { playServers } from './server.ts';
import type { Result } from './statistics.ts';

/** Requests a second that each server answers when there are always 16 on the way on each connection. */
export function benchPipelined(extent: Extent): Promise<Result[]> {
  return playServers('pipeline', { 'get-64': { connections: 64, pipelined: 16 } }, extent);
}
