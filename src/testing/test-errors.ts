/**
 * What is wrong with a test, or with what it found out. None of these is an error of HTTP: code under test that catches
 * HttpErrors does not catch them, and a run that has seen one fails even if something else did.
 */
export abstract class TestKitError extends Error {
  /** Stable and upper-case, one a class. */
  abstract readonly code: string;
}

/** A diagram cannot be read; `column` counts its characters from 1. */
export class MarbleError extends TestKitError {
  override readonly name = 'MarbleError';
  readonly code = 'MARBLE';
  readonly marbles: string;
  readonly column: number;

  constructor(marbles: string, column: number, reason: string) {
    super(`column ${String(column)}: ${reason}\n${pointAt(marbles, column)}`);
    this.marbles = marbles;
    this.column = column;
  }
}

/** A letter of a diagram stands for nothing. */
export class MissingValueError extends TestKitError {
  override readonly name = 'MissingValueError';
  readonly code = 'MISSING_VALUE';
  readonly letter: string;

  constructor(marbles: string, column: number, letter: string, known: readonly string[]) {
    const have = known.length === 0 ? 'there are no values' : `there are values for ${known.join(', ')}`;
    super(`column ${String(column)}: '${letter}' has no value; ${have}\n${pointAt(marbles, column)}`);
    this.letter = letter;
  }
}

/** Something was asked for that no script describes, or too often. */
export class UnscriptedError extends TestKitError {
  override readonly name = 'UnscriptedError';
  readonly code = 'UNSCRIPTED';
}

/** A script was not played to its end: what it describes was not asked for. */
export class UnusedScriptError extends TestKitError {
  override readonly name = 'UnusedScriptError';
  readonly code = 'UNUSED_SCRIPT';
}

/** The tools of a run were used before or after it. */
export class OutsideRunError extends TestKitError {
  override readonly name = 'OutsideRunError';
  readonly code = 'OUTSIDE_RUN';
}

/** Two copies of rxjs meet: what one makes virtual stays real in the other. */
export class TwoCopiesError extends TestKitError {
  override readonly name = 'TwoCopiesError';
  readonly code = 'TWO_COPIES';

  constructor(what: string) {
    super(
      `${what} comes from another copy of rxjs than the one that rxchange uses. Each has schedulers of its own, ` +
        'and a run makes only those of its own copy virtual. See which there are with `npm ls rxjs`, and leave one.',
    );
  }
}

/** A run has no end, or its work returns before it has happened. */
export class EndlessRunError extends TestKitError {
  override readonly name = 'EndlessRunError';
  readonly code = 'ENDLESS_RUN';
}

/** Something is left behind the run: see the message for what, and for the exchange that opened it. */
export class LeakError extends TestKitError {
  override readonly name = 'LeakError';
  readonly code = 'LEAK';
  /** A line for each. */
  readonly leaks: readonly string[];

  constructor(leaks: readonly string[]) {
    super(`left behind:\n${leaks.map((leak) => `  - ${leak}`).join('\n')}`);
    this.leaks = leaks;
  }
}

/** What happened is not what was expected. */
export class MismatchError extends TestKitError {
  override readonly name = 'MismatchError';
  readonly code = 'MISMATCH';
}

function pointAt(marbles: string, column: number): string {
  return `  ${marbles}\n  ${' '.repeat(Math.max(0, column - 1))}^`;
}
