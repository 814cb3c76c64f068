/** Accesses as events: for Timesketch, and as OCSF with issuances, hunts and the case. */
import * as cases from '@mintmark/case'
import { isoOf, type Json, VERSION } from '@mintmark/core'
import type { Report } from '../model/model.ts'
import type { Redactor } from '../model/redaction.ts'

export function text(row: Json, name: string): string {
  const value = row[name]
  return typeof value === 'string' ? value : ''
}

/** Words of Mintmark's own, and ids that name nobody. */
const OWN: ReadonlySet<string> = new Set([
  'access_id',
  'token_id',
  'party',
  'class',
  'verdict',
  'reason',
  'strength',
  'source',
  'actor_kind',
])

export async function* redactedEvents(
  session: cases.Session,
  selected: cases.Selected,
  redactor: Redactor,
): AsyncGenerator<readonly Json[]> {
  for await (const rows of cases.eventRows(session, selected))
    yield rows.map((row) => redactedRow(row, redactor))
}

const redactedRow = (row: Json, { text: redacted, messageId }: Redactor): Json =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]: [string, unknown]) => {
      if (typeof value === 'string') return [name, OWN.has(name) ? value : redacted(value)]
      if (Array.isArray(value)) return [name, value.map((id) => messageId(String(id)))]
      return [name, value]
    }),
  )

export const timesketchRow = (row: Json): Json => ({
  message: messageOf(row),
  datetime: isoOf(Number(row['at_ms'])),
  timestamp_desc: 'Access Time',
  timestamp: Number(row['at_ms']) * 1000,
  ...row,
})

function messageOf(row: Json): string {
  const what = text(row, 'mailbox') || text(row, 'account') || text(row, 'object_path')
  return `${text(row, 'operation')} of ${what} by ${text(row, 'principal')} from ${text(row, 'ip')}: ${text(row, 'verdict')} (${text(row, 'reason')})`
}

const SCHEMA_VERSION = '1.3.0'
const INFORMATIONAL = 1
const MEDIUM = 3
const HIGH = 4

const CLASSES = {
  detection: { class_uid: 2004, class_name: 'Detection Finding', category_uid: 2 },
  incident: { class_uid: 2005, class_name: 'Incident Finding', category_uid: 2 },
  authentication: { class_uid: 3002, class_name: 'Authentication', category_uid: 3 },
  api: { class_uid: 6003, class_name: 'API Activity', category_uid: 6 },
  datastore: { class_uid: 6005, class_name: 'Datastore Activity', category_uid: 6 },
  hosting: { class_uid: 6006, class_name: 'File Hosting Activity', category_uid: 6 },
} as const

const CATEGORIES: Readonly<Record<number, string>> = {
  2: 'Findings',
  3: 'Identity & Access Management',
  6: 'Application Activity',
}

type ClassName = keyof typeof CLASSES

interface Event {
  readonly of: ClassName
  readonly activity: readonly [id: number, name: string]
  readonly timeMs: number
  readonly severity: number
  readonly uid: string
}

const SEVERITIES: Readonly<Record<number, string>> = {
  [INFORMATIONAL]: 'Informational',
  [MEDIUM]: 'Medium',
  [HIGH]: 'High',
}

function base({ of, activity: [id, name], timeMs, severity, uid }: Event): Json {
  const { class_uid, class_name, category_uid } = CLASSES[of]
  return {
    activity_id: id,
    activity_name: name,
    category_uid,
    category_name: CATEGORIES[category_uid],
    class_uid,
    class_name,
    type_uid: class_uid * 100 + id,
    type_name: `${class_name}: ${name}`,
    time: timeMs,
    severity_id: severity,
    severity: SEVERITIES[severity],
    metadata: {
      version: SCHEMA_VERSION,
      uid,
      product: { name: 'Mintmark', vendor_name: 'Mintmark', version: VERSION },
    },
  }
}

