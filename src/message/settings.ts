/** Says what a value should have been, if it is not. */
export type Check = (value: unknown) => string | undefined;

const isNumber = (value: unknown): value is number => typeof value === 'number';

/** More ms than a timer takes: Node would fire at once. */
const LONGEST = 2_147_483_647;

export const ms: Check = (value) =>
  isNumber(value) && value >= 0 && value <= LONGEST
    ? undefined
    : `a number of ms from 0 to ${String(LONGEST)}`;

export const msOrNever: Check = (value) =>
  value === null || ms(value) === undefined ? undefined : `${ms(NaN) ?? ''}, or null`;

export const count =
  (least: number): Check =>
  (value) =>
    value === Infinity || (Number.isSafeInteger(value) && (value as number) >= least)
      ? undefined
      : `a whole number from ${String(least)} up, or Infinity`;

export const within =
  (least: number, most: number): Check =>
  (value) =>
    Number.isInteger(value) && (value as number) >= least && (value as number) <= most
      ? undefined
      : `a whole number from ${String(least)} to ${String(most)}`;

export const boolean: Check = (value) => (typeof value === 'boolean' ? undefined : 'true or false');

export const having =
  (...methods: string[]): Check =>
  (value) =>
    methods.every((method) => typeof (value as Record<string, unknown> | null)?.[method] === 'function')
      ? undefined
      : `an object with ${methods.join(' and ')}`;

export const func: Check = (value) => (typeof value === 'function' ? undefined : 'a function');

export const object: Check = (value) =>
  typeof value === 'object' && value !== null ? undefined : 'an object';

export const transport: Check = having('connect', 'listen');

/** An object may be anything: a circular one, or one that throws when it is looked at. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return 'this list';
  return typeof value === 'object' && value !== null ? 'this object' : String(value);
}

/** Options without those that are undefined, which are left to their defaults. */
export type Given<Options> = { readonly [Name in keyof Options]?: Exclude<Options[Name], undefined> };

/** @throws TypeError for what is no object */
export function given<Options extends object>(options: Options, owner: string): Given<Options> {
  if (object(options) !== undefined) {
    throw new TypeError(`the options of ${owner} must be an object, not ${shown(options)}`);
  }
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Given<Options>;
}

/**
 * Checks all settings of a class, so that what is wrong with one is said where it is given and not when it is first needed.
 *
 * @throws RangeError for a number out of its range, TypeError for anything else; both name the option
 */
export function checkSettings<Settings extends object>(
  settings: Settings,
  checks: Readonly<Record<keyof Settings, Check>>,
  owner: string,
): void {
  for (const [name, value] of Object.entries(settings)) {
    if (!Object.hasOwn(checks, name)) throw new TypeError(`${name} is not an option of ${owner}`);
    const wanted = checks[name as keyof Settings](value);
    if (wanted === undefined) continue;
    const text = `${name} must be ${wanted}, not ${shown(value)}`;
    throw isNumber(value) ? new RangeError(text) : new TypeError(text);
  }
}
