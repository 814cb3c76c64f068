/** SQL that the readers of a population share. */

export const SPILLS =
  'max_bytes_before_external_group_by = 200000000, max_bytes_ratio_before_external_group_by = 0'

/** The day of an hour since 1970. */
export const DAY = 'toInt32(intDiv(hour, 24))'
