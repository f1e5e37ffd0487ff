const UNPRINTABLE = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu;

/**
 * Text from the network as it can be shown on a terminal: what is not a visible character is written as its code point,
 * so that no peer moves the cursor, renames the window or turns the direction of reading.
 */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (char) => {
    if (char === '\n') return '\\n';
    if (char === '\r') return '\\r';
    if (char === '\t') return '\\t';
    return `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`;
  });
}

/** An error for people: its name, its code if it has one, and what it says. Never its stack. */
export function explain(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('message' in error)) return printable(String(error));
  const { name = 'Error', code, message } = error as { name?: string; code?: unknown; message: unknown };
  return printable(`${name}${typeof code === 'string' ? ` ${code}` : ''}: ${String(message)}`);
}
