import type { Reason, Strength } from '../match/reasons.ts'
import type { Unexplained } from './known_losses.ts'
import {
  isHabitual,
  isOrdinary,
  isOwnNetwork,
  type LossOf,
  lossAtMost,
  namesNetwork,
  personGaps,
} from './ordinary.ts'
import {
  type Context,
  DIMENSIONS,
  type Dimension,
  explained,
  type Networks,
  type Population,
  pairKey,
  type Tenant,
} from './population.ts'

export interface Assigned {
  readonly context: Context
  readonly strength: Strength | ''
  readonly reason?: Extract<
    Reason,
    'class-not-shown' | 'log-incomplete' | 'log-does-not-fit' | 'too-few-explained'
  >
}

/** Explained tokens below which a log has not shown that it can speak. */
const ENOUGH_TOKENS = 20
/** A value of a property fails as a whole when so many tokens, and more than this share of its tokens, are not explained. */
const FAILING_TOKENS = 3
const FAILING_SHARE = 0.1
/** The same for an hour and its neighbours, where fewer tokens are known. */
const FAILING_HOUR_SHARE = 0.34
/** A log in which more than this share of ordinary tokens is missing does not fit as a whole. */
const UNFIT_SHARE = 0.25

/** A property of tokens is rare if at most this share of the records has it. */
const RARE_SHARE = 0.01
const RARE_AMONG = ['service', 'app', 'client'] as const
/** Explained tokens of a principal by which he is one whose tokens this log explains: a guest is not. */
const KNOWN_TOKENS = 3

/** Tokens of ordinary contexts with one value of a property, where they are not explained as a whole. */
export interface NotShown {
  readonly home: string
  readonly property: Dimension | 'all'
  readonly value: string
  readonly explained: number
  readonly missing: number
}

export type Evidence = (weighing: TenantWeighing, context: Context) => boolean

export class TenantWeighing {
  readonly tenant: Tenant
  readonly ordinary: readonly Context[]
  /** Wrong tokens in contexts that are not their owner's. */
  readonly strange: readonly Context[]
  readonly losses: readonly Context[]
  readonly isFit: boolean
  /** The largest share of ordinary tokens that the log loses, and whose tokens are mismatched. */
  readonly loss: number
  readonly mismatch: number
  readonly #failing = new Map<Dimension, Set<string>>()
  /** Applications on days on which their ordinary tokens are not explained. */
  readonly #failingDays: ReadonlySet<string>
  readonly lossOf: LossOf
  readonly #networks: Networks
  readonly #wrong: readonly Context[]
  /** Doubtful ids of issued tokens are so many that a column is wrong. */
  readonly #isColumnWrong: boolean
  /** Missing tokens of {@link #isUnusual} contexts are few, as forged ones are. */
  readonly #areUnusualFew: boolean
  /** Ordinary records without a token that can be looked up, by property, value and reason. */
  readonly #chosen = new Map<string, number>()
  readonly #badHours = new Map<number, number>()

