/** Source: Microsoft Security Response Center, 6 September 2023 and 12 March 2024. */
import * as apps from '../world/apps.ts'
import { DAY, HOUR, isWeekend, MINUTE } from '../world/calendar.ts'
import { ATTACKERS, type Happenings, type Token } from '../world/events.ts'
import { guid } from '../world/ids.ts'
import { certain } from '../world/truth.ts'
import { type FileUse, fileRecord, makeToken, signInOf, type Working } from './life.ts'
import type { TenantDay } from './tenant_day.ts'

const STREAM = 0x70726f76
export const ENGINEER = 7
export const DUMP = {
  site: 'token-signing-debug',
  name: 'consumer-sign-prod-2021-04.core',
} as const
const REPLAYED: readonly number[] = [
  Date.UTC(2021, 3, 20),
  Date.UTC(2021, 4, 4),
  Date.UTC(2021, 4, 18),
  Date.UTC(2021, 5, 15),
  Date.UTC(2021, 6, 13),
  Date.UTC(2021, 7, 10),
]
const DUMP_DAY = REPLAYED[2]
/** TEST-NET-1 (RFC 5737): in use nowhere. */
const INTRUDER_IP = '192.0.2.144'
const INTRUDER_AGENT = 'Mozilla/5.0 (X11; Linux x86_64; rv:88.0) Gecko/20100101 Firefox/88.0'
const DOCUMENTS: readonly string[] = [
  'service-management-overview.docx',
  'identity-signing-runbook.docx',
  'token-validation-design.docx',
]

export function replayDay({ world, of, dayMs, into, truth }: TenantDay): void {
  if (!REPLAYED.includes(dayMs)) return
  const random = world.random(STREAM, dayMs / DAY)
  const startMs = dayMs + 17 * HOUR
  const day = { of, person: world.person(of, ENGINEER), random }
  const token = atOffice(day, startMs, into)
  for (let use = 0; use < 6; use++) {
    const file = {
      operation: 'FileAccessed',
      site: 'identity',
      name: 'sprint-plan.xlsx',
      bytes: 81_000,
    }
    into.audits.push(fileRecord(day, token, startMs + (4 + use * 7) * MINUTE, file))
  }
  const intruder = { ...day, person: { ...day.person, agent: INTRUDER_AGENT } }
  const theft = (atMs: number, file: FileUse) => {
    const record = fileRecord(intruder, { ...token, ip: INTRUDER_IP }, atMs, file)
    into.audits.push({ ...record, falsePositive: ATTACKERS })
    const accessed = { mailbox: '', messages: 0, tokenId: token.id.guid }
    truth.attackers(of, record, 'replayed', certain('issued'), accessed)
  }
  for (let use = 0; use < 5; use++) {
    const name = random.pick(DOCUMENTS)
    const file = { operation: 'FileAccessed', site: 'identity', name, bytes: 58_000 }
    theft(startMs + (6 + use * 7) * MINUTE, file)
  }
  if (dayMs === DUMP_DAY)
    for (const [at, operation] of ['FileAccessed', 'FileDownloaded'].entries())
      theft(startMs + (44 + at) * MINUTE, { operation, ...DUMP })
}

type Actor = Pick<Working, 'of' | 'person' | 'random'>

function atOffice(actor: Actor, startMs: number, into: Happenings): Token {
  const { office } = actor.person
  const signedIn = { ...actor, session: guid(actor.random) }
  const app = apps.SHAREPOINT
  const token = makeToken(signedIn, startMs, app, app, office.ip, 'interactive')
  into.signIns.push(signInOf(actor, token, office))
  return token
}

export function debugDay({ world, of, dayMs, into }: TenantDay): void {
  if (isWeekend(dayMs) || dayMs < Date.UTC(2021, 3, 26) || (dayMs / DAY) % 9 !== 0) return
  const person = world.person(of, (dayMs / DAY) % 5)
  const actor = { of, person, random: world.random(STREAM, dayMs / DAY, 1) }
  const startMs = dayMs + 18 * HOUR
  const token = atOffice(actor, startMs, into)
  const opened = { operation: 'FileAccessed', ...DUMP }
  into.audits.push(fileRecord(actor, token, startMs + 3 * MINUTE, opened))
}
