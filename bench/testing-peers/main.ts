/**
 * Which of the scenarios of docs/testing.md can be expressed with which tool, and how long each takes in real time.
 * `--write` puts the table into the document.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { scenarios } from '../../spec/support/course.ts';

const TOOLS = ['rxchange', 'undici', 'nock', 'msw', 'angular'];
const DOCUMENT = new URL('../../docs/testing.md', import.meta.url);
const [BEGIN, FINISH] = ['<!-- peers -->', '<!-- /peers -->'];

const { dependencies } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as {
  readonly dependencies: Readonly<Record<string, string>>;
};

interface Result {
  readonly number: string;
  readonly verdict: 'yes' | 'in part' | 'no';
  readonly reason?: string;
  readonly ms?: number;
}

interface Report {
  readonly name: string;
  readonly packages: readonly string[];
  readonly results: readonly Result[];
}

const reports = TOOLS.map((tool): Report => {
  const process = new URL('process.js', import.meta.url).pathname;
  const output = execFileSync('node', ['--import', 'tsx', process, tool], {
    encoding: 'utf8',
    timeout: 120_000,
  });
  return JSON.parse(output) as Report;
});

function cell({ verdict, ms }: Result): string {
  const took = ms === undefined ? undefined : `${ms < 9.95 ? ms.toFixed(1) : ms.toFixed(0)} ms`;
  return verdict === 'yes' ? String(took) : [verdict, took].filter(Boolean).join(', ');
}

function reasonsOf({ results }: Report): string[] {
  const reasons = results.filter(({ reason }) => reason !== undefined);
  return reasons.map(({ number, verdict, reason }) => `  - ${number}, ${verdict}: ${String(reason)}`);
}

const rows = scenarios.map(({ number, title }) => [
  title,
  ...reports.map(({ results }) => {
    const found = results.find((result) => Number(result.number) === number);
    if (found === undefined) throw new Error(`nobody has tried ${title}`);
    return cell(found);
  }),
]);
const table = [['', ...reports.map(({ name }) => name)], reports.map(() => '---').concat('---'), ...rows]
  .map((cells) => `| ${cells.join(' | ')} |`)
  .join('\n');
const versions = reports
  .flatMap(({ packages }) => packages.map((name) => `${name} ${dependencies[name]}`))
  .join(', ');
const reasons = reports
  .slice(1)
  .map((report) => [`- ${report.name}`, ...reasonsOf(report)].join('\n'))
  .join('\n');
const section = `\n\n${table}\n\nWith ${versions}, on Node ${process.version}.\n\n${reasons}\n\n`;
console.log(section.trim());

if (process.argv.includes('--write')) {
  const document = readFileSync(DOCUMENT, 'utf8');
  const [from, to] = [document.indexOf(BEGIN) + BEGIN.length, document.indexOf(FINISH)];
  writeFileSync(DOCUMENT, document.slice(0, from) + section + document.slice(to));
}
