// The figures of a run, for Stryker: a row a file, as docs/mutation.md has them. A mutant whose test has no end is no mutant
// that a test has noticed, so these are counted apart, and the share of the killed is told both without and with them.
import { declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin';

const COLUMNS = [
  'file',
  'mutants',
  'killed',
  'endless',
  'survived',
  'not covered',
  'killed %',
  'with endless %',
];

class Figures {
  onMutationTestReportReady({ files }) {
    const all = [];
    const rows = Object.entries(files).map(([name, { mutants }]) => {
      all.push(...mutants);
      return row(name, mutants);
    });
    rows.push(row('all', all));
    const lines = [COLUMNS, COLUMNS.map((_, at) => (at === 0 ? '---' : '---:')), ...rows];
    console.log(`\n${lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`);
  }
}

function row(name, mutants) {
  const count = (status) => mutants.filter((mutant) => mutant.status === status).length;
  const [killed, endless] = [count('Killed'), count('Timeout')];
  const alive = mutants.length - killed - endless;
  const share = (noticed) => ((100 * noticed) / (noticed + alive)).toFixed(1);
  const missed = count('NoCoverage');
  return [
    name,
    mutants.length,
    killed,
    endless,
    alive - missed,
    missed,
    share(killed),
    share(killed + endless),
  ];
}

export const strykerPlugins = [declareClassPlugin(PluginKind.Reporter, 'figures', Figures)];
