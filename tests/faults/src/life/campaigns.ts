/**
 * Attackers of a large place: each differs from the others in what he uses, how fast, and what his ids look like.
 */
import { guid } from '../world/ids.ts'
import type { Random } from '../world/random.ts'
import { HOUR } from '../world/times.ts'
import { type Campaign, forgedToken } from './attacker.ts'
import { addressIn, type Client, DESKTOP, type Person, PHONE, WEB_MAIL } from './people.ts'
import type { Recorder } from './recorder.ts'

/** One campaign, or two side by side. */
export function campaigns(
  random: Random,
  staff: readonly Person[],
  recorder: Recorder,
  fromMs: number,
  premises: readonly string[],
): Campaign[] {
  return random
    .sample(KINDS, random.between(1, 3))
    .map((kind) => kind(random, staff, recorder, fromMs, premises))
}

type Kind = (
  random: Random,
  staff: readonly Person[],
  recorder: Recorder,
  fromMs: number,
  premises: readonly string[],
) => Campaign

const vps = (random: Random, count: number) =>
  Array.from({ length: count }, () =>
    addressIn(random, random.pick(['185.220', '45.134', '5.188'])),
  )

/** An ordinary client, from addresses that nobody else uses, for a week. */
const quiet: Kind = (random, staff, _, fromMs) => {
  const client = random.pick([WEB_MAIL, PHONE, DESKTOP])
  return {
    name: 'ordinary-client-slow',
    victims: random.sample(staff, 3),
    client,
    addresses: vps(random, 2),
    fromMs,
    days: 5,
    tokensPerDay: [1, 1],
    readsPerToken: [1, 3],
    bulk: 0.05,
    token: (its, atMs, victim) => forgedToken(its, atMs, victim, client.app.id, true),
  }
}

/** A client of his own, many mailboxes, all on one day. */
const loud: Kind = (random, staff, _, fromMs) => {
  const client: Client = {
    ...WEB_MAIL,
    kind: 'vendor',
    app: { id: guid(random), name: '' },
    text: 'Client=REST;Client=RESTSystem;;',
    agent: 'python-requests/2.32.3',
  }
  return {
    name: 'own-client-burst',
    victims: random.sample(staff, 8),
    client,
    addresses: vps(random, 3),
    fromMs: fromMs + 24 * HOUR,
    days: 1,
    tokensPerDay: [4, 9],
    readsPerToken: [1, 4],
    bulk: 0.08,
    token: (its, atMs, victim) => forgedToken(its, atMs, victim, client.app.id, false),
  }
}

/** Ids of genuine tokens of other people's, so that the id itself is known. */
const reusing: Kind = (random, staff, recorder, fromMs) => {
  const client = random.pick([WEB_MAIL, PHONE])
  return {
    name: 'reused-id-of-another',
    victims: random.sample(staff, 2),
    client,
    addresses: vps(random, 2),
    fromMs,
    days: 4,
    tokensPerDay: [1, 2],
    readsPerToken: [1, 3],
    bulk: 0,
    token: (its, atMs, victim) => {
      const known = recorder.issued.filter(
        ({ principal, issuedMs }) =>
          principal !== victim.upn && issuedMs < atMs && atMs - 40 * HOUR < issuedMs,
      )
      const shown = forgedToken(its, atMs, victim, client.app.id, true)
      return known.length === 0 ? shown : { ...shown, uti: its.pick(known).uti }
    },
  }
}

/** From a machine on the premises, by the victims' own kind of client: one missing token of these is never more than a lead. */
const inside: Kind = (random, staff, _, fromMs, premises) => ({
  name: 'from-the-premises',
  victims: random.sample(staff, 2),
  client: WEB_MAIL,
  addresses: premises,
  fromMs,
  days: 3,
  tokensPerDay: [1, 1],
  readsPerToken: [1, 2],
  bulk: 0,
  isDeterminable: false,
  token: (its, atMs, victim) => forgedToken(its, atMs, victim, WEB_MAIL.app.id, true),
})

const KINDS: readonly Kind[] = [quiet, loud, reusing, inside]
