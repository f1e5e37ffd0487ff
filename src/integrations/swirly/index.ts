/**
 * Recordings as pictures, drawn by swirly.
 *
 * @packageDocumentation
 */
export type { Recording } from '../../operators/record-marbles.ts';
export { drawRecording, type DrawRecordingOptions } from './draw-recording.ts';
