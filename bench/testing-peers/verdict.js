/** The scenario is expressed: `work` asserts all of it. */
export const yes = (work) => ({ verdict: 'yes', work });

/** What `work` asserts is a part of the scenario; the reason says what is missing. */
export const inPart = (reason, work) => ({ verdict: 'in part', reason, work });

/** It cannot be expressed. `attempt`, where there is something to run, does what comes nearest, and has to fail. */
export const no = (reason, attempt) => ({ verdict: 'no', reason, work: attempt });
