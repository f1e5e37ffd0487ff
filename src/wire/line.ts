import { LineEndError, type HttpErrorInit, type MessageError } from '../message/errors.ts';
import { CLASSES, CR, LF, TEXT } from './grammar.ts';
import type { Input } from './input.ts';

type MessageErrorClass = new (detail: string, init: HttpErrorInit) => MessageError;

/** What is said of a line that is none. */
export interface LineErrors {
  /** A control octet stands in it. */
  readonly octet: MessageErrorClass;
  /** It is longer than its limit. */
  readonly length: MessageErrorClass;
  /** Is told of a bare LF; it throws, or the LF ends the line. Without it, none does. */
  readonly tolerate?: (error: MessageError) => void;
}

/**
 * Finds the end of a single line, looking at each octet once however the line is cut. CRLF ends it; CR alone never does,
 * anywhere (RFC 9112 §2.2), since for one parser it is whitespace and for the next a line end.
 */
export class Line {
  /** Octets of the line found so far, its end not counted. */
  length = 0;

  private readonly input: Input;
  private readonly limit: number;
  private readonly errors: LineErrors;

  constructor(input: Input, limit: number, errors: LineErrors) {
    this.input = input;
    this.limit = limit;
    this.errors = errors;
  }

  /** How many octets end the line, once it is whole: 2, or 1 for a tolerated LF; 0 until then. */
  find(): number {
    const { input, limit } = this;
    const { bytes, from } = input;
    const end = Math.min(input.to, from + limit);
    let at = from + this.length;
    while (at < end && (CLASSES[bytes[at]] & TEXT) !== 0) at++;
    this.length = at - from;
    if (this.length === limit && input.length > limit && bytes[at] !== CR && bytes[at] !== LF) {
      throw new this.errors.length(`more than ${String(limit)} octets`, input.at(limit));
    }
    if (at === input.to) return 0;
    switch (bytes[at]) {
      case CR:
        if (at + 1 === input.to) return 0;
        if (bytes[at + 1] !== LF) throw new LineEndError('CR without LF', input.at(this.length));
        return 2;
      case LF:
        this.bareLineFeed();
        return 1;
      default:
        throw new this.errors.octet('a control character', input.at(this.length));
    }
  }

  /** Marks the line and its end as read. */
  take(ending: number): void {
    this.input.take(this.length + ending);
    this.length = 0;
  }

  private bareLineFeed(): void {
    const { tolerate } = this.errors;
    const where = this.input.at(this.length);
    const error = new LineEndError('LF without CR', { ...where, recoverable: tolerate !== undefined });
    if (tolerate === undefined) throw error;
    tolerate(error);
  }
}
