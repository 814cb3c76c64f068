/** Which questions exports can answer, and which log would change that. Source of the commands: Microsoft Learn. */

import { isoOf } from '@mintmark/core'
import { type Access, type Issuance, type Reject, readEvidence, walkEvidence } from '@mintmark/logs'
import type { Numbers, Texts } from '../engine/rows.ts'
import {
  DAY_MS,
  HOUR_MS,
  LONG_PAUSE_HOURS,
  type LogName,
  type Period,
} from '../verdicts/losses/loss.ts'
import { LONGEST_LIFE_MS, PLAIN } from '../verdicts/match/context.ts'

export interface LogSeen extends LogName, Numbers<'firstMs lastMs records withToken ofMail'> {
  readonly synchronised: number
  readonly silences: readonly Period[]
}

export interface FileUnread {
  readonly path: string
  readonly reason: string
}

export interface Survey
  extends Numbers<'files bytes rejectedRows directoryEntries inventoryEntries'> {
  readonly unread: readonly FileUnread[]
  readonly statements: ReadonlyMap<string, number>
  readonly logs: readonly LogSeen[]
}

/**
 * `onFile` gets the bytes read before each file.
 * @throws {MintmarkError} `INPUT_UNREADABLE`
 */
export async function survey(
  paths: readonly string[],
  onFile: (bytes: number) => void = () => {},
): Promise<Survey> {
  const logs = new Map<string, Seen>()
  const unread: FileUnread[] = []
  const statements = new Map<string, number>()
  const sum = { files: 0, bytes: 0, rejectedRows: 0, directoryEntries: 0, inventoryEntries: 0 }
  for await (const source of walkEvidence(paths)) {
    onFile(sum.bytes)
    const codes = new Set<string>()
    let reason = ''
    const { shape, records, rejected } = await readEvidence(source, {
      issuance: (record) => seeIssuance(logs, record),
      access: (record) => seeAccess(logs, record),
      directory: () => void sum.directoryEntries++,
      inventory: () => void sum.inventoryEntries++,
      reject: (reject: Reject) => {
        if (reject.kind === 'file') reason = reject.reason
      },
      statement: ({ code }) => void codes.add(code),
    })
    for (const code of codes) statements.set(code, (statements.get(code) ?? 0) + 1)
    sum.files++
    sum.bytes += source.sizeBytes
    sum.rejectedRows += rejected.row
    const isRead = Object.values(records).some((number) => number > 0)
    if (!isRead && shape !== 'extractor-log')
      unread.push({ path: source.path, reason: reason || shape })
  }
  const inOrder = [...logs].toSorted(([a], [b]) => (a < b ? -1 : 1))
  const seenLogs = inOrder.map(([, { hours, ...log }]) =>
    Object.assign(log, { silences: silencesOf(hours) }),
  )
  return { ...sum, unread, statements, logs: seenLogs }
}

type Counts = Omit<LogSeen, 'silences'>
type Seen = { -readonly [Member in keyof Counts]: Counts[Member] } & {
  readonly hours: Set<number>
}

/** Hours with records that a silence should have at least: in a thinner log it says nothing. */
const EXPECTED_HOURS = 20

function silencesOf(hours: ReadonlySet<number>): Period[] {
  const sorted = [...hours].toSorted((a, b) => a - b)
  const gaps = sorted
    .slice(1)
    .map((to, i) => ({ from: (sorted[i] ?? to) + 1, to }))
    .filter(({ from, to }) => to - from > LONG_PAUSE_HOURS)
  const silent = gaps.reduce((sum, { from, to }) => sum + to - from, 0)
  const whole = (sorted.at(-1) ?? 0) + 1 - (sorted[0] ?? 0)
  const share = sorted.length / Math.max(1, whole - silent)
  return gaps
    .filter(({ from, to }) => share * (to - from) >= EXPECTED_HOURS)
    .map(({ from, to }) => ({ fromMs: from * HOUR_MS, toMs: to * HOUR_MS }))
}

function seeIssuance(logs: Map<string, Seen>, record: Issuance): void {
  const { source, category, owner, atMs, tokenId } = record
  const log = seen(logs, { side: 'issuance', source, category, tenant: owner }, atMs)
  if (tokenId !== '') log.withToken++
}

function seeAccess(logs: Map<string, Seen>, record: Access): void {
  const { source, service, tenant, atMs, items, syncedFolders, tokenIdState } = record
  const log = seen(logs, { side: 'access', source, category: service, tenant }, atMs)
  const isSync = syncedFolders.length > 0
  if (tokenIdState === 'present') log.withToken++
  if (items.length > 0 || isSync) log.ofMail++
  if (isSync && items.length === 0) log.synchronised++
}

