import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { benchClients } from './client.ts';
import { benchWire } from './wire.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false }, json: { type: 'string' } },
});

const sections = {
  client: () => benchClients(values.quick),
  wire: () => benchWire(values.quick),
};

const results: Record<string, number> = {};
for (const [name, section] of Object.entries(sections)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  Object.assign(results, await section());
}
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, undefined, 2)}\n`);
