/**
 * Which logs could have shown the issuance of a token, and where they prove nothing.
 *
 * For each tenant and each kind of token, the stretches of all logs that are needed are put together: a token
 * of a user may have been made in an interactive sign-in or without one, so both logs must have been on.
 *
 * @module
 */
import { type Json, text } from '@mintmark/core'
import { type IssuanceHour, issuanceHours } from '../coverage.ts'
import type { Session } from '../session.ts'
import { DOUBTS } from './reasons.ts'
import {
  ALWAYS,
  type Doubtful,
  doubtfulStretches,
  doubtRows,
  type Field,
  LATE_MS,
} from './stretches.ts'

/**
 * Kinds of token, by who could have issued them. `any` is for a record that does not tell: every log must have
 * been on. `owa`: its issuer is the mail service. `user-owa`: a user's token that the mail service could have
 * made as well.
 */
export const TOKEN_KINDS = ['user', 'user-owa', 'owa', 'app-sp', 'app-mi', 'app', 'any'] as const

export type TokenKind = (typeof TOKEN_KINDS)[number]

/**
 * Where an access stands: `cloud`, a log of Microsoft's; `plain`, one of a system with its own identity
 * provider. A plain access is looked for in the `token` category where its tenant has it.
 */
export const FAMILIES = ['cloud', 'plain'] as const

export type Family = (typeof FAMILIES)[number]

export const kindKey = (field: Field, family: Family, kind: TokenKind): string =>
  `${field}/${family}/${kind}`

/** A period for which a file says itself that records are missing. */
interface Gap {
  readonly fromMs: number
  readonly toMs: number
  /** Folder of the file that says so; the gap is of the tenants whose issuances lie in it. */
  readonly folder: string
}

/** One tenant's issuance log: hours by category. */
type Log = ReadonlyMap<string, readonly IssuanceHour[]>

interface AuditSpan {
  readonly firstMs: number
  readonly lastMs: number
}

/**
 * Writes the doubts of every tenant into `table`: columns tenant, kind, from_ms, until_ms (one element for
 * each of `DOUBTS`). Each tenant and kind has a row from time 0 on.
 *
 * @returns the one tenant that a record without a tenant must be of; `''` when there are several
 */
export async function writeDoubts(session: Session, table: string): Promise<string> {
  const tenants = await accessTenants(session)
  const spans = await auditSpans(session)
  const gaps = await statedGaps(session)
  const folders = gaps.length === 0 ? new Map<string, Set<string>>() : await foldersOf(session)
  const issuing = await issuingTenants(session)
  const sole = soleTenant([...tenants, ...issuing])
  const writer = new Writer(session, table)
  const finish = async (tenant: string, log: Log) => {
    tenants.delete(tenant)
    const own = gaps.filter((gap) => isOf(gap, tenant, folders))
    await writer.write(tenant, tenantDoubts(log, spans.get(tenant), own))
  }
  for await (const [tenant, log] of tenantLogs(session, sole)) await finish(tenant, log)
  for (const tenant of [...tenants].toSorted()) await finish(tenant, new Map())
  await writer.end()
  return sole
}

function soleTenant(tenants: readonly string[]): string {
  const named = new Set(tenants.filter((tenant) => tenant !== ''))
  const [only] = named
  return named.size === 1 && only !== undefined ? only : ''
}

/** Logs of one tenant after the other. Records without a tenant are the sole tenant's, if there is one. */
async function* tenantLogs(session: Session, sole: string): AsyncIterable<[string, Log]> {
  let current: string | undefined
  let log = new Map<string, IssuanceHour[]>()
  for await (const hour of issuanceHours(session)) {
    const tenant = hour.tenant === '' ? sole : hour.tenant
    if (current !== undefined && tenant !== current) {
      yield [current, log]
      log = new Map()
    }
    current = tenant
    const hours = log.get(hour.category)
    if (hours === undefined) log.set(hour.category, [hour])
    else hours.push(hour)
  }
  if (current !== undefined) yield [current, log]
}

