import { trimWhitespace, type HeaderList } from '../message/headers.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const TIME = '(?<hour>\\d\\d):(?<minute>\\d\\d):(?<second>\\d\\d)';

/** The three forms of `HTTP-date` (RFC 9110 §5.6.7): IMF-fixdate, RFC 850, asctime. */
const FORMS = [
  `(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (?<day>\\d\\d) (?<month>\\w{3}) (?<year>\\d{4}) ${TIME} GMT`,
  `(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (?<day>\\d\\d)-(?<month>\\w{3})-(?<year>\\d\\d) ${TIME} GMT`,
  `(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?<month>\\w{3}) (?<day>[ \\d]\\d) ${TIME} (?<year>\\d{4})`,
].map((form) => new RegExp(`^${form}$`));

/**
 * How many ms from `now` the server asks to wait (RFC 9110 §10.2.3): never fewer than it says. Undefined when it does not,
 * or not in a form that the RFC knows.
 *
 * @param now - ms since 1970, by the same clock as the wait
 */
export function retryAfter(headers: HeaderList, now: number): number | undefined {
  const line = headers.find(([name]) => name.toLowerCase() === 'retry-after');
  if (line === undefined) return undefined;
  const value = trimWhitespace(line[1]);
  if (/^\d{1,10}$/.test(value)) return Number(value) * 1000;
  const date = parseHttpDate(value, now);
  return date === undefined ? undefined : Math.max(0, date - now);
}

/** ms since 1970. A year of two digits that seems to be more than 50 years ahead is the last one that ends so. */
export function parseHttpDate(text: string, now: number): number | undefined {
  for (const form of FORMS) {
    const parts = form.exec(text)?.groups;
    if (parts === undefined) continue;
    const { year, month, day, hour, minute, second } = parts as Record<string, string>;
    const monthIndex = MONTHS.indexOf(month);
    if (monthIndex < 0) return undefined;
    const at = (fullYear: number): number =>
      Date.UTC(fullYear, monthIndex, Number(day), Number(hour), Number(minute), Number(second));
    if (year.length === 4) return at(Number(year));
    const thisYear = new Date(now).getUTCFullYear();
    const inThisCentury = thisYear - (thisYear % 100) + Number(year);
    return at(inThisCentury > thisYear + 50 ? inThisCentury - 100 : inThisCentury);
  }
  return undefined;
}
