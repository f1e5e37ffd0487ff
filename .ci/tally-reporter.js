/**
 * The very last line of a test run: `N passed, N failed`, and `, N skipped` only if some were.
 *
 * Jest runs its own summary and coverage table after every other reporter, so the line is written on exit.
 */
export default class TallyReporter {
  #tally;

  constructor() {
    process.once('exit', () => {
      if (this.#tally !== undefined) process.stdout.write(`${this.#tally}\n`);
    });
  }

  onRunComplete(_contexts, results) {
    // A suite that failed to run has no failed tests to its name, yet it is a failure.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    this.#tally = `${results.numPassedTests} passed, ${failed} failed`;
    if (skipped > 0) this.#tally += `, ${skipped} skipped`;
  }
}
