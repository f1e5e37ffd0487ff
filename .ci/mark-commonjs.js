// The last step of `npm run build`: the package is ESM, so dist/cjs has to say that it is not.
import { writeFileSync } from 'node:fs';

writeFileSync(
  'dist/cjs/package.json',
  `${JSON.stringify({ type: 'commonjs', sideEffects: false }, null, 2)}\n`,
);
