import { responseStart } from 'rxchange';
import 'rxchange/vitest';
import { expect } from 'vitest';

const told = [responseStart(200)];
expect(told).toEqualExchange([{ type: 'response_start', status: 200, headers: [] }]);
expect(told).not.toEqualExchange([]);
expect({ told }).toEqual({ told: expect.toEqualExchange(told) });
expect({ told }).toEqual({ told: expect.not.toEqualExchange([]) });
expect(Promise.resolve(told)).resolves.toEqualExchange(told) satisfies Promise<unknown>;
// @ts-expect-error -- what is expected has to be said
expect(told).toEqualExchange();
