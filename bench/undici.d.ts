// The peers of the benchmark are installed apart (bench/package.json); so that `tsc` at the root knows undici without
// them, its types come from the package that @types/node brings along for `fetch`.
declare module 'undici' {
  export * from 'undici-types';
}
