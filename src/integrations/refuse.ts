import type { Observable } from 'rxjs';
import { textBody } from '../body/content.ts';
import { respond } from '../body/respond.ts';
import type { HeaderList } from '../message/headers.ts';
import type { ResponseNotification } from '../message/notifications.ts';
import { statusPhrase } from '../message/status.ts';

/** A response that says what its status says, and nothing of what is behind it. */
export function refuse(status: number, headers: HeaderList = []): Observable<ResponseNotification> {
  return respond(status, textBody(`${statusPhrase(status)}\n`, headers));
}
