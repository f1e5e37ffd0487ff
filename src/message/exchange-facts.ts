/** What was known of an exchange when its error was reported. */
export interface ExchangeFacts {
  readonly method: string;
  readonly uri: string;
  /** How many times it was attempted; what follows is about the last time. */
  readonly attempts: number;
  /** Whether it ran on a connection that had served another exchange before. */
  readonly reused: boolean;
  /** Whether any of the request had left: if not, it cannot have been processed. */
  readonly sent: boolean;
  /** Whether any octet of a response had arrived. */
  readonly answered: boolean;
}
