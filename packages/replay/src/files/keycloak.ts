/** An identity provider of one's own, and an application that it serves. Source: Keycloak EventType and Details, 2026. */
import { join } from 'node:path'
import { DAY, daysOf, HOUR, isoMs, isWeekend, MINUTE, WINDOW } from '../world/calendar.ts'
import { issuedFalsePositive } from '../world/events.ts'
import { guid, namedGuid } from '../world/ids.ts'
import { mix } from '../world/random.ts'
import { TextFile } from '../world/text_file.ts'
import type { Truth } from '../world/truth.ts'
import type { Organisation, Person, World } from '../world/world.ts'

const STREAM = 0x6b657963
const REALM = 'open-systems'
const CLIENT = 'wiki'

interface Made {
  readonly accesses: number
  readonly issuances: number
}

export function writeKeycloak(world: World, of: Organisation, folder: string, truth: Truth): Made {
  const events = new TextFile(join(folder, 'keycloak-events.json'))
  const accesses = new TextFile(join(folder, 'wiki-access.ndjson'))
  const made = { accesses: 0, issuances: 0 }
  events.write('[')
  for (const dayMs of daysOf(WINDOW)) {
    if (isWeekend(dayMs)) continue
    for (let index = 0; index < Math.min(of.headcount, 500); index++) {
      const person = world.person(of, index)
      const random = world.random(STREAM, index, dayMs / DAY)
      if (!random.chance(0.3 * of.thinness)) continue
      const session = guid(random)
      for (let round = 0; round < 2; round++) {
        const atMs = dayMs + 9 * HOUR + round * HOUR + random.below(40 * MINUTE)
        const fetched = { person, session, token: guid(random), round, atMs }
        events.write(`${made.issuances === 0 ? '\n' : ',\n'}${event(world, fetched)}`)
        made.issuances++
        for (let use = random.below(3); use > 0; use--) {
          const access = { id: guid(random), atMs: atMs + random.below(25 * MINUTE) + MINUTE }
          accesses.write(`${line(fetched, access.id, access.atMs)}\n`)
          truth.falsePositive(of, access, issuedFalsePositive('keycloak'))
          made.accesses++
        }
      }
    }
  }
  events.write('\n]\n')
  events.close()
  accesses.close()
  return made
}

interface Fetched {
  readonly person: Person
  readonly session: string
  readonly token: string
  readonly round: number
  readonly atMs: number
}

const event = ({ seed }: World, { person, session, token, round, atMs }: Fetched): string =>
  JSON.stringify({
    id: namedGuid(mix(seed, STREAM, atMs, person.index)),
    time: atMs,
    type: round === 0 ? 'CODE_TO_TOKEN' : 'REFRESH_TOKEN',
    realmId: REALM,
    realmName: REALM,
    clientId: CLIENT,
    userId: person.oid,
    sessionId: session,
    ipAddress: person.office.ip,
    details: {
      token_id: token,
      code_id: session,
      username: person.upn,
      grant_type: 'authorization_code',
    },
  })

const line = ({ person, session, token }: Fetched, id: string, atMs: number): string =>
  JSON.stringify({
    schema: 'mintmark-access/1',
    id,
    at: isoMs(atMs),
    operation: 'PageRead',
    service: 'wiki',
    outcome: 'succeeded',
    tokenId: token,
    sessionId: session,
    principal: person.upn,
    principalId: person.oid,
    actorKind: 'user',
    tenant: REALM,
    appId: CLIENT,
    ip: person.office.ip,
    objectPath: `/pages/${atMs % 300}`,
  })
