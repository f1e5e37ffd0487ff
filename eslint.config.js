import { defineConfig, globalIgnores } from 'eslint/config';
import js from '@eslint/js';
import rxjsX from 'eslint-plugin-rxjs-x';
import tseslint from 'typescript-eslint';

const WHY = 'time comes only from RxJS schedulers: marble tests must see it';

/** What waits, or knows the time, without a scheduler. */
const clocks = {
  'no-restricted-globals': [
    'error',
    ...['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'].map((name) => ({
      name,
      message: `${WHY}. Use timer() or asyncScheduler.schedule().`,
    })),
  ],
  'no-restricted-properties': [
    'error',
    ...['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'].map((property) => ({
      object: 'globalThis',
      property,
      message: `${WHY}. Use timer() or asyncScheduler.schedule().`,
    })),
    ...['nextTick', 'hrtime', 'uptime'].map((property) => ({
      object: 'process',
      property,
      message: `${WHY}.`,
    })),
    ...['now', 'timeOrigin'].map((property) => ({
      object: 'performance',
      property,
      message: `${WHY}. Ask asyncScheduler.now().`,
    })),
    { object: 'Date', property: 'now', message: `${WHY}. Ask asyncScheduler.now().` },
    { object: 'AbortSignal', property: 'timeout', message: `${WHY}. Use timer() with takeUntil().` },
  ],
  'no-restricted-imports': [
    'error',
    {
      paths: ['timers', 'timers/promises', 'perf_hooks', 'process']
        .flatMap((name) => [name, `node:${name}`])
        .map((name) => ({ name, message: `${WHY}.` })),
    },
  ],
};
const clockSyntax = [
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: `${WHY}. Write new Date(asyncScheduler.now()).`,
  },
  { selector: "CallExpression[callee.name='Date']", message: `${WHY}. Ask asyncScheduler.now().` },
];
/** A promise settles in a microtask, which no TestScheduler can hold. */
const promiseSyntax = [
  "NewExpression[callee.name='Promise']",
  "CallExpression[callee.object.name='Promise']",
  "CallExpression[callee.property.name='then']",
  ':function[async=true]',
  'AwaitExpression',
  'ForOfStatement[await=true]',
].map((selector) => ({
  selector,
  message: `${WHY}, and a promise settles in a microtask no scheduler holds.`,
}));

export default defineConfig(
  // What consumers have is compiled where they are, against the package and not against src.
  globalIgnores([
    'dist/',
    'coverage/',
    'docs/reference/',
    'temp/',
    '**/node_modules/',
    '.ci/consumers/*/',
    '.ci/consumers/*.ts',
  ]),
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [
      tseslint.configs.strictTypeChecked,
      tseslint.configs.stylisticTypeChecked,
      rxjsX.configs.strict,
    ],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // Numbers have one spelling in a template; all that strict forbids stays forbidden.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        {
          allowNumber: true,
          allowAny: false,
          allowBoolean: false,
          allowNever: false,
          allowNullish: false,
          allowRegExp: false,
        },
      ],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      // `() => {}` is how RxJS spells "nothing to tear down"; an empty method is a hook nobody has to fill.
      '@typescript-eslint/no-empty-function': ['error', { allow: ['arrowFunctions', 'methods'] }],
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // The layer rule tells a type from a value by `import type`.
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-import-type-side-effects': 'error',
      // What never errors by its type's promise (drained, closed) would need a handler that cannot run.
      'rxjs-x/no-ignored-error': 'off',
      'rxjs-x/throw-error': ['error', { allowThrowingAny: false, allowThrowingUnknown: true }],
    },
  },

  // The rule of time (docs: DESIGN "rules of behaviour", 8).
  {
    files: ['src/{message,wire,operators,client,server,body,interceptors}/**/*.ts'],
    rules: { ...clocks, 'no-restricted-syntax': ['error', ...clockSyntax] },
  },
  {
    // body/ and interceptors/ are where Observables meet promises and web streams: those two may.
    files: ['src/{message,wire,operators,client,server}/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', ...clockSyntax, ...promiseSyntax] },
  },

  // Byte loops: an index within bounds is a fact, a regular expression of octets names control characters.
  {
    files: ['src/{message,wire}/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/prefer-for-of': 'off',
      'no-control-regex': 'off',
    },
  },
  // The two exchange classes *are* Observables (`extends Observable`), which is the point of them; decision 0016 is of the others.
  {
    files: [
      'src/client/http-client-exchange.ts',
      'src/server/http-server-exchange.ts',
      'src/server/answering.ts',
      'src/operators/retry-exchange.ts',
      'src/client/request-sender.ts',
    ],
    rules: { 'rxjs-x/no-subclass': 'off' },
  },

  // Tests poke: at non-null parts of what they made, at subscriptions inside subscriptions, at errors nobody handles.
  {
    files: ['{spec,marble-tests,peer-tests}/**/*.ts', 'src/testing/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      'no-control-regex': 'off',
    },
  },
  {
    files: ['{spec,marble-tests,peer-tests,examples,bench}/**/*.ts'],
    rules: {
      'rxjs-x/no-nested-subscribe': 'off',
    },
  },

  // The kit is proved by its use: nothing of our own needs more of it than everybody has. Its own specs may look inside.
  {
    files: ['{spec,marble-tests,peer-tests,examples,bench}/**/*.ts'],
    ignores: ['spec/testing/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { group: ['**/src/testing/**'], message: "use the kit as everybody does: 'rxchange/testing'." },
          ],
        },
      ],
    },
  },

  // Plain JavaScript: configuration and .ci/, which run in Node as they are.
  {
    files: ['**/*.{js,cjs,mjs}'],
    languageOptions: {
      globals: { console: 'readonly', process: 'readonly', module: 'writable', require: 'readonly' },
    },
  },
  {
    files: ['bench/testing-peers/*.js'],
    languageOptions: {
      globals: Object.fromEntries(
        [
          ...['setTimeout', 'clearTimeout', 'setImmediate', 'performance', 'Buffer', 'URL', 'Event'],
          ...['fetch', 'AbortController', 'ReadableStream'],
        ].map((name) => [name, 'readonly']),
      ),
    },
  },
);
