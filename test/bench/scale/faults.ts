/** Ways in which an engine that answers itself can be told to fail. */
export type EngineFault =
  /** Nothing listens. */
  | 'refuse'
  /** It is never answered. */
  | 'hang'
  | 'serverError'
  /** An HTML page. */
  | 'page'
  /** The credentials are wrong. */
  | 'unauthorized'
  | 'redirect'
  /** A count that cannot be. */
  | 'garbage'
  /** The connection breaks before the answer. */
  | 'reset';
