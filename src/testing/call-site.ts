let unnoticedDepth = 0;

/**
 * Schedules what belongs to the test and not to what it tests: the leak check does not look at it.
 */
export function unnoticed<T>(work: () => T): T {
  unnoticedDepth++;
  try {
    return work();
  } finally {
    unnoticedDepth--;
  }
}

/** Whether what is scheduled now belongs to what is tested. */
export function isNoticed(): boolean {
  return unnoticedDepth === 0;
}

/** Frames of a stack that say nothing of who asked: those of RxJS, which hands everything on, and of Node. */
const MIDDLEMEN = /[\\/]node_modules[\\/]rxjs[\\/]|\(node:|at node:/;
/** The folder of this file, whose frames say nothing either; no module system has a name for it that all have. */
const HERE = /[^\s()]*[\\/](?=call-site\.\w+:\d)/.exec(new Error().stack ?? '')?.[0];
const DEEP = 40;

/** The calls that led to something, read only if somebody asks for them. */
export class CallSite {
  declare stack?: string;

  constructor() {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = DEEP;
    Error.captureStackTrace(this, CallSite);
    Error.stackTraceLimit = limit;
  }

  /** The nearest of them, paths from the working directory on. */
  shown(most: number): string {
    const frames = (this.stack ?? '').split('\n').slice(1);
    const telling = frames.filter(
      (frame) => !MIDDLEMEN.test(frame) && (HERE === undefined || !frame.includes(HERE)),
    );
    return telling.slice(0, most).map(shortened).join(' < ');
  }
}

function shortened(frame: string): string {
  return frame.trim().replace('file://', '').replace(`${process.cwd()}/`, '').replace(/^at /, '');
}
