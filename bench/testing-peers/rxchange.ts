import { scenarios as course, testsOf } from '../../spec/support/course.ts';

export const name = 'rxchange';
export const packages: readonly string[] = [];

/** Those of the course, as they stand in the document. */
export const scenarios = Object.fromEntries(
  course.map(({ number, tests }) => {
    const works = testsOf(tests).map(([, work]) => work);
    return [
      number,
      {
        verdict: 'yes',
        work: () => {
          for (const work of works) work();
        },
      },
    ];
  }),
);