function seen(logs: Map<string, Seen>, name: LogName, atMs: number): Seen {
  const { side, source, category, tenant } = name
  const key = [tenant, side, source, category].join('\0')
  const none = { firstMs: atMs, lastMs: atMs, records: 0, withToken: 0, ofMail: 0, synchronised: 0 }
  const log = logs.get(key) ?? { ...name, ...none, hours: new Set<number>() }
  logs.set(key, log)
  log.records++
  if (atMs !== 0) log.hours.add(Math.floor(atMs / HOUR_MS))
  // A record without a time has 0, which is no time of the log.
  const isTimed = log.firstMs !== 0 && atMs !== 0
  log.firstMs = isTimed ? Math.min(log.firstMs, atMs) : Math.max(log.firstMs, atMs)
  log.lastMs = Math.max(log.lastMs, atMs)
  return log
}

export type Need =
  | 'mail-accesses'
  | 'interactive'
  | 'non-interactive'
  | 'service-principal'
  | 'managed-identity'
  | 'token'
  | 'folders'
  | 'directory'

export interface HowToExport extends Texts<'name portal command licence'> {
  /** Days after which the source deletes a record, by its usual licence; 0: it says nothing of that. */
  readonly keptDays: number
}

const signIns = (tab: string, type: string): HowToExport => ({
  name: `${tab} sign-ins`,
  portal: `Entra admin centre > Monitoring & health > Sign-in logs > ${tab} > Download JSON`,
  command: `GET https://graph.microsoft.com/beta/auditLogs/signIns?$filter=signInEventTypes/any(t:t%20eq%20'${type}')`,
  licence:
    'kept 30 days with Entra P1 or P2, 7 days with Free; longer where a diagnostic setting stores them',
  keptDays: 30,
})

export const EXPORTS: Readonly<Record<Need, HowToExport>> = {
  'mail-accesses': {
    name: 'mail accesses of the unified audit log',
    portal: 'Microsoft Purview > Solutions > Audit > Search, activity MailItemsAccessed > Export',
    command:
      'Search-UnifiedAuditLog -Operations MailItemsAccessed -SessionCommand ReturnLargeSet -HighCompleteness',
    licence: 'kept 180 days with Audit Standard, 365 days with Audit Premium (E5, G5)',
    keptDays: 180,
  },
  interactive: signIns('User (interactive)', 'interactiveUser'),
  'non-interactive': signIns('User (non-interactive)', 'nonInteractiveUser'),
  'service-principal': signIns('Service principal', 'servicePrincipal'),
  'managed-identity': signIns('Managed identity', 'managedIdentity'),
  token: {
    name: "issued tokens of the identity provider's own log",
    portal: 'Keycloak admin console > Realm settings > Events > User events settings > Save events',
    command:
      'mintmark ledger export LEDGER, or kcadm.sh get events -r REALM -q first=0 -q max=10000',
    licence: 'kept as long as the provider is told to',
    keptDays: 0,
  },
  folders: {
    name: 'folder statistics of each mailbox',
    portal: 'none',
    command: 'Get-EXOMailboxFolderStatistics -Identity MAILBOX | Export-Csv folders.csv',
    licence: 'counts of the day of the export',
    keptDays: 0,
  },
  directory: {
    name: 'a directory of the users',
    portal: 'Entra admin centre > Users > Download users',
    command:
      'GET https://graph.microsoft.com/v1.0/users?$select=id,userPrincipalName,displayName,companyName,department',
    licence: 'any',
    keptDays: 0,
  },
}

export interface Lacking extends HowToExport {
  readonly need: Need
  /** `missing`; `short`: it does not cover all accesses; `silent`: it has no record of a time; `no-ids`: its records carry no token ids. */
  readonly how: 'missing' | 'short' | 'silent' | 'no-ids'
  /** The period that is needed; 0 where it is no matter of time. */
  readonly fromMs: number
  readonly toMs: number
}

export interface Question {
  readonly tenant: string
  readonly question: string
  /** `part`: for a part of the accesses' time. */
  readonly answer: 'yes' | 'part' | 'no'
  readonly period: { readonly from: string; readonly to: string } | null
  readonly lacking: readonly Lacking[]
}

const ACCESSES = 'What was read, when and by whom?'
const QUESTIONS: readonly { readonly question: string; readonly needs: readonly Need[] }[] = [
  { question: 'Was a token of a user never issued?', needs: ['interactive', 'non-interactive'] },
  {
    question: 'Was a token of an application never issued?',
    needs: ['service-principal', 'managed-identity'],
  },
]

export function questionsOf(found: Survey): Question[] {
  const tenants = [...new Set(found.logs.map(({ tenant }) => tenant))]
  return [...tenants.flatMap((tenant) => ofTenant(found, tenant)), ...ofAll(found)]
}

function ofTenant(found: Survey, tenant: string): Question[] {
  const logs = found.logs.filter((log) => log.tenant === tenant)
  const accesses = together(logs.filter(({ side }) => side === 'access'))
  if (accesses === undefined)
    return [
      { tenant, question: ACCESSES, answer: 'no', period: null, lacking: [accessesLacking(logs)] },
    ]
  const { firstMs, lastMs } = accesses
  const isPlain = logs.every(({ source }) => PLAIN.includes(source))
  const mail = together(
    logs.filter(({ side, ofMail }) => side === 'access' && (isPlain || ofMail > 0)),
  )
  const lacking =
    mail === undefined
      ? [lackingOf('mail-accesses', 'missing', firstMs, lastMs)]
      : silentIn('mail-accesses', mail)
  const read: Question = {
    tenant,
    question: ACCESSES,
    answer: lacking.length === 0 ? 'yes' : 'part',
    period: { from: isoOf(firstMs), to: isoOf(lastMs) },
    lacking,
  }
  const asked = isPlain
    ? [{ question: 'Was a token never issued?', needs: ['token' as const] }]
    : QUESTIONS
  return [read, ...asked.map(({ question, needs }) => issuedIn(question, needs, logs, accesses))]
}

