import {
  FieldLineError,
  FieldNameError,
  FieldSectionTooLargeError,
  FieldValueError,
  HeaderSpaceError,
  LineEndError,
  ObsoleteFoldError,
  TooManyFieldsError,
  TopLineSpaceError,
  UnwritableError,
  type HttpErrorInit,
  type MessageError,
} from '../message/errors.ts';
import { trimTrailing, trimWhitespace, type HeaderList } from '../message/headers.ts';
import { passesForFraming } from './control-fields.ts';
import {
  BEFORE_COLON,
  CLASSES,
  COLON,
  CR,
  HTAB,
  IN_LINE,
  isText,
  isToken,
  LF,
  SP,
  TCHAR,
  TEXT,
} from './grammar.ts';
import type { Input } from './input.ts';
import type { WireLimits } from './limits.ts';

/** Where in its line the reader is, which is to say what it takes there. */
const NAME = TCHAR;
const VALUE = TEXT;
/** In a name that is none: what is wrong with it is clear at the colon or the line end. */
const FAULTY_NAME = BEFORE_COLON;
const SKIPPED = IN_LINE;

/** Stands for the end of a name in a line that goes on with the value of the line before. */
const FOLD = -1;
/** Numbers kept of a line: where it starts, where its name ends, where its value starts and ends. */
const MARKS = 4;

/**
 * Reads a header or trailer section: field lines, and the empty line that ends them (RFC 9112 §5, §7.1.2).
 *
 * Each octet is looked at once, however the section is cut, so an error is found at its octet and is the same for every
 * cut, and a section that never ends is found at its limit. What is decoded is decoded once, when the section is whole.
 */
export class FieldSection {
  private readonly input: Input;
  private readonly limits: WireLimits;
  private readonly unfold: boolean;
  private readonly tolerate: (error: MessageError) => void;

  private state = NAME;
  /** These count from the start of the section: the octet to look at next, and of its line the start and what follows. */
  private next = 0;
  private lineStart = 0;
  private nameEnd = FOLD;
  private valueStart = 0;
  /** Whether the line before was skipped: then lines that go on with it are, too. */
  private wasSkipped = true;
  /** Where a faulty name stopped being one. */
  private fault = 0;
  /** The start of the line whose NUL has been told of: one of them is enough. */
  private nulLine = -1;
  /** Lines so far, skipped ones too: else a sender could have an error made of every few octets. */
  private lines = 0;
  /** {@link MARKS} numbers a line, and how many of them are of this section. It grows to what the longest has needed. */
  private readonly marks: number[] = [];
  private marked = 0;
  private text = '';
  private offset = 0;

  /**
   * @param unfold - whether a value may go on in the next line, and is read with a space where the fold was
   * @param tolerate - is told each error that could be survived; it throws, or reading goes on. It must throw one that is
   * not recoverable
   */
  constructor(input: Input, limits: WireLimits, unfold: boolean, tolerate: (error: MessageError) => void) {
    this.input = input;
    this.limits = limits;
    this.unfold = unfold;
    this.tolerate = tolerate;
  }

  /**
   * The fields, once their empty line has arrived; undefined until then.
   *
   * @param isTrailer - whether the section ends a chunked body, so that its line ends are framing: never tolerated
   */
  read(isTrailer = false): HeaderList | undefined {
    const { input } = this;
    const { bytes, from } = input;
    if (this.next === 0) this.marked = 0;
    const end = Math.min(input.to, from + this.limits.fieldSection);
    const classes = CLASSES;
    let at = from + this.next;
    for (;;) {
      const { state } = this;
      while (at < end && (classes[bytes[at]] & state) !== 0) at++;
      this.next = at - from;
      if (at === end) break;
      const octet = bytes[at];
      if (octet === CR) {
        if (at + 1 === end) break;
        if (bytes[at + 1] !== LF) throw new LineEndError('CR without LF', input.at(this.next));
        if (this.isEmptyLine()) return this.finish(2);
        this.endLine(2);
      } else if (octet === LF) {
        this.tolerate(new LineEndError('LF without CR', { ...this.here(), recoverable: !isTrailer }));
        if (this.isEmptyLine()) return this.finish(1);
        this.endLine(1);
      } else if (octet === COLON && state === NAME && this.next > this.lineStart) {
        this.startValue(this.next);
      } else {
        this.irregular(octet);
      }
      at = from + this.next;
    }
    if (input.length >= this.limits.fieldSection) {
      throw new FieldSectionTooLargeError(
        `more than ${String(this.limits.fieldSection)} octets`,
        input.at(this.next),
      );
    }
    return undefined;
  }

  /** Where the first line of the field `name` is that was read last, for an error about what it says. */
  locate(name: string): HttpErrorInit {
    for (let mark = 0; mark < this.marked; mark += MARKS) {
      const start = this.marks[mark];
      if (this.text.slice(start, this.marks[mark + 1]).toLowerCase() === name) {
        return { offset: this.offset + start, excerpt: this.text.slice(start, start + 64) };
      }
    }
    return { offset: this.offset };
  }

