/** Whether what is wrong in a context that is not its owner's can be the log's own loss, or the whole of a class. */
import { rememberedOf } from '@mintmark/core'
import type { Reason } from '../match/reasons.ts'
import type { Unexplained } from './known_losses.ts'
import { beginningOf, logTail } from './ordinary.ts'
import { type Context, explained, type Networks, type Population, pairKey } from './population.ts'
import type { Evidence, TenantWeighing } from './tenant_weighing.ts'

/** Chance at most that a log of one tenant which only loses rows has a context that is established. */
const LOG_ERROR = Math.log(1e-4)
/** Explained tokens of a class, and sign-ins of a principal, by which a log has shown that it knows them. */
const CLASS_TOKENS = 5
/** The same within so many days on each side of what is missing: a log may stop showing a class. */
const CLASS_TOKENS_NEAR = 3
const CLASS_DAYS = 3
const KNOWN_SIGN_INS = 3
/** Explained tokens around a missing one, and how far around, by which the log was on. */
const NEAR_TOKENS = 5
const NEAR_HOURS = 72
/** Networks that came up later, each with one principal, by which a log has shown that it knows such. */
const NEW_NETWORKS = 3
/** Where more come with the clients of their owners, a network may be a way out of the house that the log does not show. */
const OWNERS_SHARE = 0.2
/** An attack is few among many: at most this share of the principals, where they are more than two. */
const FEW_SHARE = 0.5
const FEW_PEOPLE = 2
/** The id has the token service's format, in a tenant whose explained ids nearly all have it. */
const WELL_MADE_SHARE = 0.98
const WELL_MADE_TOKENS = 50
const IN_OWN_SESSION: Reason = 'session-known-token-missing'

/** From networks of Microsoft 365 a service may act whose tokens no log shows. */
const weighedIn =
  ({ served }: Networks) =>
  ({ matter, prefix }: Context): boolean =>
    !served.has(prefix) && (matter === 'missing' || matter === 'mismatched')

interface Wrong {
  readonly weighing: TenantWeighing
  readonly context: Context
}

export function evidenceOf(
  weighings: readonly TenantWeighing[],
  population: Population,
  unexplained: Unexplained,
): Evidence {
  const { networks } = population
  const isWeighed = weighedIn(networks)
  const groups = new Groups(weighings, networks, unexplained, isWeighed)
  return (weighing, context) => {
    const { matter, who } = context
    // Under his former name he is somebody else in the other log.
    const isRenamed = matter === 'mismatched' && networks.renamed.has(who)
    const contexts = weighing.tenant.networkCount + groups.ofTenant(weighing).length + 1
    return (
      unexplained.get(context)?.length !== 0 &&
      isWeighed(context) &&
      weighing.failsWhole(context) === undefined &&
      !isRenamed &&
      isKnown(weighing, context, networks) &&
      groups.isFew(weighing) &&
      isAddressShown(weighing, context) &&
      (!(isNovel(weighing, context) || isClientNovel(weighing, context)) ||
        isAttackersOwn(weighing, context, groups.ofApp(context), networks)) &&
      groups.couldShowNewNetworks(weighing, context) &&
      groups.chance(weighing, context) + Math.log(contexts) <= LOG_ERROR
    )
  }
}

