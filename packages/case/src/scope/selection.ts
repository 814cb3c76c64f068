/**
 * Which accesses a question is about. Values of one kind are alternatives, and different kinds narrow each other; an
 * attacker list is one kind. Without any value the selection is what the evidence points at (established `unissued` and
 * `mismatched`, hits of established hunts), corrected by marks.
 */
import { MintmarkError } from '@mintmark/core'
import type { Scratch } from '../engine/scratch.ts'
import type { Facts } from '../engine/session.ts'
import { columnsOf, IS_CUT, nameOf } from '../store/sql.ts'
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

/** Scratch tables that hold a selection until {@link Selected.close}. */
export interface Selected {
  readonly selection: Selection
  readonly scratch: Scratch
  readonly table: string
  /** mailbox id, object id or former name → the account's name. Columns: id, name. */
  readonly names: string
  /** What the evidence answers whatever is selected. */
  readonly facts: Facts
  close(): Promise<void>
}

const BASE =
  columnsOf(`record_id UUID; content UInt64; token_id UUID; at Time; source Low; operation Low;
  service Low; tenant Low; token_tenant Low; external_tenant Low; mailbox String; mailbox_id String;
  principal String; principal_id String; actor_kind Low; session_id String; other_session_id String; ip String;
  app_id Low; client_app_id Low; client Low; throttled Int8; verdict Low; reason Low; strength Low;
  object_path String; bytes UInt64; item_message_id Array(String); item_id Array(String); item_bytes Array(UInt64)`)

const COUNTED = "toUInt64OrZero(JSONExtractString(detail, 'operationCount'))"

/** Synchronised folders; one without a name where a record of a synchronisation names none. */
const synced = (folders: string) =>
  `if(outcome = 'failed', [], if(access_type = 'Sync' AND empty(synced_folder_id), [''], ${folders}))`

/** Columns that are computed from one row of `judged`: definition and SQL. */
const DERIVED: readonly (readonly [column: string, sql: string])[] = [
  ['is_failed UInt8', "outcome = 'failed'"],
  // Set-Mailbox changes a hundred things, and most of them by the service itself.
  [
    'forwards UInt8',
    "operation = 'Set-Mailbox' AND positionCaseInsensitive(detail, 'forward') > 0",
  ],
  ['counted_items UInt64', `if(${IS_CUT}, ${COUNTED}, 0)`],
  ['folder_id Array(String)', synced('synced_folder_id')],
  [
    'folder_path Array(String)',
    synced("arrayResize(synced_folder_path, length(synced_folder_id), '')"),
  ],
]

const GRAPH = "service IN ('MicrosoftGraph', 'AzureADGraph')"
/** Requests for messages of mailboxes; chats, channels and groups have messages too. */
const GRAPH_MESSAGES =
  "match(operation, '(?i)/messages') AND NOT match(operation, '(?i)/(chats|channels|teams|groups)/')"
const GRAPH_MAIL = `${GRAPH_MESSAGES} OR match(operation, '(?i)/mailfolders')`

const IS_MAIL: string = `(account != '' OR notEmpty(item_message_id)) AND multiIf(
  service IN ('SharePoint', 'OneDrive'), 0,
  notEmpty(item_message_id) OR notEmpty(item_id) OR notEmpty(folder_id) OR service IN ('Exchange', 'Dovecot'), 1,
  ${GRAPH}, ${GRAPH_MAIL},
  source = 'mintmark' AND object_path = '')`

/**
 * What an access did to its items. `read`: their content was given out (Bind, AttachmentAccess and Send; Graph GET of
 * one message). `touch`: moved, deleted, changed, which does not say that they were read.
 */
const NAMED = `multiIf(
  outcome = 'failed' OR empty(item_message_id) AND empty(item_id), '',
  operation IN ('MailItemsAccessed', 'MessageBind', 'AttachmentAccess', 'Send', 'SendAs', 'SendOnBehalf', 'mail_opened'), 'read',
  source IN ('mintmark', 'keycloak') OR startsWith(operation, 'GET'), 'read',
  'touch')`

/** An access that gave out mail and does not name it, or not all of it. */
const UNNAMED = `multiIf(
  outcome = 'failed', '',
  ${IS_CUT}, 'cut',
  operation = 'MailItemsAccessed' AND ${COUNTED} > greatest(length(item_message_id), length(item_id))
    AND (notEmpty(item_message_id) OR notEmpty(item_id)), 'bind',
  notEmpty(item_message_id) OR notEmpty(item_id), '',
  notEmpty(synced_folder_id) OR access_type = 'Sync', '',
  operation IN ('MailItemsAccessed', 'MessageBind', 'AttachmentAccess'), 'bind',
  ${GRAPH} AND startsWith(operation, 'GET') AND ${GRAPH_MESSAGES}, 'list',
  '')`

export const SELECTED_ORDER = '(account, at, record_id, content)'
export const SELECTED_COLUMNS: string = [
  ...BASE,
  ...DERIVED.map(([column]) => column),
  ...columnsOf(
    'named Low; unnamed Low; mailbox_ref String; account String; is_mail UInt8; class Low; party Low',
  ),
].join(', ')

/** Columns of `judged` in the order of the scratch table, all but the last four. */
export function selectBase(where: string): string {
  return `SELECT
    ${BASE.map(nameOf).join(', ')},
    ${DERIVED.map(([column, sql]) => `${sql} AS ${nameOf(column)}`).join(', ')},
    ${NAMED} AS named,
    ${UNNAMED} AS unnamed,
    if(mailbox_id != '', mailbox_id, mailbox) AS mailbox_ref
  FROM judged
  WHERE ${where}`
}

/** `base` with its account, class and party; `where` may name `account` and `is_mail`. */
export function selectAccounts(
  base: string,
  names: string,
  party: 'theirs' | 'either',
  where: string,
): string {
  return `SELECT * FROM (
    SELECT base.*,
      multiIf(known.name != '', known.name, base.mailbox != '', base.mailbox, base.mailbox_id) AS account,
      ${IS_MAIL} AS is_mail,
      multiIf(verdict IN ('unissued', 'mismatched') AND strength != 'lead', 'forged', hits.class != '', hits.class, 'named') AS class,
      '${party}' AS party
    FROM (${base}) AS base
    GLOBAL LEFT ANY JOIN ${names} AS known ON base.mailbox_ref = known.id
    GLOBAL LEFT ANY JOIN (
      SELECT record_id, content, min(toString(class)) AS class FROM hunt_hit
      WHERE strength = 'established' GROUP BY record_id, content
    ) AS hits ON base.record_id = hits.record_id AND base.content = hits.content
  ) WHERE ${where}`
}
