/** What was asked for cannot be done, whatever the network does: exit status 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}

export const USAGE = `Usage: rxchange [options] <url>
       rxchange serve [options]
       rxchange draw [options] <recording>

Sends one HTTP/1.1 exchange and writes the content of its response to stdout.

  -X, --method <method>     GET; POST with --data, HEAD with --head
  -H, --header <name:value> a header field; may be repeated
  -d, --data <text>         the content of the request; @file reads a file, - reads stdin
  -o, --output <file>       writes the content there; - is stdout
  -i, --include             writes the heads and trailers too, as they came
  -I, --head                asks for the head alone, and writes it
      --cacert <file>       the authorities that are trusted instead of the usual, as PEM
      --marbles             draws what came when, with its values: on stderr, or on stdout with --output
      --frame <ms>          the ms of a marble frame; implies --marbles          (default 10)
      --record <file>       writes there what came when, for replay() in a test, content and all

rxchange serve answers every request with a page that shows it as it was received.

      --host <host>         where to listen                                      (default localhost)
      --port <port>         0 takes any that is free                             (default 8080)
      --marbles, --frame    draws each response on stdout

rxchange draw makes a picture of a recording, as SVG; @swirly/renderer-node has to be installed for it.

  -o, --output <file>       writes the picture there; - is stdout

  -h, --help
      --version

Exit status: 0 for a complete response, whatever its status; 1 for an exchange that failed; 2 for wrong usage.
`;
