/** What the attacker's tokens did: forged ones are accepted, then the service renews access. */
import * as apps from '../world/apps.ts'
import { DAY, MINUTE, RENEWAL_STOPS_MS, SECOND, WINDOW } from '../world/calendar.ts'
import {
  ATTACKERS,
  type AuditRecord,
  type GraphCall,
  graphCall,
  type Happenings,
  type Token,
  useOf,
} from '../world/events.ts'
import { genuineTokenId, guid, inventedTokenId, rawTokenId } from '../world/ids.ts'
import { type AccessClass, expectForged, type Truth } from '../world/truth.ts'
import { messageOf, type Organisation, type World } from '../world/world.ts'
import { owaTokenRecord } from './issuance_records.ts'
import { firstSignIn, workingDay } from './life.ts'
import { bindRecord, type MailUse, syncRecord } from './mail.ts'
import { isBurst, type Visit, visitsOf, visitTimes } from './theft.ts'

/** Lifetime of tokens, forged or renewed. That of the forged ones was never published. */
export const TOKEN_LIFE_MS: number = 70 * MINUTE
export const SYNCED_MESSAGES: readonly { folder: number; items: number }[] = [
  { folder: 0, items: 350 },
  { folder: 2, items: 120 },
]

interface Hold {
  readonly visit: Visit
  readonly token: Token
  readonly kind: AccessClass
  readonly client: string
  readonly spelled: string
  readonly from: Forged
}

export interface Forged {
  readonly token: Token
  readonly genuine: Token | undefined
}

export interface ForgedUse {
  readonly of: Organisation
  readonly atMs: number
  readonly forged: Forged
  readonly isRenewed: boolean
  readonly messages: readonly string[]
}

export class Attack {
  readonly #world: World
  readonly #of: Organisation
  readonly #truth: Truth
  readonly #onUse: (use: ForgedUse) => void
  readonly #visits = new Map<number, Visit[]>()
  #silent: { readonly mailbox: string; readonly fromMs: number } | undefined

  constructor(
    world: World,
    of: Organisation,
    truth: Truth,
    onUse: (use: ForgedUse) => void = () => {},
  ) {
    this.#world = world
    this.#of = of
    this.#truth = truth
    this.#onUse = onUse
    for (const visit of visitsOf(world, of))
      this.#visits.set(visit.dayMs, [...(this.#visits.get(visit.dayMs) ?? []), visit])
  }

  day(dayMs: number, into: Happenings): void {
    for (const visit of this.#visits.get(dayMs) ?? []) this.#visit(visit, into)
  }

  /** Whether the log has a record: after a throttled one it drops that mailbox's Binds for 24 hours. */
  isLogged(record: AuditRecord): boolean {
    const silent = this.#silent
    if (silent === undefined || record.mail?.accessType !== 'Bind') return true
    const { fromMs } = silent
    return (
      record.mail.owner !== silent.mailbox || record.atMs <= fromMs || record.atMs > fromMs + DAY
    )
  }

  #visit(visit: Visit, into: Happenings): void {
    const reads = this.#reads(visit)
    const times = visitTimes(visit, reads.length)
    let hold = this.#forge(visit, times[0] ?? visit.dayMs, true)
    for (const [at, messages] of reads.entries()) {
      const atMs = times[at] ?? visit.dayMs
      if (atMs > hold.token.atMs + TOKEN_LIFE_MS) hold = this.#renew(hold, atMs, into)
      this.#read(hold, atMs, messages, at === reads.length - 1, into)
    }
    if (visit.theft.also === 'sync' && visit.ordinal === 2)
      this.#sync(hold, (times.at(-1) ?? visit.dayMs) + MINUTE, into)
  }

