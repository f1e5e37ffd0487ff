import { readFileSync } from 'node:fs';
import os from 'node:os';
import type { Outcome } from './budgets.ts';
import { idOf, median, quartiles, ratio, valuesOf, type Metric, type Result } from './statistics.ts';

/** What a section compares by, and what one unit of it is. */
export interface Comparison {
  readonly by: Metric;
  readonly unit: string;
}

/** On what was measured, and in which versions. */
export interface Setting {
  readonly machine: string;
  readonly versions: Readonly<Record<string, string>>;
}

export function setting(): Setting {
  const cpus = os.cpus();
  const { version } = manifest('../package.json');
  const { dependencies = {} } = manifest('package.json');
  return {
    machine: `${String(cpus.length)} × ${cpus[0]?.model ?? 'unknown'}, ${os.type()} ${os.release()}`,
    versions: { node: process.versions.node, ...dependencies, rxchange: version },
  };
}

function manifest(path: string): { version: string; dependencies?: Record<string, string> } {
  return JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as ReturnType<typeof manifest>;
}

/** Prints a table for each workload: its first subject is the floor, its last is ours. */
export function printResults(results: readonly Result[], { by, unit }: Comparison): void {
  const titles = new Set(results.map(({ section, workload }) => `${section}/${workload}`));
  for (const title of titles) {
    const compared = results.filter((result) => idOf(result).startsWith(`${title}/`));
    const [floor] = compared;
    const ours = compared.at(-1) ?? floor;
    const metrics = METRICS.filter(({ metric }) =>
      compared.some(({ samples }) => samples[0]?.[metric] !== undefined),
    );
    table(
      [
        title,
        ...metrics.flatMap(({ metric, titleOf }) => [
          titleOf(unit),
          ...(metric === by ? ['half of them within'] : []),
        ]),
        `× ${floor.subject}`,
        `${ours.subject} ÷ it`,
      ],
      compared.map((result) => [
        result.subject,
        ...metrics.flatMap(({ metric, digits }) => {
          const values = valuesOf(result, metric);
          const show = (value: number): string => value.toFixed(digits);
          return [show(median(values)), ...(metric === by ? [quartiles(values).map(show).join('–')] : [])];
        }),
        ratio(result, floor, by).value.toFixed(2),
        ratio(ours, result, by).value.toFixed(2),
      ]),
    );
  }
}

const METRICS: readonly { metric: Metric; digits: number; titleOf: (unit: string) => string }[] = [
  { metric: 'cpu', digits: 1, titleOf: (unit) => `CPU µs/${unit}` },
  { metric: 'rate', digits: 0, titleOf: (unit) => `${unit}s/s` },
  { metric: 'bytes', digits: 0, titleOf: () => 'octets' },
  { metric: 'heap', digits: 0, titleOf: () => 'octets live' },
  { metric: 'ns', digits: 0, titleOf: (unit) => `ns/${unit}` },
];

/** Prints how the budgets have fared. */
export function printOutcomes(outcomes: readonly Outcome[]): void {
  if (outcomes.length === 0) return;
  table(
    ['ratio', 'of', 'is', '±', 'budget', ''],
    outcomes.map(({ budget: { of, to, metric, atMost, atLeast }, value, noise, isMet, isBroken }) => [
      `${of} ÷ ${to}`,
      metric,
      value.toFixed(2),
      noise.toFixed(2),
      atMost === undefined ? `≥ ${String(atLeast)}` : `≤ ${String(atMost)}`,
      isMet ? 'met' : isBroken ? 'BROKEN' : 'within the noise',
    ]),
  );
}

/** Prints a table as text: the first column to the left, figures to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((title, column) =>
    Math.max(...[head, ...rows].map((row) => (row[column] ?? title).length)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ');
  console.log(`\n${line(head)}\n${widths.map((width) => '-'.repeat(width)).join('  ')}`);
  for (const row of rows) console.log(line(row));
}
