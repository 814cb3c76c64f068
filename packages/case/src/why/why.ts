/** Why an access has its verdict: what was looked for, in which logs, and what they have. */

import { isoOf, MintmarkError, readGuid, readTokenId } from '@mintmark/core'
import { cell, firstRow, rowReader, type Texts } from '../engine/rows.ts'
import { BOUNDED, type Params, type Session } from '../engine/session.ts'
import { HAS_TOKEN, NO_ID, PRINCIPAL, tokenText } from '../store/sql.ts'
import { soleTenantOf } from '../verdicts/coverage_gaps.ts'
import { HOUR_MS, type Loss, lossesOf } from '../verdicts/losses/loss.ts'
import { LOOK_BACK_FROM, readLives } from '../verdicts/match/assign_verdicts.ts'
import { correctedMs, readClocks } from '../verdicts/match/clocks.ts'
import { LATER_MS, LIFE_MS, LONGEST_LIFE_MS } from '../verdicts/match/context.ts'
import { type ReasonText, reasonText, settledBy } from '../verdicts/match/reasons.ts'
import { baseRateOf, type Rate } from '../verdicts/verdict_rows.ts'
import { type AccessDetail, accessDetails } from '../views/lists.ts'
import { type RawRow, rawRow } from './raw_row.ts'

const NEAR_EACH_SIDE = 4
const MOST_OF_ID = 10
const MOST_OUTCOMES = 6

export interface LogLooked extends Texts<'source category first last'> {
  /** `whole`, `grouped` or `capped`. */
  readonly quality: string
  readonly hours: number
  readonly hoursPresent: number
  readonly issued: number
  readonly withToken: number
}

export type IssuanceSeen = Texts<'at category outcome principal'> &
  Texts<'app ip client tokenId sessionId'>

export interface Why {
  readonly access: AccessDetail
  readonly raw: RawRow
  readonly text: ReasonText
  readonly lookedFor: {
    readonly tenant: string
    readonly tokenId: string
    readonly sessionId: string
    readonly from: string
    readonly to: string
  }
  readonly logs: readonly LogLooked[]
  readonly losses: readonly Loss[]
  readonly ofTokenId: readonly IssuanceSeen[]
  readonly near: readonly IssuanceSeen[]
  readonly rate: Rate | null
  readonly settledBy: string
}

export interface Explained {
  readonly kind: 'access' | 'token' | 'session' | 'unknown'
  readonly accesses: number
  readonly outcomes: number
  readonly whys: readonly Why[]
  readonly issuances: readonly IssuanceSeen[]
}

/** Needs a reconciled case. @throws {MintmarkError} `INPUT_INVALID` without an id */
export async function explain(session: Session, id: string): Promise<Explained> {
  if (id === '') throw new MintmarkError('INPUT_INVALID', 'the id is empty', { option: 'id' })
  const asked = { guid: readGuid(id) || NO_ID, token: tokenOf(id), text: id }
  for (const [kind, condition] of WHAT) {
    const rows = await session.rows(
      `SELECT toString(argMin(record_id, (at, content))) AS record, count() AS n FROM judged WHERE ${condition}
       GROUP BY verdict, reason, strength ORDER BY min(at), record ${BOUNDED}`,
      asked,
    )
    if (rows.length === 0) continue
    const whys: Why[] = []
    for (const row of rows.slice(0, MOST_OUTCOMES)) {
      whys.push(...(await whysOf(session, String(row['record']))))
    }
    const accesses = rows.reduce((sum, row) => sum + Number(row['n']), 0)
    return { kind, accesses, outcomes: rows.length, whys, issuances: [] }
  }
  const issuances = await issuancesWhere(
    session,
    `${OF_TOKEN} OR session_id = {text:String}`,
    asked,
  )
  return { kind: 'unknown', accesses: 0, outcomes: 0, whys: [], issuances }
}

function tokenOf(id: string): string {
  const { state, tokenId } = readTokenId(id)
  return state === 'present' ? tokenId : NO_ID
}

const OF_TOKEN = `token_id = toUUID({token:String}) AND ${HAS_TOKEN}`
const WHAT: readonly (readonly [Exclude<Explained['kind'], 'unknown'>, string])[] = [
  [
    'access',
    "record_id = toUUID({guid:String}) OR record_ref != '' AND record_ref = {text:String}",
  ],
  ['token', OF_TOKEN],
  ['session', 'session_id = {text:String} OR other_session_id = {text:String}'],
]

async function whysOf(session: Session, record: string): Promise<Why[]> {
  const sole = await soleTenantOf(session)
  const whys: Why[] = []
  for (const access of await accessDetails(session, record)) {
    whys.push(await whyOf(session, access, sole))
  }
  return whys
}

async function whyOf(session: Session, access: AccessDetail, sole: string): Promise<Why> {
  const field = (name: string) => access.fields.find((one) => one.name === name)?.value ?? ''
  const tenant = field('tenant') || sole
  const { atMs, fromMs, ...location } = await factsOf(session, access)
  const span = { tenant, from: fromMs, to: atMs + LATER_MS }
  const losses = await lossesOf(session, 'issuance', [tenant])
  const tokenId = field('token_id')
  return {
    access,
    raw: await rawOf(session, { ...access.evidence, ...location }),
    text: reasonText(access.reason),
    lookedFor: {
      tenant,
      tokenId,
      sessionId: field('session_id') || field('other_session_id'),
      from: isoOf(span.from),
      to: isoOf(atMs),
    },
    logs: await logsLooked(session, span),
    losses: losses.filter((loss) => loss.fromMs < span.to && loss.toMs > span.from),
    ofTokenId: tokenId === '' ? [] : await issuancesWhere(session, OF_TOKEN, { token: tokenId }),
    near: await signInsNear(session, [field('principal'), field('principal_id')], atMs),
    rate: await baseRateOf(session, access.recordId),
    settledBy: access.verdict === 'issued' ? '' : settledBy(access.reason),
  }
}