  #reads(visit: Visit): number[][] {
    const { random } = visit
    const single = isBurst(visit) || this.#of.habits.includes('no-mailbox-audit')
    const reads: number[][] = []
    for (let next = visit.from; next < visit.to; ) {
      const count = single ? 1 : Math.min(visit.to - next, 1 + random.below(11))
      const read = Array.from({ length: count }, (_, offset) => next + offset)
      if (!single && count < 11 && visit.from > 0 && random.chance(0.04))
        read.push(random.below(visit.from))
      reads.push(read)
      next += count
    }
    return reads
  }

  #forge(visit: Visit, useMs: number, isFirst: boolean): Hold {
    const { random, victim, of } = visit
    const atMs = useMs - 40 * SECOND
    const isReusing =
      isFirst && (visit.ordinal === 1 || visit.ordinal === visit.visits - 2 || random.chance(0.03))
    const genuine = isReusing ? this.#colleaguesToken(visit) : undefined
    const proxies = apps.proxiesOn(visit.dayMs)
    const id = genuine?.id ?? (random.chance(0.3) ? rawTokenId(random) : inventedTokenId(random))
    const session = of.owaAuth || random.chance(0.5) ? guid(random) : ''
    const token = {
      id,
      atMs,
      session,
      app: apps.OWA,
      resource: apps.EXCHANGE,
      ip: random.pick(proxies).ip,
      holder: this.#world.person(of, victim).oid,
      origin: 'none' as const,
    }
    const isMalformed = visit.theft.also === 'malformed' && !isReusing && random.chance(0.3)
    return {
      visit,
      token,
      kind: genuine === undefined ? 'forged' : 'reused-id',
      client: random.pick(apps.FORGED_CLIENTS),
      spelled: isMalformed ? `${id.uti}.${random.next().toString(36)}` : id.uti,
      from: { token, genuine },
    }
  }

  #colleaguesToken(visit: Visit): Token | undefined {
    const { of, random, dayMs } = visit
    const first = of.thefts.length
    const offset = random.below(of.headcount - first)
    for (let back = 1; back <= 28; back++)
      for (let step = 0; step < of.headcount - first; step += 1) {
        const index = first + ((offset + step) % (of.headcount - first))
        const agoMs = dayMs - back * DAY
        if (agoMs < WINDOW.fromMs) return undefined
        const day = workingDay(this.#world, of, this.#world.person(of, index), agoMs)
        if (day !== undefined) return firstSignIn(day).token
      }
    return undefined
  }

  #renew(hold: Hold, useMs: number, into: Happenings): Hold {
    const { visit } = hold
    const { random, of } = visit
    if (visit.dayMs >= RENEWAL_STOPS_MS || !random.chance(0.65))
      return this.#forge(visit, useMs, false)
    const id = genuineTokenId(random)
    const token = { ...hold.token, id, atMs: useMs - 20 * SECOND }
    if (of.owaAuth) {
      const owner = this.#world.person(of, visit.victim)
      into.audits.push(owaTokenRecord(of, owner, token, hold.token, random))
      this.#truth.renewal()
    }
    return { ...hold, token, kind: 'renewed', spelled: id.uti }
  }

  #read(
    hold: Hold,
    atMs: number,
    messages: readonly number[],
    isLast: boolean,
    into: Happenings,
  ): void {
    const { visit } = hold
    if (visit.of.habits.includes('no-mailbox-audit')) {
      this.#call(hold, atMs, messages[0] ?? 0, into)
      return
    }
    const use = this.#mailUse(hold, atMs)
    const ends = isBurst(visit) && isLast
    const shared = sharedBelow(visit)
    const own = messages.filter((index) => index >= shared)
    const common = messages.filter((index) => index < shared)
    for (const [mailbox, numbers] of [
      [visit.victim, own],
      [0, common],
    ] as const)
      if (numbers.length > 0) {
        const record = bindRecord(use, numbers, ends ? 'True' : 'False', mailbox)
        this.#bind(hold, record, mailbox, numbers, into)
      }
    if (ends) this.#silent = { mailbox: use.owner.upn, fromMs: atMs }
  }

  #bind(
    hold: Hold,
    plain: AuditRecord,
    mailbox: number,
    numbers: readonly number[],
    into: Happenings,
  ): void {
    const record = this.#written(hold, plain)
    this.#use(hold, record.atMs, mailbox, numbers)
    const isLogged = this.isLogged(record)
    this.#truth.read(this.#account(hold), record.atMs, numbers, mailbox, isLogged)
    if (!isLogged) return
    into.audits.push(record)
    this.#label(hold, record, numbers.length)
  }

  #written(hold: Hold, record: AuditRecord): AuditRecord {
    const { visit } = hold
    const { random, theft } = visit
    if (theft.also === 'unlabelled' && hold.kind !== 'reused-id' && random.chance(0.2))
      return { ...record, token: undefined, falsePositive: ATTACKERS }
    // So many records in a day need several clients at once: each gets a record of its own in two minutes.
    const from = isBurst(visit) ? random.pick(apps.proxiesOn(visit.dayMs)).ip : record.ip
    const ip = random.chance(0.1) ? `${from}:${1024 + random.below(60_000)}` : from
    const token = useOf(hold.token, visit.of.tenant)
    return {
      ...record,
      ip,
      falsePositive: ATTACKERS,
      token: { ...token, spelled: hold.spelled, clientAppId: apps.FORGED_CLIENT.id },
    }
  }

  #use(
    { visit: { of }, from, kind }: Hold,
    atMs: number,
    mailbox: number,
    numbers: readonly (number | string)[],
  ): void {
    const messages = numbers.map((message) => `${of.index}.${mailbox}.${message}`)
    this.#onUse({ of, atMs, forged: from, isRenewed: kind === 'renewed', messages })
  }

  #mailUse({ visit, token, client }: Hold, atMs: number): MailUse {
    const { of, random } = visit
    const owner = this.#world.person(of, visit.victim)
    return { of, owner, token, atMs, client, clientAppId: apps.FORGED_CLIENT.id, random }
  }

  /** Where mailboxes were not audited, Graph's own log shows which items were asked for. */
  #call(hold: Hold, atMs: number, index: number, into: Happenings): void {
    const { of, random, victim } = hold.visit
    const owner = this.#world.person(of, victim)
    const message = messageOf(of, victim, index)
    const call = graphCall(of.tenant, hold.token, {
      atMs,
      id: guid(random),
      token: { ...useOf(hold.token, of.tenant), clientAppId: apps.FORGED_CLIENT.id },
      appId: apps.FORGED_CLIENT.id,
      userOid: owner.oid,
      agent: 'python-requests/2.28.2',
      uri: `https://graph.microsoft.com/v1.0/users/${owner.oid}/messages/${message.itemId}`,
      bytes: message.bytes + 900,
      falsePositive: ATTACKERS,
    })
    into.calls.push(call)
    this.#use(hold, atMs, victim, [index])
    this.#truth.readItem(this.#account(hold), atMs, index)
    this.#label(hold, call, 1)
  }

  #sync(hold: Hold, atMs: number, into: Happenings): void {
    for (const [at, { folder, items }] of SYNCED_MESSAGES.entries()) {
      const use = this.#mailUse(hold, atMs + at * MINUTE)
      const record = this.#written(hold, syncRecord(use, folder, at === 0 ? 2 : 50))
      into.audits.push(record)
      const names = Array.from({ length: items }, (_, item) => `folder ${folder}, ${item}`)
      this.#use(hold, record.atMs, hold.visit.victim, names)
      this.#truth.synced(this.#account(hold), record.atMs, items)
      this.#label(hold, record, 0)
    }
  }

  #label(hold: Hold, record: AuditRecord | GraphCall, messages: number): void {
    const { of, victim } = hold.visit
    const isMalformed = hold.spelled !== hold.token.id.uti
    const hasId = record.token !== undefined && !isMalformed
    const expected = expectForged(of, hold.kind, record.atMs, hasId)
    const { upn } = this.#world.person(of, victim)
    const tokenId = isMalformed ? '' : hold.token.id.guid
    this.#truth.forged(of, record, hold.kind, expected, { mailbox: upn, messages, tokenId })
  }

  #account({ visit: { of, victim } }: Hold) {
    return { of, person: this.#world.person(of, victim) }
  }
}

function sharedBelow(visit: Visit): number {
  // At the Department of State no message was in two of the mailboxes.
  if (visit.of.index === 0 || visit.victim !== 1) return 0
  return Math.floor(visit.theft.messages / 10)
}
