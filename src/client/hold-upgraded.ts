import { concat, finalize, ignoreElements, mergeMap, of, type Observable } from 'rxjs';
import type { ResponseUpgrade, UpgradeNotification } from '../message/notifications.ts';

/** Keeps the connection that the source hands over for as long as it is subscribed to, and completes when that is closed. */
export function holdUpgraded(source: Observable<UpgradeNotification>): Observable<UpgradeNotification> {
  return source.pipe(
    mergeMap((notification) =>
      notification.type === 'response_upgrade' ? held(notification) : of(notification),
    ),
  );
}

function held(upgrade: ResponseUpgrade): Observable<ResponseUpgrade> {
  const { connection } = upgrade;
  return concat(of(upgrade), connection.closed.pipe(ignoreElements())).pipe(
    finalize(() => {
      connection.destroy();
    }),
  );
}