class Groups {
  readonly #byPrefix: ReadonlyMap<string, readonly Wrong[]>
  readonly #byApp: ReadonlyMap<string, readonly Wrong[]>
  /** Of a client that its owner does not use: else what he lost himself would be held against a forger's tokens. */
  readonly #byClient: ReadonlyMap<string, readonly Wrong[]>
  readonly #byHome: ReadonlyMap<string, readonly Wrong[]>
  readonly #byWho: ReadonlyMap<string, readonly Wrong[]>
  readonly #alone: ReadonlyMap<string, number>
  // Each context of a group asks the same of it.
  readonly #chanceThere: (there: readonly Wrong[]) => number
  readonly #chanceOf: (group: readonly Wrong[]) => number
  /** Whether his own client in a network of his does not show that it is somebody else. */
  readonly #mayBeHimself = rememberedOf((there: readonly Wrong[]) =>
    there.some(
      (one) => isOwnersClient(one) && !this.couldShowNewNetworks(one.weighing, one.context),
    ),
  )

  constructor(
    weighings: readonly TenantWeighing[],
    { joinedFrom }: Networks,
    unexplained: Unexplained,
    isWeighed: (context: Context) => boolean,
  ) {
    this.#chanceOf = rememberedOf((group) => groupChance(group, 0, unexplained))
    this.#chanceThere = rememberedOf((there) => {
      const prefix = there[0]?.context.prefix ?? ''
      return groupChance(there, joinedFrom.get(prefix) ?? 0, unexplained)
    })
    const wrong = weighings.flatMap((weighing) =>
      weighing.strange.filter(isWeighed).map((context): Wrong => ({ weighing, context })),
    )
    const by = (keyOf: (context: Context) => string, among = wrong) =>
      Map.groupBy(among, ({ context }) => keyOf(context))
    this.#byPrefix = by(({ prefix }) => prefix)
    this.#byApp = by(({ app }) => app)
    this.#byClient = by(
      clientKey,
      wrong.filter((one) => !isOwnersClient(one)),
    )
    this.#byHome = by(({ home }) => home)
    this.#byWho = by(({ home, who }) => pairKey(home, who))
    this.#alone = new Map([...this.#byHome].map(([home, some]) => [home, peopleAlone(some)]))
  }

  ofTenant({ tenant }: TenantWeighing): readonly Wrong[] {
    return this.#byHome.get(tenant.home) ?? []
  }

  ofApp({ app }: Context): readonly Wrong[] {
    return this.#byApp.get(app) ?? []
  }

  isFew(weighing: TenantWeighing): boolean {
    const people = peopleIn(this.ofTenant(weighing))
    return people <= Math.max(FEW_PEOPLE, FEW_SHARE * weighing.tenant.people)
  }

  /**
   * Whether it cannot be the owner in a new network, which the log does not show. Several people were in it, few with
   * their own clients; or the log has people in new networks, and the client is not the owner's; or he was at work
   * elsewhere on most of those days, and no others are missing in new networks of their own.
   */
  couldShowNewNetworks(weighing: TenantWeighing, context: Context): boolean {
    const { home, who, client, app, prefix } = context
    const { tenant } = weighing
    const isOwners = isOwnersClient({ weighing, context })
    const there = this.#byPrefix.get(prefix) ?? []
    if (!isOwners && peopleIn(there) > 1)
      return tokensOf(there.filter(isOwnersClient)) / tokensOf(there) <= OWNERS_SHARE
    // Who may be there himself with one client may use others there.
    if (!isOwners && this.#mayBeHimself(there)) return false
    const people = this.#alone.get(home) ?? 0
    const isClientShown = explained(tenant, 'client', client) > 0
    // With his own client it is himself who travels, and the log may not show that network.
    if (!isOwners && tenant.newNetworks >= NEW_NETWORKS && isClientShown)
      return people <= tenant.newNetworks
    // In his own session it is he, with a way out that the log does not show.
    if (isOwners && context.reason === IN_OWN_SESSION) return false
    const own = this.#byWho.get(pairKey(home, who)) ?? []
    const days = [...new Set(own.map((wrong) => wrong.context.day))]
    const shownOn = (day: number) =>
      isOwners
        ? explained(tenant, 'who-client-app-day', who, client, app, day)
        : explained(tenant, 'who-day', who, day)
    const beside = days.filter((day) => shownOn(day) > 0)
    return people <= 1 && beside.length * 2 > days.length
  }

  /** Natural logarithm of the chance that what the context has in common with others was all lost. */
  chance(weighing: TenantWeighing, context: Context): number {
    const isOwners = isOwnersClient({ weighing, context })
    return Math.min(
      this.#chanceThere(this.#byPrefix.get(context.prefix) ?? []),
      isOwners ? 0 : this.#chanceOf(this.#byClient.get(clientKey(context)) ?? []),
      isNovel(weighing, context) ? this.#chanceOf(this.ofApp(context)) : 0,
    )
  }
}

const clientKey = ({ home, app, client }: Context): string => pairKey(home, app, client)

const peopleIn = (wrong: readonly Wrong[]): number =>
  new Set(wrong.map(({ context }) => context.who)).size

const tokensOf = (wrong: readonly Wrong[]): number =>
  wrong.reduce((sum, { context }) => sum + context.hours.length, 0)

/** How many people are alone in a network, each with the client that he has elsewhere. */
function peopleAlone(inTenant: readonly Wrong[]): number {
  const byPrefix = Map.groupBy(inTenant, ({ context }) => context.prefix)
  const alone = [...byPrefix.values()].filter(
    (some) => peopleIn(some) === 1 && some.every(isOwnersClient),
  )
  return peopleIn(alone.flat())
}

