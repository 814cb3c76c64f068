/** SQL and tables that the readers of a population share. */

/** The day of an hour since 1970. */
export const DAY = 'toInt32(intDiv(hour, 24))'

/** Tables that the readers of a population share. */
export interface Tables {
  /** Contexts in which something is wrong: `home, who, prefix, app, client_kind`. */
  readonly about: string
  /** Explained tokens of the tenants in question, of `JOINED_COLUMNS`. */
  readonly joined: string
  /** Accesses of these tenants, of `USED_COLUMNS`. */
  readonly used: string
  /** Issuances, counted, of `SIGNED_IN_COLUMNS`. */
  readonly signedIn: string
}
