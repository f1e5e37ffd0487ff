/**
 * A handler that answers with files.
 *
 * @packageDocumentation
 */
export { staticFiles, type StaticFilesOptions } from './static-files.ts';
