/**
 * What the logs of mail accesses lost while the attacker could have been active. A lost record could be an access to
 * any mailbox of its tenant. Only an inventory bounds it for mailboxes in scope, and nothing for others, so totals,
 * groups and organisations stay unbounded.
 *
 * @module
 */
import { isoOf } from '@mintmark/core'
import { asFlag, asNumber, asText, rowReader } from '../engine/rows.ts'
import type { Session } from '../engine/session.ts'
import { BOUNDED } from '../engine/settings.ts'
import { type Loss, type LossCode, lossesOf, type Period } from '../verdicts/losses/losses.ts'
import { ACTIVE_MARGIN_HOURS } from './ambiguous.ts'
import type { Reason, UnboundedCode } from './reasons.ts'
import type { Selected } from './selected.ts'

/** One time in which an access log lost records. Times are ISO, UTC; null where the evidence gives none. */
export interface AccessLoss {
  /** `''`: it may be of any tenant. */
  readonly tenant: string
  readonly because: UnboundedCode
  /** How it is known. */
  readonly loss: LossCode
  readonly from: string | null
  readonly to: string | null
  /** How many records; 0 where nobody knows. */
  readonly records: number
}

/** Losses that open bounds. */
export interface LostAccesses {
  readonly list: readonly AccessLoss[]
  /** Of a mailbox of this tenant; `''`: of one whose tenant no record names. */
  inTenant(tenant: string): readonly Reason[]
  /** Of all mailboxes that are in no scope, of these tenants or of all tenants. */
  beyond(tenants?: readonly string[]): readonly Reason[]
}

const BECAUSE: Readonly<Record<LossCode, UnboundedCode>> = {
  hole: 'access-log-hole',
  'extractor-gap': 'access-log-hole',
  'rejected-rows': 'access-records-lost',
  'cut-records': 'access-records-lost',
  'row-cap': 'access-log-capped',
  'next-link': 'access-log-capped',
  'result-count-short': 'access-log-capped',
  'ends-early': 'access-log-capped',
}

/** When the attacker was active. */
interface Active extends Period {
  readonly tenant: string
}

/** Losses of mail accesses during the activity of a selection. */
export async function lostAccesses(session: Session, selected: Selected): Promise<LostAccesses> {
  const active = await activeTimes(session, selected)
  const mail = await mailServices(session, selected)
  const tenants = active.map(({ tenant }) => tenant)
  const losses = tenants.length === 0 ? [] : await lossesOf(session, 'access')
  const isAny = tenants.includes('')
  const opening = losses.filter(
    (loss) =>
      concernsMail(loss, mail) &&
      active.some(
        ({ tenant, fromMs, toMs }) =>
          (isAny || loss.tenant === '' || loss.tenant === tenant) &&
          loss.fromMs < toMs &&
          loss.toMs > fromMs,
      ),
  )
  const list = distinct(opening)
  // A question about some mailboxes is about no others.
  const isFramed = (selected.selection.mailboxes ?? []).length > 0
  const of = (tenant: string) =>
    list.filter((one) => one.tenant === '' || tenant === '' || one.tenant === tenant)
  return {
    list,
    inTenant: (tenant) => reasonsOf(of(tenant)),
    beyond: (some) => {
      if (isFramed) return []
      return reasonsOf(some === undefined ? list : [...new Set(some.flatMap(of))])
    },
  }
}

/**
 * From the first to the last access of the attacker or lead, by tenant, widened by a token's longest life and cut to
 * the selected time; all of that for a tenant with neither, and for leads alone.
 */
async function activeTimes(session: Session, selected: Selected): Promise<Active[]> {
  const rows = await session.rows(
    `SELECT toString(tenant) AS name, toUnixTimestamp64Milli(minIf(at, ${IS_POINTED_AT})) AS from_ms,
       toUnixTimestamp64Milli(maxIf(at, ${IS_POINTED_AT})) AS to_ms, max(${IS_POINTED_AT}) AS is_pointed_at,
       countIf(party = 'theirs') AS theirs
     FROM ${selected.table} GROUP BY name ORDER BY name ${BOUNDED}`,
  )
  const { fromMs: first = 0, toMs: last = Infinity } = selected.selection
  if (rows.every((row) => Number(row['theirs']) === 0))
    return rows.map((row) => ({ tenant: String(row['name']), fromMs: first, toMs: last }))
  const times = rows.map(readTimes)
  const own = times.filter(({ isOwn }) => isOwn)
  const begin = own.reduce((least, { fromMs }) => Math.min(least, fromMs), Infinity)
  const end = own.reduce((most, { toMs }) => Math.max(most, toMs), -Infinity)
  const margin = ACTIVE_MARGIN_HOURS * 3_600_000
  return times.map(({ tenant, fromMs, toMs, isOwn }) => ({
    tenant,
    fromMs: Math.max(first, (isOwn ? fromMs : begin) - margin),
    toMs: Math.min(last, (isOwn ? toMs : end) + margin),
  }))
}

const readTimes = rowReader(
  asText('tenant:name'),
  asNumber('fromMs toMs'),
  asFlag('isOwn:is_pointed_at'),
)

/** What a scope is about: accesses of the attacker, and leads. */
const IS_POINTED_AT = "(party = 'theirs' OR strength = 'lead')"

/** Services of selected mail accesses, by source. */
async function mailServices(session: Session, selected: Selected): Promise<Set<string>> {
  const rows = await session.rows(
    `SELECT DISTINCT concat(source, ' ', service) AS log FROM ${selected.table} WHERE is_mail ORDER BY log`,
  )
  return new Set(rows.map((row) => String(row['log'])))
}

/** Whether mail accesses may be lost in it. Reads of mail through Graph are named in the mailbox's audit records. */
function concernsMail({ source, category }: Loss, mail: ReadonlySet<string>): boolean {
  if (source === '' || source === 'dovecot') return true
  if (source === 'ual') return category === '' || category === 'Exchange'
  if (source !== 'mintmark') return false
  return category === '' || mail.has(`${source} ${category}`)
}

/** One loss may be of several logs of a tenant. */
function distinct(losses: readonly Loss[]): AccessLoss[] {
  const found = new Map<string, AccessLoss>()
  for (const { tenant, evidenceId, code, fromMs, toMs, records } of losses) {
    const key = JSON.stringify([tenant, evidenceId, code, fromMs, toMs])
    const [from, to] = [timeOf(fromMs), timeOf(toMs)]
    found.set(key, { tenant, because: BECAUSE[code], loss: code, from, to, records })
  }
  return [...found.values()]
}

const DAY_MS = 86_400_000

/** A bound of all time is none. */
const timeOf = (ms: number): string | null =>
  ms < DAY_MS || ms > Date.UTC(2299, 0) ? null : isoOf(ms)

function reasonsOf(losses: readonly AccessLoss[]): Reason[] {
  return losses.map(({ because }) => ({ code: because, count: 1 }))
}
