import { Agent } from 'undici';
import { inLanes, type MakeClient } from './subject.ts';

/** undici's lowest level: a handler of callbacks, no stream, no promise. */
export const make: MakeClient = (port) => {
  const agent = new Agent({ pipelining: 1 });
  const origin = `http://127.0.0.1:${String(port)}`;
  return {
    run: (count, lanes) =>
      inLanes(count, lanes, (done) => {
        agent.dispatch(
          { origin, path: '/', method: 'GET' },
          {
            onConnect: () => undefined,
            onHeaders: () => true,
            onData: () => true,
            onComplete: done,
            onError: (error: Error) => {
              throw error;
            },
          },
        );
      }),
    close: () => void agent.destroy(),
  };
};
