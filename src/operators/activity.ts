/** What moves on a connection: octets have arrived, or octets of the request have left. */
export type Activity = 'read' | 'write';
