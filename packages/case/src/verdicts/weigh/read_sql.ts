/** SQL and tables that the readers of a population share. */
import { type Json, text } from '@mintmark/core'

export const SPILLS =
  'max_bytes_before_external_group_by = 200000000, max_bytes_ratio_before_external_group_by = 0'

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

/** A column of numbers by a column of names. */
export const numbers = (rows: readonly Json[], name: string, value: string): Map<string, number> =>
  new Map(rows.map((row) => [text(row, name) ?? '', Number(row[value])]))