  private isEmptyLine(): boolean {
    return this.next === this.lineStart;
  }

  private endLine(width: number): void {
    if (this.lines === this.limits.fields) {
      throw new TooManyFieldsError(`more than ${String(this.limits.fields)}`, this.input.at(this.lineStart));
    }
    this.lines++;
    if (this.state === VALUE) {
      this.mark();
    } else if (this.state !== SKIPPED) {
      this.tolerate(new FieldLineError('the line ends before a colon', this.here()));
      this.state = SKIPPED;
    }
    this.next += width;
    this.lineStart = this.next;
    this.wasSkipped = this.state === SKIPPED;
    this.state = NAME;
  }

  private startValue(nameEnd: number): void {
    this.nameEnd = nameEnd;
    this.valueStart = ++this.next;
    this.state = VALUE;
  }

  private mark(): void {
    const { marks, marked } = this;
    marks[marked] = this.lineStart;
    marks[marked + 1] = this.nameEnd;
    marks[marked + 2] = this.valueStart;
    marks[marked + 3] = this.next;
    this.marked += MARKS;
  }

  private irregular(octet: number): void {
    switch (this.state) {
      case NAME:
        if (this.next === this.lineStart && (octet === SP || octet === HTAB)) {
          this.fold();
          return;
        }
        this.fault = this.next;
        this.state = FAULTY_NAME;
        return;
      case FAULTY_NAME: {
        const name = this.input.text(this.lineStart, this.next);
        const trimmed = trimTrailing(name);
        const where = { ...this.input.at(this.fault), recoverable: !passesForFraming(name) };
        this.tolerate(
          isToken(trimmed)
            ? new HeaderSpaceError('between the name and its colon', where)
            : new FieldNameError(this.next === this.lineStart ? 'it is empty' : 'it is not a token', where),
        );
        this.startValue(this.lineStart + trimmed.length);
        return;
      }
      default:
        if (octet !== 0) throw new FieldValueError('only HTAB may stand there', this.input.at(this.next));
        if (this.nulLine !== this.lineStart) {
          this.nulLine = this.lineStart;
          const recoverable = !passesForFraming(this.name());
          this.tolerate(new FieldValueError('NUL', { ...this.here(), recoverable }));
        }
        this.next++;
    }
  }

  /** A line that starts with whitespace goes on with the one before (RFC 9112 §5.2), or hides behind the start line (§2.2). */
  private fold(): void {
    if (this.lineStart === 0) {
      this.tolerate(new TopLineSpaceError('', this.here()));
    } else if (!this.wasSkipped && !this.unfold) {
      throw new ObsoleteFoldError('', this.input.at(this.next));
    }
    this.state = this.wasSkipped ? SKIPPED : VALUE;
    this.nameEnd = FOLD;
    this.valueStart = this.lineStart;
  }

  /** The name of the field whose value is being read, whichever line that began in. */
  private name(): string {
    let [start, end] = [this.lineStart, this.nameEnd];
    for (let mark = this.marked - MARKS; end === FOLD; mark -= MARKS) {
      [start, end] = [this.marks[mark], this.marks[mark + 1]];
    }
    return this.input.text(start, end);
  }

  private here(): HttpErrorInit {
    return { ...this.input.at(this.next), recoverable: true };
  }

  private finish(width: number): HeaderList {
    const { input } = this;
    this.offset = input.offset;
    this.text = input.text(0, this.next);
    input.take(this.next + width);
    this.next = this.lineStart = this.lines = 0;
    this.nulLine = -1;
    this.wasSkipped = true;
    return this.fields();
  }

  private fields(): HeaderList {
    const { marks, marked, text } = this;
    const fields: [name: string, value: string][] = [];
    for (let mark = 0; mark < marked; mark += MARKS) {
      const nameEnd = marks[mark + 1];
      const value = text.slice(marks[mark + 2], marks[mark + 3]);
      if (nameEnd === FOLD) {
        const folded = fields[fields.length - 1];
        folded[1] = `${trimTrailing(folded[1])} ${trimWhitespace(value)}`;
      } else {
        fields.push([text.slice(marks[mark], nameEnd), value]);
      }
    }
    return fields;
  }
}

/**
 * One field line. A space follows the colon only where the value brings no whitespace of its own, so that a value is the
 * same after any number of hops.
 *
 * @throws UnwritableError for a name that is no token and a value with NUL, CR, LF, another control character or a code
 * unit above 0xFF (U+010A would leave as a line feed)
 */
export function formatField(name: string, value: string): string {
  if (!isToken(name)) throw new UnwritableError(`field name ${JSON.stringify(name)}`);
  if (!isText(value)) throw new UnwritableError(`value of field ${name}: ${JSON.stringify(value)}`);
  const first = value.charCodeAt(0);
  return value === '' || first === SP || first === HTAB ? `${name}:${value}\r\n` : `${name}: ${value}\r\n`;
}
