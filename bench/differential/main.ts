/**
 * Gives the same octets to node:http and to our readers, and tells every difference with the section of the RFC that
 * decides it.
 *
 * ```sh
 * npm run differential              # all cases, and what came of them
 * npm run differential -- --write   # and the table in docs/wire.md
 * npm run differential -- --check   # whether that table is still true
 * ```
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { table } from '../report.ts';
import { CASES, END, type Case } from './cases.ts';
import * as ours from './ours.ts';
import { describe, isSame, type Outcome } from './outcome.ts';
import * as theirs from './theirs.ts';

const DOCUMENT = new URL('../../docs/wire.md', import.meta.url);
const [BEGIN, FINISH] = ['<!-- differential: begin -->', '<!-- differential: end -->'];
const VERSION = `Node ${process.version}, llhttp ${process.versions['llhttp'] ?? ''}`;

const { values } = parseArgs({
  options: { write: { type: 'boolean', default: false }, check: { type: 'boolean', default: false } },
});

interface Result {
  readonly heading: string;
  readonly tried: Case;
  readonly ours: Outcome;
  readonly theirs: Outcome;
}

async function read(heading: string, tried: Case): Promise<Result> {
  const ends = tried.octets.endsWith(END);
  const octets = Buffer.from(ends ? tried.octets.slice(0, -END.length) : tried.octets, 'latin1');
  const { method } = tried;
  return method === undefined
    ? {
        heading,
        tried,
        ours: ours.readRequests(octets, ends),
        theirs: await theirs.readRequests(octets, ends),
      }
    : {
        heading,
        tried,
        ours: ours.readResponse(method, octets, ends),
        theirs: await theirs.readResponse(method, octets, ends),
      };
}

/** Octets as docs/wire.md writes them, repetitions shortened. */
function escape(text: string): string {
  const repeat = (all: string, unit: string): string => `{${all.length / unit.length}*${unit}}`;
  const short = text
    .replace(/((?:[^\r\n]*\r\n){1,2}?)\1{9,}/g, repeat)
    .replace(/(.)\1{19,}/gs, repeat)
    .replace(/((?:\d+; ){1})\1{9,}/g, repeat);
  return short.replace(/[^ -~]|[\\`|]/g, (char) => {
    const named = { '\r': '\\r', '\n': '\\n', '\t': '\\t', '\\': '\\\\' }[char];
    return named ?? `\\x${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
  });
}

function octetsOf({ method, octets }: Case): string {
  return `\`${method === undefined || method === 'GET' ? '' : `${method} > `}${escape(octets)}\``;
}

function generate(differences: readonly Result[]): string {
  const rows = differences.map(({ heading, tried, ours: our, theirs: their }) => {
    const [section, why] = tried.reason ?? ['', ''];
    const cells = [
      heading,
      octetsOf(tried),
      escape(describe(our, their)),
      escape(describe(their, our)),
      section,
      why,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const head = ['Heading', 'Octets', 'Here', 'node:http', 'RFC', 'Why'];
  return [
    `With ${VERSION}:`,
    '',
    '<!-- prettier-ignore-start -->',
    '',
    `| ${head.join(' | ')} |`,
    `|${' --- |'.repeat(head.length)}`,
    ...rows,
    '',
    '<!-- prettier-ignore-end -->',
  ].join('\n');
}

const results: Result[] = [];
for (const [heading, cases] of Object.entries(CASES)) {
  for (const tried of cases) results.push(await read(heading, tried));
}
const differences = results.filter((result) => !isSame(result.ours, result.theirs));

const counted = (heading?: string): string[] => {
  const all = results.filter((result) => heading === undefined || result.heading === heading);
  const different = all.filter((result) => differences.includes(result));
  const refused = different.filter(({ ours: { end } }) => end.startsWith('refused'));
  const requests = all.filter(({ tried }) => tried.method === undefined);
  return [all, requests, different, refused].map(({ length }) => String(length));
};
for (const { heading, tried, ours: our, theirs: their } of values.check ? [] : differences) {
  console.log(`\n${heading}: ${octetsOf(tried)}`);
  console.log(`  here       ${escape(describe(our, their))}\n  node:http  ${escape(describe(their, our))}`);
}
console.log(`\n${VERSION}`);
table(
  ['heading', 'cases', 'requests', 'different', 'refused here'],
  [...Object.keys(CASES).map((heading) => [heading, ...counted(heading)]), ['all', ...counted()]],
);

const faults = [
  ...differences
    .filter(({ tried }) => tried.reason === undefined)
    .map(({ tried }) => `no reason: ${octetsOf(tried)}`),
  ...results
    .filter((result) => result.tried.reason !== undefined && !differences.includes(result))
    .map(({ tried }) => `a reason, but no difference: ${octetsOf(tried)}`),
];
const document = readFileSync(DOCUMENT, 'utf8');
const [from, to] = [document.indexOf(BEGIN) + BEGIN.length, document.indexOf(FINISH)];
const section = `\n\n${generate(differences)}\n\n`;
if (values.write) {
  writeFileSync(DOCUMENT, document.slice(0, from) + section + document.slice(to));
} else if (values.check && document.slice(from, to) !== section) {
  faults.push('docs/wire.md has another table: npm run differential -- --write');
}
const isOtherVersion = values.check && !document.includes(`With ${VERSION}:`);
if (isOtherVersion) {
  console.log(
    '\ndocs/wire.md tells of another version of node:http, whose differences are others: not checked.',
  );
} else if (faults.length > 0) {
  console.error(`\n${faults.join('\n')}`);
  process.exitCode = 1;
}