export function accessEvent(row: Json): Json {
  const of = classOf(row)
  return {
    ...base({
      of,
      activity: activityOf(of, text(row, 'operation')),
      timeMs: Number(row['at_ms']),
      severity: severityOf(row),
      uid: text(row, 'access_id'),
    }),
    message: `${text(row, 'operation')}: ${text(row, 'verdict')} (${text(row, 'reason')})`,
    status_id: Number(row['is_failed']) === 1 ? 2 : 1,
    status: Number(row['is_failed']) === 1 ? 'Failure' : 'Success',
    actor: actorOf(row),
    src_endpoint: endpointOf(text(row, 'ip')),
    ...targetOf(of, row),
    unmapped: unmappedOf(row),
  }
}

/** Established accesses weigh more than leads; ambiguous ones are for information. */
function severityOf(row: Json): number {
  if (row['party'] !== 'attacker') return INFORMATIONAL
  return row['strength'] === 'lead' ? MEDIUM : HIGH
}

function classOf(row: Json): ClassName {
  const service = text(row, 'service')
  if (/^SearchQuery/i.test(text(row, 'operation'))) return 'datastore'
  const isFile = text(row, 'object_path') !== '' && /^(SharePoint|OneDrive)$/.test(service)
  return isFile ? 'hosting' : 'api'
}

type Activities = readonly (readonly [pattern: RegExp, id: number, name: string])[]
const OTHER = [99, 'Other'] as const
const API: Activities = [
  [/^(New|Add|Create|Send|POST\b)/i, 1, 'Create'],
  [/^(Remove|Delete|HardDelete|SoftDelete|MoveToDeletedItems|DELETE\b)/i, 4, 'Delete'],
  [/^(Set|Update|Move|Enable|Disable|PATCH\b|PUT\b)/i, 3, 'Update'],
  [/./, 2, 'Read'],
]
const HOSTING: Activities = [
  [/Upload/i, 1, 'Upload'],
  [/Download/i, 2, 'Download'],
  [/Modif|Update/i, 3, 'Update'],
  [/Delet|Recycl/i, 4, 'Delete'],
  [/Renam/i, 5, 'Rename'],
  [/Cop(y|ied)/i, 6, 'Copy'],
  [/Mov/i, 7, 'Move'],
  [/Preview/i, 9, 'Preview'],
  [/Shar/i, 12, 'Share'],
  [/Access|View|Open/i, 14, 'Open'],
  [/Sync/i, 15, 'Sync'],
]

function activityOf(of: ClassName, operation: string): readonly [number, string] {
  if (of === 'datastore') return [4, 'Query']
  const found = (of === 'hosting' ? HOSTING : API).find(([pattern]) => pattern.test(operation))
  return found === undefined ? OTHER : [found[1], found[2]]
}

const userOf = (name: string, uid: string): Json => ({
  ...(uid !== '' && { uid }),
  name: name || uid || 'unknown',
})

function actorOf(row: Json): Json {
  const session = text(row, 'session_id')
  const app = text(row, 'client_app_id') || text(row, 'app_id')
  return {
    user: userOf(text(row, 'principal'), text(row, 'principal_id')),
    ...(session !== '' && { session: { uid: session } }),
    ...(app !== '' && { app_uid: app }),
  }
}

const endpointOf = (ip: string): Json => (ip === '' ? { name: 'unknown' } : addressOf(ip))
/** Other text is the pseudonym of an address. */
const addressOf = (ip: string): Json => (/^[0-9a-f.:]+$/i.test(ip) ? { ip } : { name: ip })

const FILE_UNKNOWN = 0

function targetOf(of: ClassName, row: Json): Json {
  const path = text(row, 'object_path')
  if (of === 'hosting') {
    const name = path.split(/[/\\]/).findLast((part) => part !== '') ?? path
    return { file: { name, path, type_id: FILE_UNKNOWN, type: 'Unknown' } }
  }
  const mailbox = text(row, 'account') || text(row, 'mailbox')
  if (of === 'datastore')
    return {
      type_id: 1,
      type: 'Database',
      database: { name: mailbox || 'unknown', type_id: 99, type: 'Mailbox' },
    }
  const resources = [
    ...(mailbox === '' ? [] : [{ type: 'mailbox', name: mailbox }]),
    ...messageIds(row).map((uid) => ({ type: 'message', uid })),
    ...(path === '' ? [] : [{ type: 'object', name: path }]),
  ]
  const service = text(row, 'service')
  return {
    api: {
      operation: text(row, 'operation') || 'unknown',
      ...(service !== '' && { service: { name: service } }),
    },
    ...(resources.length > 0 && { resources }),
  }
}

