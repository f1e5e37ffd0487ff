import { Subscription } from 'rxjs';
import type { ReadScript, Said } from './connection-script.ts';
import type { LinkEnd } from './link.ts';
import type { LoggedConnection, ReceivedRequest } from './logged-connection.ts';
import { pace } from './pace.ts';
import { play } from './play.ts';
import { UnscriptedError } from './test-errors.ts';
import type { TestRun } from './test-run.ts';

/** The far end of a scripted connection: it answers what arrives as its script has it. */
export class ScriptedServer {
  private readonly run: TestRun;
  private readonly end: LinkEnd;
  private readonly logged: LoggedConnection;
  private readonly script: ReadScript;
  /** What is being said. */
  private playing = new Subscription();
  private readonly answered: string[] = [];
  private hasEnded = false;

  /** @param latency - ms until it knows that it is connected */
  constructor(run: TestRun, end: LinkEnd, logged: LoggedConnection, script: ReadScript, latency: number) {
    this.run = run;
    this.end = end;
    this.logged = logged;
    this.script = script;
    logged.follow(end, {
      onStart: (method, target) => this.begin(`${method} ${target}`),
      onDone: (request) => this.answer(request),
      onFault: (fault) => this.refuse(fault),
    });
    end.read.subscribe({ complete: () => this.leave(), error: () => this.leave() });
    pace(run, end, script.reading);
    const open = script.replies[0]?.open;
    if (open !== undefined) this.playing.add(run.schedule(() => this.say(open), latency));
  }

  private begin(request: string): void {
    if (this.hasEnded) return;
    const { script, answered, run, logged } = this;
    // What was still to be said to an idle client is not said to one that asks again.
    if (answered.length > 0) {
      this.playing.unsubscribe();
      this.playing = new Subscription();
    }
    answered.push(request);
    if (script.replyTo !== undefined) return;
    const reply = script.replies.at(answered.length - 1);
    if (reply !== undefined) {
      this.say(reply.start);
      return;
    }
    const { length } = script.replies;
    const replies = length === 1 ? 'one reply' : `${String(length)} replies`;
    const nearest =
      length === 0 ? '' : ` Nearest is reply ${String(length)}, which went to ${answered[length - 1]}.`;
    run.fail(
      new UnscriptedError(
        `${request} in frame ${String(run.now)} is request ${String(answered.length)} on connection ` +
          `${String(logged.number)} to ${logged.origin}, whose script has ${replies}.${nearest}`,
      ),
    );
  }

  private answer(request: ReceivedRequest): void {
    if (this.hasEnded) return;
    const { script, answered } = this;
    const reply = script.replyTo?.(request) ?? script.replies.at(answered.length - 1);
    this.say(reply?.done);
  }

  private say(said: Said | undefined): void {
    if (said === undefined) return;
    const { end } = this;
    const playing = play(this.run, said.marks, ({ char }) => {
      if (this.hasEnded) return;
      this.hasEnded = char === '|' || char === '#';
      if (char === '|') end.end();
      else if (char === '#') end.reset(...('error' in said ? [said.error] : []));
      else end.write(said.values[char]);
    });
    this.playing.add(playing);
  }

  private refuse(fault: unknown): void {
    const { origin, number } = this.logged;
    const why = fault instanceof Error ? fault.message : String(fault);
    this.run.fail(
      new UnscriptedError(
        `what arrived in frame ${String(this.run.now)} on connection ${String(number)} to ${origin} is no request: ${why}`,
      ),
    );
  }

  /** Nobody listens any more. */
  private leave(): void {
    this.hasEnded = true;
    this.playing.unsubscribe();
    this.end.destroy();
  }
}
