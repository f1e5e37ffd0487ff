import { channel, type Channel } from 'node:diagnostics_channel';

/** A channel of `node:diagnostics_channel`: nothing is made for it, and it costs a look, while nobody has subscribed. */
export function channelOf(name: string): Channel {
  return channel(`rxchange:${name}`);
}
