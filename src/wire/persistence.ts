import type { HttpVersion } from '../message/notifications.ts';
import { connectionOptions, type ControlFields } from './control-fields.ts';

/** Whether the sender of a message keeps its connection open behind it (RFC 9112 §9.3). */
export function isPersistent(version: HttpVersion, fields: ControlFields): boolean {
  if (fields.connection === undefined) return version === '1.1';
  const options = connectionOptions(fields);
  if (options.includes('close')) return false;
  return version === '1.1' || options.includes('keep-alive');
}
