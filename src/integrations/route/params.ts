type Until<Text extends string, Mark extends string> = Text extends `${infer Before}${Mark}${string}`
  ? Before
  : Text;

/** The name that a text begins with. */
type Name<Text extends string> = Until<Until<Until<Until<Until<Until<Text, '/'>, '.'>, '-'>, ':'>, '*'>, '}'>;

/** The names behind a mark. */
type Names<Path extends string, Mark extends string> = Path extends `${string}${Mark}${infer Rest}`
  ? Name<Rest> | Names<Rest, Mark>
  : never;

type Outside<Path extends string> = Path extends `${infer Before}{${string}}${infer Behind}`
  ? `${Before}/${Outside<Behind>}`
  : Path;

type Inside<Path extends string> = Path extends `${string}{${infer Group}}${infer Behind}`
  ? `${Group}/${Inside<Behind>}`
  : '';

type Parameters<Path extends string> = Readonly<Record<Names<Path, ':'>, string>> &
  Readonly<Record<Names<Path, '*'>, readonly string[]>>;

/**
 * What a path has for its parameters: a string for `:name`, a string a segment for `*name`, and perhaps nothing inside of
 * `{ }`.
 */
export type Params<Path extends string> = Parameters<Outside<Path>> & Partial<Parameters<Inside<Path>>>;