function issuedIn(
  question: string,
  needs: readonly Need[],
  logs: readonly LogSeen[],
  accesses: LogSeen,
): Question {
  const needed = { fromMs: accesses.firstMs - LONGEST_LIFE_MS, toMs: accesses.lastMs }
  const span = { ...needed }
  const lacking: Lacking[] = []
  for (const need of needs) {
    const log = together(
      logs.filter(({ side, category }) => side === 'issuance' && category === need),
    )
    const how = lackOf(log, needed)
    if (how !== undefined) lacking.push(lackingOf(need, how, needed.fromMs, needed.toMs))
    if (log !== undefined) lacking.push(...silentIn(need, log))
    if (log === undefined || how === 'no-ids') span.toMs = 0
    else {
      span.fromMs = Math.max(span.fromMs, log.firstMs)
      span.toMs = Math.min(span.toMs, log.lastMs)
    }
  }
  const fromMs = span.fromMs + LONGEST_LIFE_MS
  const isAny = fromMs <= span.toMs && accesses.withToken > 0
  const answer = isAny ? (lacking.length === 0 ? 'yes' : 'part') : 'no'
  const period = isAny ? { from: isoOf(fromMs), to: isoOf(span.toMs) } : null
  if (accesses.withToken === 0)
    lacking.push(lackingOf('mail-accesses', 'no-ids', accesses.firstMs, accesses.lastMs))
  return { tenant: accesses.tenant, question, answer, period, lacking }
}

function lackOf(
  log: LogSeen | undefined,
  needed: { readonly fromMs: number; readonly toMs: number },
): Lacking['how'] | undefined {
  if (log === undefined) return 'missing'
  if (log.withToken === 0) return 'no-ids'
  const isShort = log.firstMs > needed.fromMs + DAY_MS || log.lastMs < needed.toMs - DAY_MS
  return isShort ? 'short' : undefined
}

const silentIn = (need: Need, { silences }: LogSeen): Lacking[] =>
  silences.map(({ fromMs, toMs }) => lackingOf(need, 'silent', fromMs, toMs))

function accessesLacking(logs: readonly LogSeen[]): Lacking {
  const all = together(logs)
  return lackingOf('mail-accesses', 'missing', all?.firstMs ?? 0, all?.lastMs ?? 0)
}

const lackingOf = (need: Need, how: Lacking['how'], fromMs: number, toMs: number): Lacking => ({
  ...EXPORTS[need],
  need,
  how,
  fromMs,
  toMs,
})

export function exportsWanted(questions: readonly Question[]): Lacking[] {
  const byNeed = Map.groupBy(
    questions.flatMap(({ lacking }) => lacking),
    ({ need }) => need,
  )
  return [...byNeed].flatMap(([need, all]) => {
    const [first] = all
    if (first === undefined) return []
    const fromMs = Math.min(...all.map((one) => one.fromMs))
    return [lackingOf(need, first.how, fromMs, Math.max(...all.map((one) => one.toMs)))]
  })
}

function ofAll(found: Survey): Question[] {
  const synchronised = found.logs.reduce((sum, log) => sum + log.synchronised, 0)
  const asked: readonly (readonly [string, Need, boolean])[] = [
    ['Whose mail was it, by organisation and group?', 'directory', found.directoryEntries > 0],
    ...(synchronised > 0
      ? [
          [
            'At most how many messages did synchronised folders hold?',
            'folders',
            found.inventoryEntries > 0,
          ] as const,
        ]
      : []),
  ]
  return asked.map(([question, need, isThere]) => ({
    tenant: '',
    question,
    answer: isThere ? 'yes' : 'no',
    period: null,
    lacking: isThere ? [] : [lackingOf(need, 'missing', 0, 0)],
  }))
}

/** Days after which the source deletes the records of a log that is here; 0 where nothing says it. */
export function keptDaysOf({ side, category, source }: LogSeen): number {
  const need = side === 'issuance' ? category : source === 'ual' ? 'mail-accesses' : ''
  return Object.entries(EXPORTS).find(([name]) => name === need)?.[1].keptDays ?? 0
}

function together(logs: readonly LogSeen[]): LogSeen | undefined {
  const [first] = logs
  if (first === undefined) return undefined
  return {
    ...first,
    firstMs: Math.min(...logs.map(({ firstMs }) => firstMs)),
    lastMs: Math.max(...logs.map(({ lastMs }) => lastMs)),
    withToken: logs.reduce((sum, { withToken }) => sum + withToken, 0),
    // Where one is silent, another may have records.
    silences: logs.length === 1 ? first.silences : [],
  }
}
