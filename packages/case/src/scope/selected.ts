/** What is written down of a selected access: all that scope, timeline and custody need, so that none joins again. */

import type { Scratch } from '../engine/scratch.ts'
import type { Facts } from '../engine/session.ts'
import { columnsOf, IS_CUT, nameOf } from '../store/sql.ts'
import type { Selection } from './selection.ts'

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
  party: 'attacker' | 'ambiguous',
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
