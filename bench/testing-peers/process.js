// Runs the scenarios of one tool, and prints what came of each: a process of its own, as some of them change globals.

const TIMES = 20;
const [tool] = process.argv.slice(2);
const { name, packages, scenarios } = await import(tool === 'rxchange' ? './rxchange.ts' : `./${tool}.js`);

/** What a scenario says of itself has to be true: one that cannot be expressed fails by an assertion, the others do not fail. */
async function time({ verdict, work }) {
  let best = Infinity;
  for (let run = 0; run < TIMES; run++) {
    const start = performance.now();
    try {
      await work();
      best = Math.min(best, performance.now() - start);
    } catch (error) {
      if (verdict !== 'no' || error.code !== 'ERR_ASSERTION') throw error;
      continue;
    }
    if (verdict === 'no') throw new Error('it can be expressed after all');
  }
  return best;
}

const results = [];
for (const [number, scenario] of Object.entries(scenarios)) {
  const { verdict, reason, work } = scenario;
  try {
    const ms = work === undefined ? undefined : await time(scenario);
    results.push({ number, verdict, reason, ms: verdict === 'no' ? undefined : ms });
  } catch (error) {
    throw new Error(`${name}, scenario ${number}`, { cause: error });
  }
}
console.log(JSON.stringify({ name, packages, results }));
process.exit(0);
