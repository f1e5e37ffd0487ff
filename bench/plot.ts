import { ratio, type Metric, type Result } from './statistics.ts';

/** What is drawn: a section's workload, and whether more of it is better. */
const PANELS: readonly { readonly title: string; readonly path: string; readonly metric: Metric }[] = [
  {
    title: 'client: CPU an exchange, × a bare socket’s (less is better; bars by logarithm)',
    path: 'client/get-64',
    metric: 'cpu',
  },
  {
    title: 'server: requests a second, × a bare socket’s (more is better; bars by logarithm)',
    path: 'server/get-64',
    metric: 'rate',
  },
];

const [WIDTH, LABEL, BAR] = [640, 130, 440];
const [ROW, TITLE] = [20, 36];

interface Bar {
  readonly subject: string;
  readonly value: number;
}

/** The ratios to the floor by subject, as an SVG that reads on light and dark; undefined where nothing of it was measured. */
export function plot(results: readonly Result[]): string | undefined {
  let y = 0;
  let content = '';
  for (const { title, path, metric } of PANELS) {
    const bars = barsOf(results, path, metric);
    if (bars.length === 0) continue;
    content += `<text x="0" y="${String(y + 22)}" font-weight="bold">${title}</text>\n`;
    y += TITLE;
    const most = Math.max(...bars.map(({ value }) => value));
    for (const bar of bars) {
      content += row(bar, y, most);
      y += ROW;
    }
  }
  if (content === '') return undefined;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${String(WIDTH)} ${String(y + 8)}" font-family="sans-serif" font-size="13" fill="#808080">\n${content}</svg>\n`;
}

function barsOf(results: readonly Result[], path: string, metric: Metric): Bar[] {
  const compared = results.filter(({ section, workload }) => `${section}/${workload}` === path);
  return compared.map((result) => ({
    subject: result.subject,
    value: ratio(result, compared[0], metric).value,
  }));
}

/** By the logarithm, or the short ones could not be told apart. */
function row({ subject, value }: Bar, y: number, most: number): string {
  const length = (BAR * Math.log1p(value)) / Math.log1p(most);
  const colour = subject === 'rxchange' ? '#d0146c' : '#9aa0a6';
  return (
    `<text x="${String(LABEL - 8)}" y="${String(y + 14)}" text-anchor="end">${subject}</text>` +
    `<rect x="${String(LABEL)}" y="${String(y + 3)}" width="${length.toFixed(1)}" height="14" fill="${colour}"/>` +
    `<text x="${(LABEL + length + 6).toFixed(1)}" y="${String(y + 14)}">${value.toFixed(2)}</text>\n`
  );
}