/** Whether the log has not shown tokens of this application, or not in these days. */
function isNovel(weighing: TenantWeighing, { app, day }: Context): boolean {
  if (explained(weighing.tenant, 'app', app) < CLASS_TOKENS) return true
  const shownIn = (from: number, to: number) => {
    let shown = 0
    for (let near = from; near <= to; near++)
      shown += explained(weighing.tenant, 'app-day', app, near)
    return shown
  }
  // Before and after: else it may be that the log ceased to show them on that day, or began to.
  return (
    Math.min(shownIn(day - CLASS_DAYS, day), shownIn(day, day + CLASS_DAYS)) < CLASS_TOKENS_NEAR
  )
}

/** In a session of its owner's, a new service or add-in may act for him by the application's id. */
const isClientNovel = ({ tenant }: TenantWeighing, { app, family, reason }: Context): boolean =>
  reason === IN_OWN_SESSION && explained(tenant, 'app-family', app, family) < CLASS_TOKENS

/** Whether the logs know the principal, so that only this context's tokens are missing. */
const isKnown = ({ tenant }: TenantWeighing, { who }: Context, { signIns }: Networks): boolean =>
  explained(tenant, 'who', who) + (signIns.get(who) ?? 0) >= KNOWN_SIGN_INS

/**
 * Whether an application without any explained token is the attacker's, and not one that this log never shows: it began
 * one day, with ids that the token service does not make, or of other people's tokens. In a session of the owner's it may
 * be a service that acts for him, whose ids have another form.
 */
function isAttackersOwn(
  { tenant }: TenantWeighing,
  { home, app, reason }: Context,
  ofApp: readonly Wrong[],
  networks: Networks,
): boolean {
  const seen = networks.seenApps.get(pairKey(home, app))
  if (seen === undefined || seen.firstHour <= beginningOf(tenant)) return false
  if (ofApp.some(({ context }) => context.matter === 'mismatched')) return true
  if (reason === IN_OWN_SESSION) return false
  const wellMade = ofApp.reduce((sum, { context }) => sum + context.wellMade, 0)
  const joined = explained(tenant, 'all')
  return (
    joined >= WELL_MADE_TOKENS &&
    tenant.wellMade >= WELL_MADE_SHARE &&
    wellMade * 2 < tokensOf(ofApp)
  )
}

/** Whether the log has shown tokens from addresses of this kind: some collectors drop rows with those of IPv6. */
const isAddressShown = ({ tenant }: TenantWeighing, { prefix }: Context): boolean =>
  !prefix.includes(':') || prefix.startsWith('::ffff:') || tenant.joinedOverIpv6 >= CLASS_TOKENS

/** Whether the owner uses just this client: then he may himself be in a new network. */
const isOwnersClient = ({ weighing: { tenant }, context: { who, client, app } }: Wrong): boolean =>
  explained(tenant, 'who-client-app', who, client, app) > 0

/** Natural logarithm of the chance that all that is wrong in a group was lost, and `joined` was not. */
function groupChance(group: readonly Wrong[], joined: number, unexplained: Unexplained): number {
  const clusters = new Map<string, number>()
  for (const { weighing, context } of group)
    for (const hour of unexplained.get(context) ?? context.hours) {
      if (context.matter === 'missing' && !wasOn(weighing, hour)) continue
      const rate = context.matter === 'missing' ? weighing.loss : weighing.mismatch
      const loss =
        context.matter === 'missing' ? weighing.lossOf(context.who, hour) : pairKey('hour', hour)
      if (loss === undefined) continue
      const key = pairKey(context.home, loss)
      clusters.set(key, Math.max(clusters.get(key) ?? 0, rate))
    }
  const rates = [...clusters.values()]
  if (rates.length === 0) return 0
  if (joined > 0) return logTail(rates.length, rates.length + joined, Math.max(...rates))
  return rates.reduce((sum, rate) => sum + Math.log(rate), 0)
}

/** Whether tokens of about this hour are explained, and none is missing. */
function wasOn(weighing: TenantWeighing, hour: number): boolean {
  if (weighing.isHole(hour)) return false
  let joined = explained(weighing.tenant, 'hour', hour)
  for (let far = 1; far <= NEAR_HOURS && joined < NEAR_TOKENS; far++)
    joined +=
      explained(weighing.tenant, 'hour', hour - far) +
      explained(weighing.tenant, 'hour', hour + far)
  return joined >= NEAR_TOKENS
}
