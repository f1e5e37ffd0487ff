import { map, pipe, type OperatorFunction } from 'rxjs';
import { gather, type ExchangeNotification, type GatherOptions } from './gathering.ts';
import { successful } from './successful.ts';

/**
 * The content of a successful response, or of a request, as a whole. Any other response is a {@link StatusError}.
 *
 * ```
 * source:  --s-b-b-(d|)
 *          bytes()
 * result:  --------(v|)
 * ```
 */
export function bytes(options: GatherOptions = {}): OperatorFunction<ExchangeNotification, Uint8Array> {
  return pipe(
    successful<ExchangeNotification>(options),
    gather(options),
    map(({ content }) => content),
  );
}
