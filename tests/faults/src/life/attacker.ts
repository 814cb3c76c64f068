/** Somebody who signs tokens himself and reads mail with them. */
import { genuineTokenId, guid, inventedTokenId } from '../world/ids.ts'
import type { Random } from '../world/random.ts'
import { DAY, HOUR, MINUTE } from '../world/times.ts'
import { bind, type Shown, type Use } from './accesses.ts'
import type { Client, Person } from './people.ts'
import type { Recorder } from './recorder.ts'

/** What an attacker does. */
export interface Campaign {
  readonly name: string
  readonly victims: readonly Person[]
  readonly client: Client
  /** Addresses that he uses: the only thing about him that he cannot make up. */
  readonly addresses: readonly string[]
  readonly fromMs: number
  readonly days: number
  /** Tokens for each victim on each day of activity. */
  readonly tokensPerDay: readonly [number, number]
  readonly readsPerToken: readonly [number, number]
  /** Chance that a visit also takes several hundred messages at once. */
  readonly bulk: number
  /** Whether evidence that lost nothing suffices: not where all but the token's id is as the victim's own. */
  readonly isDeterminable?: boolean
  /** What his tokens say. */
  readonly token: (random: Random, atMs: number, victim: Person) => Shown
}

/** Plays a campaign into the logs of the victims' tenant. */
export function attack(random: Random, recorder: Recorder, campaign: Campaign): void {
  for (let day = 0; day < campaign.days; day++)
    for (const victim of campaign.victims) {
      const tokens = random.between(campaign.tokensPerDay[0], campaign.tokensPerDay[1] + 1)
      for (let token = 0; token < tokens; token++) {
        const atMs = campaign.fromMs + day * DAY + random.below(9 * HOUR)
        visit(random, recorder, campaign, victim, atMs)
      }
    }
}

function visit(
  random: Random,
  recorder: Recorder,
  campaign: Campaign,
  victim: Person,
  fromMs: number,
): void {
  const shown = campaign.token(random, fromMs, victim)
  const ip = random.pick(campaign.addresses)
  const reads = random.between(campaign.readsPerToken[0], campaign.readsPerToken[1] + 1)
  let atMs = fromMs
  for (let read = 0; read < reads; read++) {
    atMs += random.between(MINUTE / 4, 4 * MINUTE)
    const use: Use = {
      id: recorder.id(),
      atMs,
      person: victim,
      resource: victim.tenant,
      client: campaign.client,
      ip,
      shown,
    }
    const folder = random.pick(victim.folders)
    const isBulk = read === 0 && random.chance(campaign.bulk)
    const messages = isBulk
      ? Array.from({ length: random.between(330, 600) }, () => `<${guid(random)}@old.example.org>`)
      : random.sample(folder.messages, random.between(1, 8))
    recorder.audit.push(bind(use, folder, messages))
    recorder.truth.set(use.id, {
      id: use.id,
      atMs,
      forged: campaign.name,
      isDeterminable: campaign.isDeterminable ?? true,
      principal: victim.upn,
      mailbox: victim.upn,
      ip,
      app: campaign.client.app.name,
      client: campaign.client.text,
      messages,
    })
  }
}

/** A token for a victim as the provider would make it, but for the id, which nobody issued. */
export function forgedToken(
  random: Random,
  atMs: number,
  victim: Person,
  app: string,
  isWellFormed: boolean,
): Shown {
  const id = isWellFormed ? genuineTokenId(random) : inventedTokenId(random)
  return {
    uti: id.uti,
    session: guid(random),
    issuedMs: Math.floor((atMs - random.between(1, 50) * MINUTE) / 1000) * 1000,
    oid: victim.oid,
    tenant: victim.tenant.id,
    app,
  }
}
