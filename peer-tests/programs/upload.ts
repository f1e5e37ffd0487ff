/** Uploads octets of a pattern from a source that stops while it is held, and prints the answer and the memory that it took. */
import { tap } from 'rxjs';
import { HttpClient, requestBody, requestDone } from '../../src/index.ts';
import { flowing } from '../ours/flowing.ts';
import { Memory } from './memory.ts';

const [, , uri = '', total = '0', framing = 'chunked'] = process.argv;
const memory = new Memory();
let answer = '';

new HttpClient()
  .exchange({
    method: 'PUT',
    uri,
    headers: framing === 'length' ? [['Content-Length', total]] : [],
    body: flowing(Number(total), requestBody, requestDone).pipe(tap(() => memory.look())),
  })
  .subscribe({
    next: (notification) => {
      if (notification.type === 'response_body') answer += Buffer.from(notification.chunk).toString('latin1');
    },
    complete: () => {
      console.log(JSON.stringify({ answer, ...memory.growth }));
    },
  });
