/** What can be measured of a play; all of it for one unit of work: an exchange, a MiB, a connection. */
export type Metric = 'cpu' | 'rate' | 'bytes' | 'heap' | 'ns';

/** What one play gave: µs of CPU (user and system), units a second, octets resident, octets of live objects, ns. */
export type Sample = Readonly<Partial<Record<Metric, number>>>;

/** The plays of one subject at one workload, a round each. */
export interface Result {
  readonly section: string;
  readonly workload: string;
  readonly subject: string;
  readonly samples: readonly Sample[];
}

/** A ratio of two results, and how far the truth may be from it. */
export interface Ratio {
  readonly value: number;
  readonly noise: number;
}

export function idOf({ section, workload, subject }: Omit<Result, 'samples'>): string {
  return `${section}/${workload}/${subject}`;
}

export function valuesOf({ samples }: Result, metric: Metric): number[] {
  return samples.map((sample) => sample[metric] ?? NaN);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? NaN)
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

/** The middle half of the values, which says how noisy the machine was. */
export function quartiles(values: readonly number[]): readonly [number, number] {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (part: number): number => sorted[Math.round(part * (sorted.length - 1))] ?? NaN;
  return [at(0.25), at(0.75)];
}

/**
 * The ratio of two results: the median of the ratios within each round, so that what the machine did meanwhile has
 * fallen on both. The noise is the notch of a box plot: two medians that differ by more than it do differ.
 */
export function ratio(of: Result, to: Result, metric: Metric): Ratio {
  const tos = valuesOf(to, metric);
  const ratios = valuesOf(of, metric).map((value, round) => value / (tos[round] ?? NaN));
  const [low, high] = quartiles(ratios);
  return { value: median(ratios), noise: (1.57 * (high - low)) / Math.sqrt(ratios.length) };
}
