/**
 * Testing exchanges on virtual time.
 *
 * @packageDocumentation
 */
export { memoryTransport } from './memory-transport.ts';
