const SECONDS = '%Y-%m-%dT%H:%i:%S'

/** SQL of the ISO 8601 text of a `DateTime64(3, 'UTC')`, as `Date.toISOString` writes it. */
export const isoSql = (time: string): string =>
  `concat(formatDateTime(${time}, '${SECONDS}'), '.', leftPad(toString(toUnixTimestamp64Milli(${time}) % 1000), 3, '0'), 'Z')`