function messageIds(row: Json): string[] {
  const ids: unknown = row['message_ids']
  return Array.isArray(ids) ? ids.map(String) : []
}

const unmappedOf = (row: Json): Json => ({
  mintmark_party: row['party'],
  mintmark_class: row['class'],
  mintmark_verdict: row['verdict'],
  mintmark_reason: row['reason'],
  mintmark_strength: row['strength'],
  token_uid: text(row, 'token_id'),
  tenant_uid: text(row, 'tenant'),
  client: text(row, 'client'),
  items: Number(row['items']),
  bytes: Number(row['bytes']),
})

export function issuanceEvent({ issued, tokenId, sessionId }: cases.TokenUse): Json | undefined {
  if (issued === null) return undefined
  return {
    ...base({
      of: 'authentication',
      activity: [99, 'Token issuance'],
      timeMs: Date.parse(issued.at),
      severity: INFORMATIONAL,
      uid: `issuance-${tokenId}`,
    }),
    message: `token issued, as recorded in ${issued.source}`,
    status_id: 1,
    status: 'Success',
    user: userOf(issued.principal, ''),
    service: { name: issued.source },
    ...(sessionId !== '' && { session: { uid: sessionId } }),
    unmapped: { token_uid: tokenId },
  }
}

const confidenceOf = (isSure: boolean): Json =>
  isSure ? { confidence_id: 3, confidence: 'High' } : { confidence_id: 1, confidence: 'Low' }

export function huntEvent(hunt: cases.HuntResult): Json | undefined {
  if (hunt.hits === 0 || hunt.first === null || hunt.last === null) return undefined
  const isSure = hunt.strength !== 'lead'
  return {
    ...base({
      of: 'detection',
      activity: [1, 'Create'],
      timeMs: Date.parse(hunt.last),
      severity: isSure ? HIGH : MEDIUM,
      uid: `hunt-${hunt.id}`,
    }),
    message: hunt.title,
    ...confidenceOf(isSure),
    status_id: 1,
    status: 'New',
    count: hunt.hits,
    start_time: Date.parse(hunt.first),
    end_time: Date.parse(hunt.last),
    finding_info: {
      uid: `hunt-${hunt.id}`,
      title: hunt.title,
      desc: `${hunt.means} It cannot mean: ${hunt.cannotMean}`,
      analytic: { uid: hunt.id, name: hunt.title, type_id: 1, type: 'Rule' },
      attacks: hunt.attack.map((uid) => ({ technique: { uid } })),
    },
    unmapped: {
      mintmark_class: hunt.class,
      mintmark_strength: isSure ? 'established' : 'lead',
      accounts: hunt.accounts,
    },
  }
}

export function incidentEvent(
  { timeline: { first, last }, scope, conclusion }: cases.Answer,
  report: Report,
): Json | undefined {
  const found = report.sections
    .flatMap(({ statements }) => statements)
    .find(({ id }) => id === 'found')
  if (first === null || last === null || found === undefined) return undefined
  const uid = `case-${report.case}`
  const isSure = found.strength === 'established'
  // What marks alone name is not established.
  const { firstAccess, lastAccess } = conclusion.established
  const isBesideMarks = isSure && scope.marked > 0
  const [start, end] = isBesideMarks ? [firstAccess ?? first, lastAccess ?? last] : [first, last]
  return {
    ...base({
      of: 'incident',
      activity: [1, 'Create'],
      timeMs: Date.parse(end),
      severity: isSure ? HIGH : MEDIUM,
      uid,
    }),
    message: found.text,
    ...confidenceOf(isSure),
    status_id: 1,
    status: 'New',
    count: scope.accesses - (isBesideMarks ? scope.marked : 0),
    start_time: Date.parse(start),
    end_time: Date.parse(end),
    assignee_group: { name: 'unassigned' },
    finding_info_list: [{ uid, title: report.title, desc: found.text }],
  }
}