/** From any file with the same bytes: evidence may have moved, and was then read again from there. */
async function rawOf(session: Session, row: Parameters<typeof rawRow>[0]): Promise<RawRow> {
  const raw = await rawRow(row)
  if (raw.problem !== 'file-missing' && raw.problem !== 'file-changed') return raw
  const others = await session.rows(
    `SELECT path FROM evidence WHERE sha256 = {sha256:String} AND path != {path:String} ORDER BY evidence_id DESC ${BOUNDED}`,
    { sha256: row.sha256, path: row.path },
  )
  for (const { path } of others) {
    const moved = await rawRow({ ...row, path: String(path) })
    if (moved.text !== '') return moved
  }
  return raw
}

async function factsOf(session: Session, { recordId, evidence }: AccessDetail) {
  const { access: clocks } = await readClocks(session)
  const lives = await readLives(session, await soleTenantOf(session))
  const row = await firstRow(
    session,
    `SELECT at_ms, ${LIFE_MS} AS life_ms, ${LOOK_BACK_FROM} AS from_ms, ref, e.sha256 AS sha256
     FROM (
       SELECT evidence_id, source, tenant, record_ref AS ref, ${correctedMs('at', clocks)} AS at_ms,
         if(toUnixTimestamp64Milli(issued_at) > 0, ${correctedMs('issued_at', clocks)}, 0) AS issued_ms
       FROM access WHERE record_id = toUUID({id:String}) AND line = {line:UInt64}
     ) AS a
     GLOBAL LEFT ANY JOIN evidence AS e ON e.evidence_id = a.evidence_id
     ORDER BY e.path = {path:String} DESC LIMIT 1`,
    { id: recordId, line: evidence.line, path: evidence.path, ...lives },
  )
  const { ref, ...facts } = readFacts(row)
  return { ...facts, ids: ref === '' ? [recordId] : [ref] }
}

const readFacts = rowReader(cell.number('atMs fromMs'), cell.text('sha256 ref'))

async function logsLooked(
  session: Session,
  span: { readonly tenant: string; readonly from: number; readonly to: number },
): Promise<LogLooked[]> {
  const inSpan =
    'hour > fromUnixTimestamp(intDiv({from:Int64}, 1000) - 3600) AND hour < fromUnixTimestamp(intDiv({to:Int64}, 1000))'
  const rows = await session.rows(
    `SELECT source, category, quality, toUnixTimestamp64Milli(min(first)) AS first_ms,
       toUnixTimestamp64Milli(max(last)) AS last_ms, uniqExactIf(hour, ${inSpan}) AS present,
       sumIf(issued, ${inSpan}) AS issued_here, sumIf(issued_with_token, ${inSpan}) AS with_token
     FROM coverage WHERE side = 'issuance' AND tenant = {tenant:String}
     GROUP BY source, category, quality ORDER BY source, category, quality`,
    span,
  )
  const hours = Math.ceil(span.to / HOUR_MS) - Math.floor(span.from / HOUR_MS)
  return rows.map(
    rowReader(
      cell.text('source category quality'),
      cell.time('first last'),
      cell.made('hours', () => hours),
      cell.number('hoursPresent:present issued:issued_here withToken'),
    ),
  )
}

const cut = (sql: string) => `substringUTF8(toString(${sql}), 1, 200)`

async function issuancesWhere(
  session: Session,
  condition: string,
  params: Params,
  order = 'at, record_id',
  most: number = MOST_OF_ID,
): Promise<IssuanceSeen[]> {
  const rows = await session.rows(
    `SELECT toUnixTimestamp64Milli(at) AS at_ms, category, outcome,
       ${cut(PRINCIPAL)} AS who, ${cut('app_id')} AS app, ip,
       ${cut('client')} AS agent, ${tokenText()} AS token,
       ${cut('session_id')} AS sid
     FROM issuance WHERE ${condition} ORDER BY ${order} LIMIT ${most} ${BOUNDED}`,
    params,
  )
  return rows.map(readIssuance)
}

const readIssuance = rowReader(
  cell.time('at'),
  cell.text('category outcome principal:who app ip client:agent tokenId:token sessionId:sid'),
)

async function signInsNear(session: Session, names: readonly string[], atMs: number) {
  const who = names.filter((name) => name !== '').map((name) => name.toLowerCase())
  if (who.length === 0) return []
  const side = (isBefore: boolean) =>
    issuancesWhere(
      session,
      `(lower(principal) IN {who:Array(String)} OR lower(principal_id) IN {who:Array(String)})
       AND at ${isBefore ? '<=' : '>'} fromUnixTimestamp64Milli({at:Int64})
       AND at >= fromUnixTimestamp64Milli({from:Int64}) AND at <= fromUnixTimestamp64Milli({to:Int64})`,
      { who, at: atMs, from: atMs - LONGEST_LIFE_MS, to: atMs + LONGEST_LIFE_MS },
      isBefore ? 'at DESC, record_id' : 'at, record_id',
      NEAR_EACH_SIDE,
    )
  const before = await side(true)
  return [...before.toReversed(), ...(await side(false))]
}
