/// <reference types="jest" />
import { expect as imported } from '@jest/globals';
import { responseStart } from 'rxchange';
import 'rxchange/jest';

const told = [responseStart(200)];
imported(told).toEqualExchange([{ type: 'response_start', status: 200, headers: [] }]);
imported(told).not.toEqualExchange([]);
imported({ told }).toEqual({ told: imported.toEqualExchange(told) });
imported(Promise.resolve(told)).resolves.toEqualExchange(told) satisfies Promise<void>;
expect(told).toEqualExchange(told);
expect(told).not.toEqualExchange([]);
expect({ told }).toEqual({ told: expect.toEqualExchange(told) });
expect({ told }).toEqual({ told: expect.not.toEqualExchange([]) });
// @ts-expect-error -- what is expected has to be said
imported(told).toEqualExchange();
// @ts-expect-error -- likewise
expect(told).toEqualExchange();
