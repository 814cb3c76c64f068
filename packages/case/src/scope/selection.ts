/**
 * Which accesses a question is about. Values of one kind are alternatives, and different kinds narrow each other; an
 * attacker list is one kind. Without any value the selection is what the evidence points at (established `unissued` and
 * `mismatched`, hits of established hunts), corrected by marks.
 */
import { MintmarkError } from '@mintmark/core'
import type { Period } from '../verdicts/losses/loss.ts'
import { type Indicator, type IndicatorKind, indicatorOf } from './indicators.ts'

/** All members are optional; `{}` is what verdicts and established hunts point at. */
export interface Selection extends Partial<Period> {
  /** Every access, whatever its verdict; still narrowed by what else is given. */
  readonly all?: boolean
  readonly sessions?: readonly string[]
  readonly tokens?: readonly string[]
  readonly ips?: readonly string[]
  readonly apps?: readonly string[]
  readonly principals?: readonly string[]
  readonly mailboxes?: readonly string[]
  readonly operations?: readonly string[]
  readonly attacker?: readonly Indicator[]
}

export interface Wanted extends Indicator {
  readonly list: 'option' | 'attacker'
}

const OPTION_KINDS = [
  ['sessions', 'session', '--session'],
  ['tokens', 'token', '--token'],
  ['ips', 'ip', '--ip'],
  ['apps', 'app', '--app'],
  ['principals', 'principal', '--principal'],
  ['mailboxes', 'mailbox', '--mailbox'],
  ['operations', 'operation', '--operation'],
] as const

/** @throws {MintmarkError} `INPUT_INVALID` for a value that is not of its kind; `facts.option` names it */
export function wantedOf(selection: Selection): Wanted[] {
  const options = OPTION_KINDS.flatMap(([member, kind, option]) =>
    (selection[member] ?? []).map((value) => optionValue(kind, value, option)),
  )
  const attacker = (selection.attacker ?? []).map(
    ({ kind, value, last }): Wanted => ({ kind, value, last, list: 'attacker' }),
  )
  return [...options, ...attacker]
}

function optionValue(kind: IndicatorKind, spelled: string, option: string): Wanted {
  const indicator = indicatorOf(kind, spelled)
  if (indicator !== undefined) return { ...indicator, list: 'option' }
  throw new MintmarkError('INPUT_INVALID', `${option} ${unfit(kind, spelled.trim())}`, { option })
}

const MOST_SHOWN = 200

function unfit(kind: IndicatorKind, value: string): string {
  if (value === '') return 'has an empty value'
  const shown = value.length > MOST_SHOWN ? 'a value given is none' : `"${value}" is none`
  if (kind === 'ip' || kind === 'network')
    return `takes addresses and networks, such as 192.0.2.7 or 192.0.2.0/24: ${shown}`
  if (kind === 'token') return `takes token ids, in any spelling: ${shown}`
  return 'has a value that is too long'
}

/** Whether nothing was asked for, so that the verdicts and established hunts decide. */
export function isDefault(selection: Selection): boolean {
  const hasTime = selection.fromMs !== undefined || selection.toMs !== undefined
  const hasValues = OPTION_KINDS.some(([member]) => (selection[member] ?? []).length > 0)
  return selection.all !== true && !hasTime && !hasValues && selection.attacker === undefined
}

/** What each kind of value is looked for in; networks and client strings go by the values that occur. */
const COLUMNS: Readonly<Record<IndicatorKind, readonly string[]>> = {
  session: ['session_id', 'other_session_id'],
  token: ['toString(token_id)'],
  ip: ['ip'],
  network: ['ip'],
  app: ['app_id', 'client_app_id'],
  principal: ['principal', 'principal_id'],
  mailbox: ['mailbox', 'mailbox_id'],
  client: ['client'],
  operation: ['operation'],
}

/** Who: the values of one group are alternatives. A network is one way of naming an address. */
const WHO: readonly (readonly IndicatorKind[])[] = [
  ['session'],
  ['token'],
  ['ip', 'network'],
  ['app'],
  ['principal'],
]
/** Where: these frame the question, and ambiguous accesses stay within the frame too. */
const WHERE: readonly (readonly IndicatorKind[])[] = [['mailbox'], ['operation']]

export interface MarkConditions {
  readonly attacker: string
  readonly legitimate: string
}

