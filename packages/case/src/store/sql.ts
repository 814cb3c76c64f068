/** Pieces of SQL, and columns as a text: `name Type; name Type`, with `--` comments; `Low` repeats, `Time` is in ms. */
const TYPES: ReadonlyMap<string, string> = new Map([
  ['Low', 'LowCardinality(String)'],
  ['Time', "DateTime64(3, 'UTC')"],
])

export const columnsOf = (text: string): string[] =>
  text
    .replaceAll(/--.*$/gm, '')
    .replaceAll(/\b(?:Low|Time)\b/g, (type) => TYPES.get(type) ?? type)
    .split(';')
    .map((column) => column.trim())
    .filter((column) => column !== '')

export const nameOf = (column: string): string => column.slice(0, column.indexOf(' '))
export const columnsSql = (text: string): string => columnsOf(text).join(', ')
export const NO_ID = '00000000-0000-0000-0000-000000000000'

export const HAS_TOKEN: string = `token_id != toUUID('${NO_ID}')`
export const tokenText = (column = 'token_id'): string =>
  `if(${column} = toUUID('${NO_ID}'), '', toString(${column}))`
export const SESSION: string = "if(session_id != '', session_id, other_session_id)"
export const APP: string = "if(client_app_id != '', client_app_id, app_id)"
export const PRINCIPAL: string = "if(principal != '', principal, principal_id)"
export const ACCOUNT: string = "if(mailbox != '', mailbox, principal)"
/** A record whose beginning alone could be read: it may have named more. */
export const IS_CUT: string = `startsWith(detail, '{"truncated":true')`
export const domainOf = (column: string): string =>
  `lower(substring(${column}, length(${column}) - position(reverse(${column}), '@') + 2))`

export const SPAN: string =
  'toUnixTimestamp64Milli(min(at)) AS first_ms, toUnixTimestamp64Milli(max(at)) AS last_ms'
export const NEXT_TIME: string = "toString(greatest(now64(3, 'UTC'), addMilliseconds(max(at), 1)))"
/** ISO 8601 text of a `DateTime64(3, 'UTC')`, as `Date.toISOString` writes it. */
export const isoSql = (time: string): string =>
  `concat(formatDateTime(${time}, '%Y-%m-%dT%H:%i:%S'), '.', leftPad(toString(toUnixTimestamp64Milli(${time}) % 1000), 3, '0'), 'Z')`

/** Logs write an id with or without brackets, entities or blanks; collectors fold its letters. */
export const messageKey = (id: string): string =>
  `lower(replaceRegexpAll(decodeHTMLComponent(${id}), '^[\\\\s<]+|[\\\\s>]+$', ''))`
