import { isBudgeted } from './budgets.ts';
import { idOf, type Result, type Sample } from './statistics.ts';

/** A subject at a workload: what is played once a round. */
export interface Contestant extends Omit<Result, 'samples'> {
  readonly play: () => Promise<Sample> | Sample;
}

/** How much is measured. */
export interface Extent {
  /** Only what a budget speaks of, and not for longer than it takes to tell whether it is kept. */
  readonly isQuick: boolean;
}

/** Those that take part. */
export function entered<T extends Omit<Result, 'samples'>>(all: readonly T[], { isQuick }: Extent): T[] {
  return all.filter((one) => !isQuick || isBudgeted(idOf(one)));
}

/**
 * Plays all of them in turn, A B C A B C …, so that what drifts falls on all.
 *
 * @param warming - rounds that come before those, and do not count
 */
export async function playRounds(
  contestants: readonly Contestant[],
  rounds: number,
  warming = 1,
): Promise<Result[]> {
  const results = contestants.map(({ section, workload, subject }) => ({
    section,
    workload,
    subject,
    samples: [] as Sample[],
  }));
  for (let round = -warming; round < rounds; round++) {
    for (const [index, { play }] of contestants.entries()) {
      const sample = await play();
      if (round >= 0) results[index]?.samples.push(sample);
    }
  }
  return results;
}