  constructor(tenant: Tenant, contexts: readonly Context[], population: Population) {
    this.tenant = tenant
    this.#networks = population.networks
    const isOwn = (context: Context) => isOrdinary(context, tenant, population.networks)
    this.ordinary = contexts.filter(isOwn)
    this.strange = contexts.filter((context) => !isOwn(context))
    this.lossOf = personGaps(
      tenant.shownHours,
      this.strange.filter(({ matter }) => matter === 'missing'),
    )
    const wrong = this.ordinary.filter(
      ({ matter }) => matter === 'missing' || matter === 'mismatched',
    )
    this.#wrong = wrong
    for (const context of this.ordinary.filter(({ matter }) => matter === 'chosen'))
      for (const dimension of RARE_AMONG) {
        const key = pairKey(dimension, context[dimension], context.reason)
        add(this.#chosen, key, context.hours.length)
      }
    for (const hour of wrong.flatMap(({ hours }) => hours)) add(this.#badHours, hour, 1)
    for (const dimension of DIMENSIONS) {
      const joinedBy = (value: string) => explained(tenant, dimension, value)
      this.#failing.set(
        dimension,
        failingValues(wrong, (context) => context[dimension], joinedBy),
      )
    }
    this.#failingDays = failingValues(
      wrong,
      ({ app, day }) => pairKey(app, day),
      (key) => explained(tenant, 'app-day', key),
    )
    this.losses = wrong.filter((context) => !this.failsWhole(context))
    const joined = this.#joined
    const lost = tokensOf(this.losses, 'missing')
    const mixed = tokensOf(this.losses, 'mismatched')
    this.isFit = joined >= ENOUGH_TOKENS && lost + mixed <= UNFIT_SHARE * (joined + lost + mixed)
    this.loss = Math.max(
      lossAtMost(lost, joined + lost),
      tenant.lostRows === 0 ? 0 : lossAtMost(tenant.lostRows, tenant.rows + tenant.lostRows),
    )
    this.mismatch = lossAtMost(mixed, joined + mixed)
    const doubted = tokensOf(contexts.filter(isDoubtfulToken))
    this.#isColumnWrong = isFailing(doubted, joined, FAILING_SHARE)
    const unusual = tokensOf(wrong.filter((context) => this.#isUnusual(context)))
    this.#areUnusualFew = unusual <= FAILING_SHARE * (joined + unusual)
  }

  failsWhole(context: Context): 'class-not-shown' | 'log-incomplete' | undefined {
    for (const dimension of DIMENSIONS)
      if (this.#failing.get(dimension)?.has(context[dimension]) === true)
        return dimension === 'who' ? 'log-incomplete' : 'class-not-shown'
    if (this.#failingDays.has(pairKey(context.app, context.day))) return 'class-not-shown'
    const inHoles = context.hours.filter((hour) => this.isHole(hour)).length
    return inHoles * 2 > context.hours.length ? 'log-incomplete' : undefined
  }

  /** A missing token of a class that the log never shows, and of an application that it shows, where nothing puts its person. */
  #isUnusual(context: Context): boolean {
    const { matter, app, who, prefix } = context
    return (
      matter === 'missing' &&
      namesNetwork(context, this.tenant) &&
      !this.#networks.own.has(pairKey(who, prefix)) &&
      explained(this.tenant, 'app', app) >= ENOUGH_TOKENS &&
      this.failsWhole(context) === 'class-not-shown'
    )
  }

  /** Whether ordinary tokens of this hour are missing as well. */
  isHole(hour: number): boolean {
    let missing = 0
    let joined = 0
    for (let at = hour - 1; at <= hour + 1; at++) {
      missing += this.#badHours.get(at) ?? 0
      joined += explained(this.tenant, 'hour', at)
    }
    const here = this.#badHours.get(hour) ?? 0
    const joinedHere = explained(this.tenant, 'hour', hour)
    return (
      isFailing(missing, joined, FAILING_HOUR_SHARE) ||
      isFailing(here, joinedHere, FAILING_HOUR_SHARE)
    )
  }

  notShown(): NotShown[] {
    const { tenant } = this
    const { home } = tenant
    const values = [...this.#failing].flatMap(([property, failing]) =>
      [...failing].map((value): NotShown => {
        const missing = tokensOf(this.#wrong.filter((context) => context[property] === value))
        return { home, property, value, explained: explained(tenant, property, value), missing }
      }),
    )
    if (this.isFit) return values
    return [
      { home, property: 'all', value: '', explained: this.#joined, missing: tokensOf(this.#wrong) },
      ...values,
    ]
  }

  assigned(evidence: Evidence, unexplained: Unexplained): Assigned[] {
    const recorded = (context: Context) => this.#recorded(context, unexplained)
    const own = this.ordinary.map((context) =>
      context.matter === 'recorded' ? recorded(context) : this.#assignOrdinary(context),
    )
    const strange = this.strange.map((context): Assigned => {
      if (context.matter === 'recorded') return recorded(context)
      if (context.matter === 'doubtful') return this.#assignDoubtful(context)
      const isEstablished = this.isFit && evidence(this, context)
      return { context, strength: isEstablished ? 'established' : 'lead' }
    })
    return [...own, ...strange]
  }

  #assignOrdinary(context: Context): Assigned {
    // A service whose log never shows its tokens is a habit. Ids of other people's tokens are a lead.
    const isQuiet = context.matter === 'mismatched' ? isOwnNetwork : isHabitual
    const isLead =
      !isQuiet(context, this.tenant, this.#networks) ||
      (this.#areUnusualFew && this.#isUnusual(context))
    const silent = isLead ? 'lead' : ''
    if (context.matter === 'chosen')
      return { context, strength: this.#isRare(context) ? 'lead' : silent }
    if (context.matter === 'doubtful') return this.#assignDoubtful(context)
    const reason = this.#ordinaryCause(context)
    return reason ? { context, strength: silent, reason } : { context, strength: 'lead' }
  }

  #assignDoubtful(context: Context): Assigned {
    return this.#isColumnWrong && isDoubtfulToken(context)
      ? { context, strength: '', reason: 'log-does-not-fit' }
      : { context, strength: 'lead' }
  }

  #ordinaryCause(context: Context): Assigned['reason'] {
    const failing = this.failsWhole(context)
    // An id that was issued to somebody else is a fact, however little the log shows; many of them are a wrong column.
    if (context.matter === 'mismatched')
      return failing === undefined ? undefined : 'log-does-not-fit'
    if (failing !== undefined) return failing
    if (this.#joined < ENOUGH_TOKENS) return 'too-few-explained'
    return this.isFit ? undefined : 'log-does-not-fit'
  }

  get #joined(): number {
    return explained(this.tenant, 'all')
  }

  /** A complete ledger lacks what was not issued, if it has other tokens of the context or principal. */
  #recorded(context: Context, unexplained: Unexplained): Assigned {
    if (unexplained.get(context)?.length === 0) return { context, strength: 'lead' }
    const joined = this.#joined
    const recorded = [...this.ordinary, ...this.strange].filter(
      ({ matter }) => matter === 'recorded',
    )
    const alike = recorded.filter((other) => isMissing(other) === isMissing(context))
    const isEstablished = isMissing(context)
      ? joined > 0 && tokensOf(alike) <= Math.max(joined, FAILING_TOKENS)
      : explained(this.tenant, 'who', context.who) > 0 &&
        !isFailing(tokensOf(alike), joined, FAILING_SHARE)
    return { context, strength: isEstablished ? 'established' : 'lead' }
  }

  /** A record without a token that can be looked up, where those of others have one. */
  #isRare(context: Context): boolean {
    const { tenant } = this
    const isJunk = context.reason === 'malformed-id' || context.reason === 'anonymised-id'
    if (!isJunk && explained(tenant, 'who', context.who) < KNOWN_TOKENS) return false
    const among = isJunk ? RARE_AMONG.slice(0, 1) : RARE_AMONG
    return among.every((dimension) => {
      const value = context[dimension]
      const records = tenant.records.get(pairKey(dimension, value)) ?? 0
      const alike = this.#chosen.get(pairKey(dimension, value, context.reason)) ?? 0
      return explained(tenant, dimension, value) >= ENOUGH_TOKENS && alike <= RARE_SHARE * records
    })
  }
}

/** Whether the ledger lacks the token, and has it of nobody else either. */
export const isMissing = ({ reason }: Context): boolean => reason === 'never-issued'

/** Whether its ids were issued: to a service that acts for others, or for longer than its log says, if no column is wrong. */
const isDoubtfulToken = ({ matter, reason }: Context): boolean =>
  matter === 'doubtful' && (reason === 'principal-differs' || reason === 'token-expired')

const tokensOf = (contexts: readonly Context[], matter?: Context['matter']): number =>
  contexts.reduce(
    (sum, context) =>
      sum + (matter === undefined || context.matter === matter ? context.hours.length : 0),
    0,
  )

const isFailing = (missing: number, joined: number, share: number): boolean =>
  missing >= FAILING_TOKENS && missing > share * (missing + joined)

function add<K>(counts: Map<K, number>, key: K, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count)
}

function failingValues(
  wrong: readonly Context[],
  propertyOf: (context: Context) => string,
  joinedBy: (value: string) => number,
): Set<string> {
  const values = [...Map.groupBy(wrong, propertyOf)].filter(([value, contexts]) =>
    isFailing(tokensOf(contexts), joinedBy(value), FAILING_SHARE),
  )
  return new Set(values.map(([value]) => value))
}
