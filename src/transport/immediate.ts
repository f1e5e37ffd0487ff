/**
 * `setImmediate` as it is when this is loaded. The fake timers of a test replace it along with those that wait, and what is sent
 * or closed is not to wait for a test to advance its time.
 */
export const { setImmediate: immediate } = globalThis;
