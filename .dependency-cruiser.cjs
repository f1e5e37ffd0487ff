/**
 * The layers, as `npm run lint` checks them:
 *
 *   message → { wire | operators | transport } → { client | server } → { body | interceptors | integrations | cli } → index
 *
 * What stands on the right may import what stands on its left. The lower layers are white lists (`pathNot`): core
 * modules appear as `net`, not `node:net`, and what is not named is not allowed.
 *
 * @type {import('dependency-cruiser').IConfiguration}
 */
module.exports = {
  forbidden: [
    {
      name: 'no-cycle',
      comment:
        'Two files that need each other are one idea cut in two, or a layer that points both ways. Type imports count.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'resolvable',
      comment: 'An import that leads nowhere would slip through every rule below.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'message-is-words',
      comment:
        'message/ is the vocabulary all others share: it imports nothing but itself and types of rxjs.',
      severity: 'error',
      from: { path: '^src/message/' },
      to: { pathNot: ['^src/message/', '^node_modules/rxjs/'] },
    },
    {
      name: 'message-runs-no-rxjs',
      comment: 'message/ names Observables, it runs none (`import type`): wire/ imports it and has no rxjs.',
      severity: 'error',
      from: { path: '^src/message/' },
      to: { path: '^node_modules/rxjs/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'wire-is-bytes',
      comment:
        'wire/ is sans-IO: bytes in, parts out, the same in any runtime. It imports message/ only; no rxjs (time), no core modules (sockets).',
      severity: 'error',
      from: { path: '^src/wire/' },
      to: { pathNot: '^src/(message|wire)/' },
    },
    {
      name: 'operators-are-time',
      comment:
        'operators/ hold what waits, limits or retries, drawn with marbles: rxjs and message/ only, so nothing real can wait in them.',
      severity: 'error',
      from: { path: '^src/operators/' },
      to: { pathNot: ['^src/(message|operators)/', '^node_modules/rxjs/'] },
    },
    {
      name: 'transport-is-sockets',
      comment:
        'transport/ moves bytes and does not read them: core modules, rxjs and message/ only. HTTP that needs a socket lives in client/ or server/.',
      severity: 'error',
      from: { path: '^src/transport/' },
      to: { pathNot: ['^src/(message|transport)/', '^node_modules/rxjs/'], dependencyTypesNot: ['core'] },
    },
    {
      name: 'client-not-server',
      comment: 'A user of one end does not load the other. What both need belongs to a layer below.',
      severity: 'error',
      from: { path: '^src/client/' },
      to: { path: '^src/server/' },
    },
    {
      name: 'server-not-client',
      comment: 'A user of one end does not load the other. What both need belongs to a layer below.',
      severity: 'error',
      from: { path: '^src/server/' },
      to: { path: '^src/client/' },
    },
    {
      name: 'ends-below-their-users',
      comment:
        'client/ and server/ know notifications, not values, chains or commands: those are built on top of them.',
      severity: 'error',
      from: { path: '^src/(client|server)/' },
      to: { path: '^src/(body|interceptors|integrations|cli)/' },
    },
    {
      name: 'index-is-last',
      comment: 'src/index.ts only hands names on: import what you need from where it lives.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/index\\.ts$', '^src/testing/'] },
      to: { path: '^src/index\\.ts$' },
    },
    {
      name: 'nothing-imports-testing',
      comment:
        'Doubles and marbles are an entry of their own: no program that runs may contain them, the command included. What gives them to a test runner is for tests, too.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(testing|integrations/(jest|vitest))/' },
      to: { path: '^src/testing/' },
    },
    {
      name: 'nothing-imports-cli',
      comment: 'The command is a program: it is run, not imported.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/cli/', '^src/testing/'] },
      to: { path: '^src/cli/' },
    },
    {
      name: 'only-rxjs-from-npm',
      comment:
        'The package depends on nothing but its peer rxjs; an integration may import a peer that only it needs.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/integrations/' },
      to: { path: '(^|/)node_modules/', pathNot: '^node_modules/rxjs/' },
    },
    {
      name: 'src-stands-alone',
      comment: 'What is published imports nothing that is not: no spec, example, benchmark or configuration.',
      severity: 'error',
      from: { path: '^src/' },
      to: { pathNot: ['^src/', '(^|/)node_modules/'], dependencyTypesNot: ['core'] },
    },
  ],
  options: {
    // Types count: a layer that only names another still knows it.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
    },
  },
};