/** The stretches of a tenant by `kindKey`. */
export function tenantDoubts(
  log: Log,
  audit: AuditSpan | undefined,
  gaps: readonly { readonly fromMs: number; readonly toMs: number }[],
): Map<string, Doubtful[]> {
  const stated = gaps.map((gap) => ({ ...gap, doubt: 'export-capped' as const }))
  const found = new Map<string, Doubtful[]>()
  for (const field of ['token', 'session'] as const)
    for (const kind of TOKEN_KINDS) {
      const cloud = [...cloudDoubts(log, field, kind, audit), ...stated]
      const plain = log.has('token')
        ? [...doubtfulStretches(log.get('token') ?? [], field, LATE_MS.user), ...stated]
        : undefined
      found.set(kindKey(field, 'cloud', kind), isCloud(log) ? cloud : (plain ?? cloud))
      found.set(kindKey(field, 'plain', kind), plain ?? cloud)
    }
  return found
}

const isCloud = (log: Log): boolean => [...log.keys()].some((category) => category !== 'token')

function cloudDoubts(
  log: Log,
  field: Field,
  kind: TokenKind,
  audit: AuditSpan | undefined,
): Doubtful[] {
  const users = () => userDoubts(log, field)
  const of = (category: string) => doubtfulStretches(log.get(category) ?? [], field, LATE_MS.app)
  switch (kind) {
    case 'user':
      return users()
    case 'user-owa':
      // A session is rooted at the identity provider, whoever makes its tokens.
      return field === 'session' ? users() : [...users(), ...owaDoubts(log, audit)]
    case 'owa':
      return field === 'session' ? users() : owaDoubts(log, audit)
    case 'app-sp':
      return of('service-principal')
    case 'app-mi':
      return of('managed-identity')
    case 'app':
      return [...of('service-principal'), ...of('managed-identity')]
    case 'any': {
      const managed = log.has('managed-identity') ? of('managed-identity') : []
      return [...users(), ...of('service-principal'), ...managed]
    }
  }
}

/**
 * Tokens of users. The audit log's own sign-ins stand in for the interactive log where that is missing. They
 * alone are a part of the log for tokens; for sessions, which begin with an interactive sign-in, they suffice.
 */
function userDoubts(log: Log, field: Field): Doubtful[] {
  const interactive = log.get('interactive') ?? log.get('sts-logon') ?? []
  const refreshed = log.get('non-interactive')
  const federated = log.get('adfs')
  const of = (hours: readonly IssuanceHour[]) => doubtfulStretches(hours, field, LATE_MS.user)
  const isAuditAlone = !log.has('interactive') && refreshed === undefined && log.has('sts-logon')
  return [
    ...of(interactive),
    ...(field === 'session' && isAuditAlone ? [] : of(refreshed ?? [])),
    ...(federated === undefined ? [] : of(federated)),
  ]
}

/**
 * Tokens that the mail service makes: a record of it in the audit log shows that the log has the type, and the
 * log's other records show when it was on.
 */
function owaDoubts(log: Log, audit: AuditSpan | undefined): Doubtful[] {
  const hours = log.get('owa-auth')
  if (hours === undefined) return [{ fromMs: 0, toMs: ALWAYS, doubt: 'owa-issuer-not-supplied' }]
  const firstMs = Math.min(
    audit?.firstMs ?? ALWAYS,
    ...hours.slice(0, 1).map((hour) => hour.firstMs),
  )
  const lastMs = Math.max(audit?.lastMs ?? 0, ...hours.slice(-1).map((hour) => hour.lastMs))
  return [
    { fromMs: 0, toMs: firstMs, doubt: 'owa-issuer-not-supplied' },
    { fromMs: lastMs - LATE_MS.user, toMs: ALWAYS, doubt: 'late-arrival-margin' },
  ]
}

async function accessTenants(session: Session): Promise<Set<string>> {
  const rows = await session.rows(
    "SELECT DISTINCT tenant FROM coverage WHERE side = 'access' ORDER BY tenant",
  )
  return new Set(rows.map((row) => text(row, 'tenant') ?? ''))
}

async function issuingTenants(session: Session): Promise<string[]> {
  const rows = await session.rows(
    "SELECT DISTINCT tenant FROM coverage WHERE side = 'issuance' ORDER BY tenant",
  )
  return rows.map((row) => text(row, 'tenant') ?? '')
}

