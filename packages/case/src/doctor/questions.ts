/** Which questions exports can answer, and which log would change that. Source of the commands: Microsoft Learn. */

import { isoOf } from '@mintmark/core'
import type { Texts } from '../engine/rows.ts'
import { DAY_MS } from '../verdicts/losses/loss.ts'
import { LONGEST_LIFE_MS, PLAIN } from '../verdicts/match/context.ts'
import type { LogSeen, Survey } from './survey.ts'

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

const EXPORTS: Readonly<Record<Need, HowToExport>> = {
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
    licence: 'stored as long as the provider is configured to',
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
