/** Where something stands in a queue: made once for a thing that comes and goes again and again. */
export class Place<T> {
  readonly item: T;
  /** Until when, where what has stood there for too long is to go: ms since 1970. */
  until = Infinity;
  /** The queue it is in, if it is in one, and who stands before and behind it there. */
  queue: Queue<T> | undefined = undefined;
  previous: Place<T> | undefined = undefined;
  next: Place<T> | undefined = undefined;

  constructor(item: T) {
    this.item = item;
  }
}

/**
 * Things in the order in which they came, each of which can leave from anywhere. A Map would do; but it makes itself a new
 * table for every few things that come and go, and connections do so twice an exchange.
 */
export class Queue<T> {
  size = 0;
  first: Place<T> | undefined = undefined;
  private last: Place<T> | undefined = undefined;

  /** Puts at the end what is in no queue. */
  push(place: Place<T>): void {
    const { last } = this;
    place.queue = this;
    place.previous = last;
    if (last === undefined) this.first = place;
    else last.next = place;
    this.last = place;
    this.size++;
  }

  delete(place: Place<T>): void {
    const { previous, next } = place;
    if (previous === undefined) this.first = next;
    else previous.next = next;
    if (next === undefined) this.last = previous;
    else next.previous = previous;
    place.queue = place.previous = place.next = undefined;
    this.size--;
  }
}