/** When each tenant's unified audit log was on. */
async function auditSpans(session: Session): Promise<Map<string, AuditSpan>> {
  const rows = await session.rows(`
    SELECT tenant, toUnixTimestamp64Milli(min(first)) AS first_ms, toUnixTimestamp64Milli(max(last)) AS last_ms
    FROM coverage WHERE source IN ('ual', 'ual-sts', 'ual-owa') GROUP BY tenant ORDER BY tenant`)
  const span = (row: Json) => ({ firstMs: Number(row['first_ms']), lastMs: Number(row['last_ms']) })
  return new Map(rows.map((row) => [text(row, 'tenant') ?? '', span(row)]))
}

async function statedGaps(session: Session): Promise<Gap[]> {
  const rows = await session.rows(`
    SELECT DISTINCT toUnixTimestamp64Milli(assumeNotNull(from_at)) AS from_ms,
      toUnixTimestamp64Milli(assumeNotNull(to_at)) AS to_ms,
      substring(path, 1, length(path) - position(reverse(path), '/')) AS folder
    FROM statement AS s LEFT ANY JOIN evidence AS e ON e.evidence_id = s.evidence_id
    WHERE code = 'extractor-gap' AND from_at IS NOT NULL AND to_at IS NOT NULL
    ORDER BY from_ms, to_ms, folder
    LIMIT 10000`)
  return rows.map((row) => ({
    fromMs: Number(row['from_ms']),
    toMs: Number(row['to_ms']),
    folder: text(row, 'folder') ?? '',
  }))
}

/** Folders in which issuances of each tenant lie. */
async function foldersOf(session: Session): Promise<Map<string, Set<string>>> {
  const rows = await session.rows(`
    SELECT i.tenant AS tenant, substring(path, 1, length(path) - position(reverse(path), '/')) AS folder
    FROM (SELECT DISTINCT tenant, evidence_id FROM issuance UNION DISTINCT
      SELECT DISTINCT tenant, evidence_id FROM access) AS i
    GLOBAL INNER JOIN evidence AS e ON e.evidence_id = i.evidence_id
    GROUP BY tenant, folder
    ORDER BY tenant, folder`)
  const found = new Map<string, Set<string>>()
  for (const row of rows) {
    const tenant = text(row, 'tenant') ?? ''
    const folders = found.get(tenant) ?? new Set()
    folders.add(text(row, 'folder') ?? '')
    found.set(tenant, folders)
  }
  return found
}

/** A gap is of the tenants whose records lie beside the message; of all, where that tells nothing. */
function isOf(
  gap: Gap,
  tenant: string,
  folders: ReadonlyMap<string, ReadonlySet<string>>,
): boolean {
  const isBeside = (folder: string) => folder === gap.folder || folder.startsWith(`${gap.folder}/`)
  const own = [...(folders.get(tenant) ?? [])]
  if (own.some(isBeside)) return true
  return ![...folders.values()].some((others) => [...others].some(isBeside))
}

const BATCH_ROWS = 20_000

/** Puts rows into the table a batch at a time. */
class Writer {
  readonly #session: Session
  readonly #table: string
  #lines: string[] = []

  constructor(session: Session, table: string) {
    this.#session = session
    this.#table = table
  }

  async write(tenant: string, doubts: ReadonlyMap<string, readonly Doubtful[]>): Promise<void> {
    const cell = escaped(tenant)
    for (const [kind, stretches] of doubts)
      for (const { fromMs, untilMs } of doubtRows(stretches, DOUBTS))
        this.#lines.push(`${cell}\t${kind}\t${fromMs}\t[${untilMs.join(',')}]\n`)
    if (this.#lines.length >= BATCH_ROWS) await this.end()
  }

  async end(): Promise<void> {
    if (this.#lines.length === 0) return
    const bytes = Buffer.from(this.#lines.join(''))
    this.#lines = []
    await this.#session.insert(
      this.#table,
      ['tenant', 'kind', 'from_ms', 'until_ms'],
      'TabSeparated',
      bytes,
    )
  }
}

function escaped(cell: string): string {
  return cell.replaceAll(/[\\\t\n\r\0]/g, (character) => ESCAPES.get(character) ?? '')
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\\', '\\\\'],
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\0', '\\0'],
])