export interface Condition {
  readonly sql: string
  /** True of an access that the question is about, whosever it is. */
  readonly frame: string
  /** True of an access that is known to be harmless: it is in neither party. */
  readonly legitimate: string
  readonly params: Readonly<Record<string, number>>
}

/**
 * The selection as conditions on `judged`. Values are in the table `wanted` (columns list, kind, value and last), never
 * in the text; times are bound as `from_ms` and `to_ms`. `marked` is a part of the default selection alone.
 */
export function conditionOf(
  selection: Selection,
  values: readonly Wanted[],
  wanted: string,
  marked?: MarkConditions,
): Condition {
  if (isDefault(selection)) return pointedAt(marked)
  const kindsOf = (list: Wanted['list']) =>
    new Set(values.filter((value) => value.list === list).map((value) => value.kind))
  const options = kindsOf('option')
  const partsOf = (groups: typeof WHO) =>
    groups
      .map((group) => group.filter((kind) => options.has(kind)))
      .filter((group) => group.length > 0)
      .map((group) => anyOf(group, 'option', wanted))
  const who = partsOf(WHO)
  if (selection.attacker !== undefined)
    who.push(anyOf([...kindsOf('attacker')], 'attacker', wanted))
  const time = timeCondition(selection)
  const frame = [...partsOf(WHERE), ...time.parts]
  return {
    sql: allOf([...who, ...frame]),
    frame: allOf(frame),
    legitimate: '0',
    params: time.params,
  }
}

export const allOf = (parts: readonly string[]): string =>
  parts.length === 0 ? '1' : parts.join(' AND ')

/** Conditions on `at`; the times are bound as `from_ms` and `to_ms`. */
export function timeCondition({ fromMs, toMs }: Partial<Period>): {
  readonly parts: readonly string[]
  readonly params: Readonly<Record<string, number>>
} {
  const from = fromMs === undefined ? {} : { from_ms: Math.trunc(fromMs) }
  const to = toMs === undefined ? {} : { to_ms: Math.trunc(toMs) }
  const parts = [
    ...(fromMs === undefined ? [] : ['at >= fromUnixTimestamp64Milli({from_ms:Int64})']),
    ...(toMs === undefined ? [] : ['at < fromUnixTimestamp64Milli({to_ms:Int64})']),
  ]
  return { parts, params: { ...from, ...to } }
}

const POINTED_AT = `(verdict IN ('unissued', 'mismatched') AND strength = 'established'
  OR (record_id, content) GLOBAL IN (SELECT record_id, content FROM hunt_hit WHERE strength = 'established'))`

function pointedAt(marked: MarkConditions | undefined): Condition {
  if (marked === undefined) return { sql: POINTED_AT, frame: '1', legitimate: '0', params: {} }
  const { attacker, legitimate } = marked
  return {
    sql: `(${attacker} OR ${POINTED_AT} AND NOT ${legitimate})`,
    frame: '1',
    legitimate,
    params: {},
  }
}

function anyOf(kinds: readonly IndicatorKind[], list: Wanted['list'], wanted: string): string {
  const tests = kinds.toSorted().flatMap((kind) => {
    const found = lookedUp(kind, list, wanted)
    return COLUMNS[kind].map((column) => `${column} GLOBAL IN (${found})`)
  })
  return tests.length === 0 ? '0' : `(${tests.join(' OR ')})`
}

function lookedUp(kind: IndicatorKind, list: Wanted['list'], wanted: string): string {
  const rows = `SELECT value, last FROM ${wanted} WHERE list = '${list}' AND kind = '${kind}'`
  if (kind === 'network') {
    return `SELECT ip FROM (SELECT DISTINCT ip FROM access WHERE ip != '') AS seen
      CROSS JOIN (${rows}) AS net
      WHERE toIPv6OrDefault(ip) BETWEEN toIPv6(net.value) AND toIPv6(net.last)`
  }
  if (kind === 'client') {
    // A log wraps a user agent in its own string: `Client=OWA;Mozilla/5.0 …`.
    return `SELECT client FROM (SELECT DISTINCT toString(client) AS client FROM access) AS seen
      CROSS JOIN (${rows}) AS ua
      WHERE lower(client) = lower(ua.value)
        OR (length(ua.value) >= 8 AND positionCaseInsensitiveUTF8(client, ua.value) > 0)`
  }
  return `SELECT value FROM (${rows})`
}

/** Before the first and after the last access of the attacker: the longest life of a token (CAE, 28 h). */
export const ACTIVE_MARGIN_HOURS = 28
