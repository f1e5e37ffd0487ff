// The public API of each entry, compared with its report in docs/api/. `--local` writes the report instead.
import { existsSync, mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';

if (!existsSync('dist/esm')) {
  console.error(
    'dist/esm is missing, and the report is made from its declarations: run `npm run build` first.',
  );
  process.exit(1);
}
mkdirSync('docs/api', { recursive: true });

const localBuild = process.argv.includes('--local');
// All entries are looked at, even after one has changed, so that one run names them all.
const changed = ['index', 'wire', 'testing', 'route', 'static', 'environment', 'swirly'].filter((entry) => {
  const config = ExtractorConfig.loadFileAndPrepare(resolve(`api-extractor/${entry}.json`));
  return !Extractor.invoke(config, { localBuild }).succeeded;
});

if (changed.length > 0) {
  console.error(
    `The API of ${changed.join(', ')} is not what docs/api/ says. Meant? \`npm run api:update\`, and commit it.`,
  );
  process.exit(1);
}
console.log(`docs/api/ ${localBuild ? 'is up to date' : 'matches'}.`);
