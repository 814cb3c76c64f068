/**
 * The provider's own logs of 2021: an engineer's genuine token, used from elsewhere while he used it himself,
 * and the file that it fetched. The path that Microsoft first described; whether the dump held the key was later
 * withdrawn, and no evidence links the two. A genuine token: nothing here may be called unissued.
 *
 * Source: Microsoft Security Response Center, 6 September 2023 and 12 March 2024; Cyber Safety Review Board,
 * page 7 (intrusion through an engineer's account, April to August 2021; a token was captured and replayed).
 *
 * @module
 */
import * as apps from '../world/apps.ts'
import { DAY, HOUR, isWeekend, MINUTE } from '../world/calendar.ts'
import { ATTACKERS, type Happenings, type Token } from '../world/events.ts'
import { guid } from '../world/ids.ts'
import type { Expectation, Truth } from '../world/truth.ts'
import type { Organisation, World } from '../world/world.ts'
import { type FileUse, fileRecord, makeToken, signInOf, type Working } from './life.ts'

const STREAM = 0x70726f76
/** The engineer's number among the provider's people. */
export const ENGINEER = 7
export const DUMP = {
  site: 'token-signing-debug',
  name: 'consumer-sign-prod-2021-04.core',
} as const
/** Days of 2021 on which his token was used by somebody else. */
const REPLAYED: readonly number[] = [
  Date.UTC(2021, 3, 20),
  Date.UTC(2021, 4, 4),
  Date.UTC(2021, 4, 18),
  Date.UTC(2021, 5, 15),
  Date.UTC(2021, 6, 13),
  Date.UTC(2021, 7, 10),
]
const DUMP_DAY = REPLAYED[2]
/** TEST-NET-1 (RFC 5737): nobody's. */
const INTRUDER_IP = '192.0.2.144'
const INTRUDER_AGENT = 'Mozilla/5.0 (X11; Linux x86_64; rv:88.0) Gecko/20100101 Firefox/88.0'
const ISSUED: Expectation = { determinable: true, verdicts: ['issued'], reasons: [] }
const DOCUMENTS: readonly string[] = [
  'service-management-overview.docx',
  'identity-signing-runbook.docx',
  'token-validation-design.docx',
]

/** Adds the engineer's day, if the day is one of those; else nothing. */
export function replayDay(
  world: World,
  of: Organisation,
  dayMs: number,
  into: Happenings,
  truth: Truth,
): void {
  if (!REPLAYED.includes(dayMs)) return
  const engineer = world.person(of, ENGINEER)
  const random = world.random(STREAM, dayMs / DAY)
  const startMs = dayMs + 17 * HOUR
  const day: Working = {
    world,
    of,
    person: engineer,
    dayMs,
    random,
    place: engineer.office,
    session: guid(random),
    startMs,
  }
  const made = makeToken(day, startMs, apps.SHAREPOINT, apps.SHAREPOINT, engineer.office.ip)
  const token: Token = { ...made, origin: 'interactive' }
  into.signIns.push(signInOf(day, token, 'interactive', engineer.office))
  // He works, and somebody else works, within the same minutes.
  for (let use = 0; use < 6; use++) {
    const file: FileUse = {
      operation: 'FileAccessed',
      site: 'identity',
      name: 'sprint-plan.xlsx',
      bytes: 81_000,
    }
    into.audits.push(fileRecord(day, token, startMs + (4 + use * 7) * MINUTE, file))
  }
  for (let use = 0; use < 5; use++) {
    const atMs = startMs + (6 + use * 7) * MINUTE
    const name = random.pick(DOCUMENTS)
    theft(
      day,
      token,
      atMs,
      { operation: 'FileAccessed', site: 'identity', name, bytes: 58_000 },
      into,
      truth,
    )
  }
  if (dayMs === DUMP_DAY)
    for (const [at, operation] of ['FileAccessed', 'FileDownloaded'].entries())
      theft(day, token, startMs + (44 + at) * MINUTE, { operation, ...DUMP }, into, truth)
}

function theft(
  day: Working,
  token: Token,
  atMs: number,
  file: FileUse,
  into: Happenings,
  truth: Truth,
): void {
  const intruder = { ...day, person: { ...day.person, agent: INTRUDER_AGENT } }
  const record = fileRecord(intruder, { ...token, ip: INTRUDER_IP }, atMs, file)
  into.audits.push({ ...record, trap: ATTACKERS })
  truth.attackers(day.of, record, 'replayed', ISSUED, {
    mailbox: '',
    messages: 0,
    tokenId: token.id.guid,
  })
}

/** Colleagues whose work it is open the dump now and then, from the office. */
export function debugDay(world: World, of: Organisation, dayMs: number, into: Happenings): void {
  if (isWeekend(dayMs) || dayMs < Date.UTC(2021, 3, 26) || (dayMs / DAY) % 9 !== 0) return
  const person = world.person(of, (dayMs / DAY) % 5)
  const random = world.random(STREAM, dayMs / DAY, 1)
  const startMs = dayMs + 18 * HOUR
  const day: Working = {
    world,
    of,
    person,
    dayMs,
    random,
    place: person.office,
    session: guid(random),
    startMs,
  }
  const made = makeToken(day, startMs, apps.SHAREPOINT, apps.SHAREPOINT, person.office.ip)
  const token: Token = { ...made, origin: 'interactive' }
  into.signIns.push(signInOf(day, token, 'interactive', person.office))
  into.audits.push(
    fileRecord(day, token, startMs + 3 * MINUTE, { operation: 'FileAccessed', ...DUMP }),
  )
}
