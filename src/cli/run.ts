import { catchError, defer, of, type Observable } from 'rxjs';
import { parseArguments } from './arguments.ts';
import { draw } from './draw.ts';
import { explain, printable } from './printable.ts';
import { request } from './request.ts';
import { serve } from './serve.ts';
import type { World } from './terminal.ts';
import { USAGE, UsageError } from './usage.ts';

/** Does what the arguments ask for and emits the exit status; unsubscribing gives it up. */
export function run(args: readonly string[], world: World): Observable<number> {
  const { stdout, stderr } = world;
  return defer(() => {
    const command = parseArguments(args);
    switch (command.type) {
      case 'request':
        return request(command, world);
      case 'draw':
        return draw(command, world);
      case 'serve':
        return serve(command, world);
      case 'help':
        stdout.write(USAGE);
        return of(0);
      case 'version':
        stdout.write(`${world.version}\n`);
        return of(0);
    }
  }).pipe(
    catchError((error: unknown) => {
      if (error instanceof UsageError) {
        stderr.write(`rxchange: ${printable(error.message)}\nTry rxchange --help.\n`);
        return of(2);
      }
      stderr.write(`rxchange: ${explain(error)}\n`);
      return of(1);
    }),
  );
}
