import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { benchBodies } from './body.ts';
import { judge } from './budgets.ts';
import { benchClients } from './client.ts';
import { benchMemory } from './memory.ts';
import { benchPipelined } from './pipeline.ts';
import { plot } from './plot.ts';
import { printOutcomes, printResults, setting, type Comparison } from './report.ts';
import type { Extent } from './rounds.ts';
import { benchServers } from './server.ts';
import type { Result } from './statistics.ts';
import { benchTls } from './tls.ts';
import { benchWire } from './wire.ts';

interface Section extends Comparison {
  readonly bench: (extent: Extent) => Promise<Result[]>;
}

const SECTIONS: Readonly<Record<string, Section>> = {
  client: { bench: benchClients, by: 'cpu', unit: 'exchange' },
  server: { bench: benchServers, by: 'rate', unit: 'request' },
  pipeline: { bench: benchPipelined, by: 'rate', unit: 'request' },
  tls: { bench: benchTls, by: 'cpu', unit: 'exchange' },
  body: { bench: benchBodies, by: 'rate', unit: 'MiB' },
  memory: { bench: benchMemory, by: 'heap', unit: 'exchange' },
  wire: { bench: benchWire, by: 'ns', unit: 'call' },
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    svg: { type: 'string' },
  },
});
const unknown = positionals.find((name) => !(name in SECTIONS));
if (unknown !== undefined) {
  console.error(`there is no section ${unknown}; there are ${Object.keys(SECTIONS).join(', ')}`);
  process.exit(2);
}

const { machine, versions } = setting();
console.log(machine);
console.log(
  Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', '),
);

const results: Result[] = [];
for (const [name, section] of Object.entries(SECTIONS)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const measured = await section.bench({ isQuick: values.quick });
  printResults(measured, section);
  results.push(...measured);
}

const outcomes = judge(results);
printOutcomes(outcomes);
if (values.json !== undefined) {
  writeFileSync(values.json, `${JSON.stringify({ machine, versions, outcomes, results }, undefined, 2)}\n`);
}
if (values.svg !== undefined) {
  const picture = plot(results);
  if (picture === undefined) console.error('only client and server have a picture');
  else writeFileSync(values.svg, picture);
}
const broken = outcomes.filter(({ isBroken }) => isBroken).length;
console.log(`\n${String(outcomes.length)} budgets, ${String(broken)} broken by more than the noise`);
process.exitCode = broken > 0 ? 1 : 0;
