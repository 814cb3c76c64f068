/**
 * Holds the live tokens of a ledger's issuers, and knows the age of that: reading alone establishes
 * it.
 * Trust: neither the server nor its answers to {@link LedgerFollower.ask}: an answer decides
 * whether to wait, never whether to admit.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { MintmarkError, safeText } from '@mintmark/core'
import {
  DESCRIPTION_PATH,
  type Description,
  type Head,
  highestHeads,
  LedgerReader,
  type Policy,
  type ReadResource,
  type SeenHead,
} from '@mintmark/ledger'
import type { LedgerAnswer, LiveAnswers, Recorded } from '@mintmark/ledger/http'
import { IssuerFeed, REMEMBERED_MS } from './issuer_feed.ts'
import type { Membership } from './live_set.ts'
import type { Publication } from './publication.ts'
import type { PushFeed } from './push_feed.ts'

/** The longest pause between rounds: each shows that the ledger is still there. */
const HEARTBEAT_MS = 1000
const MAX_QUEUE = 256
const POLL_MS = 250

interface FollowerOptions {
  readonly read: ReadResource
  readonly live?: LiveAnswers | undefined
  readonly pushed?: PushFeed | undefined
  readonly policy: Policy
  /** The ledger has to list them: an older description, signed too, may lack one. */
  readonly issuers?: ReadonlyMap<string, { readonly maxLifetimeMs: number }> | undefined
  /** Heads of earlier runs: a ledger without them is not followed. */
  readonly seen?: readonly SeenHead[] | undefined
  /** Awaited before the heads are relied on. */
  readonly onHeads?: ((heads: readonly Head[]) => Promise<void>) | undefined
  /** Called when following fails, and with undefined when it works again. */
  readonly onTrouble?: ((cause: unknown) => void) | undefined
  /** False, perhaps with a reason, when the stream is lost; true when it is connected. */
  readonly onStream?: ((isThere: boolean, cause?: unknown) => void) | undefined
  readonly now: () => number
}

export type FollowedLedger = Pick<
  LedgerFollower,
  | 'ageMs'
  | 'trouble'
  | 'isStreamed'
  | 'liveTokens'
  | 'find'
  | 'isForgotten'
  | 'ask'
  | 'hasRead'
  | 'covers'
  | 'refresh'
  | 'headOf'
  | 'unlisted'
>

export class LedgerFollower {
  readonly #options: FollowerOptions
  readonly #stopping: AbortController = new AbortController()
  #reader: LedgerReader | undefined
  #feeds: ReadonlyMap<string, IssuerFeed> = new Map()
  #aliases: ReadonlyMap<string, string> = new Map()
  /** Begin of the last good round, on the monotonic clock: all published before it is known. */
  #freshAtMs = Number.NEGATIVE_INFINITY
  #trouble: unknown
  #wake: (() => void) | undefined
  /** Rounds that began, and who waits for a later one. */
  #rounds = 0
  #waiting: { readonly after: number; readonly resolve: () => void }[] = []
  #isRoundWanted: boolean = false
  #roundAtMs = Number.NEGATIVE_INFINITY
  #queue: (Publication | undefined)[] = []
  #isOnLine: boolean | undefined
  readonly #loop: Promise<void>
  readonly #listening: Promise<unknown>

  constructor(options: FollowerOptions) {
    this.#options = options
    this.#loop = this.#run()
    const { live } = options
    const listening = live === undefined ? this.#poll() : this.#listen(live)
    this.#listening = Promise.all([listening, this.#followPushed()])
  }

  /** Since the ledger was known to be read to its end; infinite before the first time. */
  get ageMs(): number {
    return performance.now() - this.#freshAtMs
  }

  get trouble(): unknown {
    return this.#trouble
  }

  get isStreamed(): boolean {
    return this.#isOnLine === true
  }

  get liveTokens(): number {
    return [...this.#feeds.values()].reduce((sum, { set }) => sum + set.count, 0)
  }

  get heads(): readonly Head[] {
    return [...this.#feeds.values()].flatMap(({ head }) => head ?? [])
  }

  /** Issuers that the ledger has to list and does not; none before its description was read. */
  get unlisted(): readonly string[] {
    if (this.#reader === undefined) return []
    return [...this.#wanted.keys()].filter((issuer) => !this.#aliases.has(issuer))
  }

  get #wanted(): NonNullable<FollowerOptions['issuers']> {
    return this.#options.issuers ?? new Map()
  }

  headOf(issuer: string): Head | undefined {
    return this.#feedOf(issuer)?.head
  }

  #feedOf(issuer: string): IssuerFeed | undefined {
    return this.#feeds.get(this.#aliases.get(issuer) ?? '')
  }

  /** @param id 16 bytes. @param inputHash SHA-256 of the signing input */
  find(issuer: string, id: Uint8Array, inputHash: Uint8Array): Membership {
    return this.#feedOf(issuer)?.set.find(id, inputHash) ?? 'unknown'
  }

  /** No reading can show it: it expired too long ago, or its issuer need not be listed. */
  isForgotten(issuer: string, issuedAtMs: number, expiresMs: number): boolean {
    if (expiresMs < this.#options.now() - REMEMBERED_MS) return true
    const feed = this.#feedOf(issuer)
    if (feed !== undefined) return feed.isBefore(issuedAtMs, expiresMs)
    return this.#reader !== undefined && !this.#wanted.has(issuer)
  }

  /** Resolves when a round that began after this call has ended, well or not, or is stopped. */
  refresh(): Promise<void> {
    if (this.#stopping.signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      this.#waiting.push({ after: this.#rounds, resolve })
      this.#wake?.()
    })
  }

  /** The ledger itself knows entries that are durable and not published yet. */
  async ask(issuer: string, id: Uint8Array, inputHash: Uint8Array): Promise<LedgerAnswer> {
    // An older description may lack an issuer that is recorded all the same.
    const alias = this.#aliases.get(issuer)
    const key = this.#reader?.description.key
    if (alias === undefined || key === undefined) return { state: 'failed' }
    return (await this.#options.live?.ask(alias, id, inputHash, key)) ?? { state: 'no-answer' }
  }

  /** Whether all that the ledger had recorded at that answer was read. */
  hasRead(issuer: string, { shard, size }: Recorded): boolean {
    const feed = this.#feedOf(issuer)
    if (feed?.path === undefined) return false
    return feed.path > shard || (feed.path === shard && (feed.head?.size ?? 0) >= size)
  }

  /** Whether a token of this time of issue would have been published in what was read. */
  covers(issuer: string, issuedAtMs: number): boolean {
    const { skewMs = 0 } = this.#reader?.description ?? {}
    return this.#feedOf(issuer)?.covers(issuedAtMs, skewMs) ?? false
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#wake?.()
    await this.#loop
    await this.#listening
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      /* oxlint-disable no-await-in-loop -- one round after the other */
      await this.#takePushed()
      if (this.#isRoundDue()) await this.#wholeRound()
      await this.#idle()
      /* oxlint-enable no-await-in-loop */
    }
    this.#release(Number.POSITIVE_INFINITY)
  }

  #isRoundDue(): boolean {
    return this.#isRoundWanted || this.#waiting.length > 0 || this.#heartbeatInMs() <= 0
  }

  #heartbeatInMs(): number {
    return Math.max(0, this.#roundAtMs + HEARTBEAT_MS - performance.now())
  }

  async #wholeRound(): Promise<void> {
    const beganMs = performance.now()
    const round = ++this.#rounds
    this.#roundAtMs = beganMs
    this.#isRoundWanted = false
    const failure = await this.#round()
    if (failure === undefined) this.#freshAtMs = beganMs
    this.#report(failure ?? this.#lack())
    this.#release(round)
  }

  /** After a gap, the ledger itself is read. */
  async #takePushed(): Promise<void> {
    const before = this.heads
    const reader = this.#reader
    for (const publication of this.#queue.splice(0)) {
      const feed = this.#feeds.get(publication?.shard.split('/')[0] ?? '')
      if (reader === undefined || publication === undefined || feed === undefined)
        this.#isRoundWanted = true
      else if (feed.push(publication, reader.description) === 'gap') this.#isRoundWanted = true
    }
    try {
      await this.#noteHeads(before)
    } catch (cause) {
      this.#report(cause)
    }
  }

  async #noteHeads(before: readonly Head[]): Promise<void> {
    const changed = this.heads.filter((head) => !before.includes(head))
    if (changed.length > 0) await this.#options.onHeads?.(changed)
  }

  async #followPushed(): Promise<void> {
    const { pushed, onStream } = this.#options
    await pushed?.follow(
      (publication) => {
        if (this.#queue.length >= MAX_QUEUE) {
          // Too many to keep: the ledger has them all.
          this.#queue = [undefined]
        } else this.#queue.push(publication)
        this.#wake?.()
      },
      (isThere, cause) => {
        if (isThere === this.#isOnLine) return
        this.#isOnLine = isThere
        onStream?.(isThere, cause)
        this.#wantRound()
      },
      this.#stopping.signal,
    )
  }

  /** Serves whoever asked before this round began. */
  #release(round: number): void {
    const done = this.#waiting.filter(({ after }) => after < round)
    this.#waiting = this.#waiting.filter(({ after }) => after >= round)
    for (const { resolve } of done) resolve()
  }

  #report(failure: unknown): void {
    const isChanged = troubleOf(failure) !== troubleOf(this.#trouble)
    this.#trouble = failure
    if (isChanged) this.#options.onTrouble?.(failure)
  }

  /** The trouble when the others can be followed. */
  #lack(): MintmarkError | undefined {
    const [issuer] = this.unlisted
    if (issuer === undefined) return undefined
    const message = `${DESCRIPTION_PATH} does not list ${safeText(issuer, 200)}: nothing is known of its tokens`
    return new MintmarkError('LEDGER_INVALID', message, { issuer })
  }

  async #round(): Promise<unknown> {
    try {
      // The description may have changed on its way, or name a new issuer by now.
      const known = this.#trouble === undefined ? this.#reader : undefined
      const reader = known ?? (await this.#open())
      const before = this.heads
      for (const feed of this.#feeds.values()) {
        // oxlint-disable-next-line no-await-in-loop -- issuers are few
        await feed.advance(reader)
      }
      await this.#noteHeads(before)
      return undefined
    } catch (cause) {
      return cause
    }
  }

  async #open(): Promise<LedgerReader> {
    const reader = await LedgerReader.open(this.#options.read)
    const { issuers, name } = reader.description
    const { policy, now, seen = [] } = this.#options
    if (!reader.isSignedBy(policy)) throw unsigned()
    const highest = highestHeads([...seen, ...this.heads])
    assertAllListed(highest.keys(), reader.description)
    const feeds = new Map<string, IssuerFeed>()
    for (const [alias, issuer] of issuers) {
      const own = [...highest].filter(([origin]) => origin.startsWith(`${name}/${alias}/`))
      const { maxLifetimeMs = 0 } = this.#wanted.get(issuer) ?? {}
      const feed = this.#feeds.get(alias)
      const known = feed?.head === undefined ? undefined : feed
      if (known !== undefined && known.issuer !== issuer) throw anotherThan(alias)
      const options = { alias, issuer, maxLifetimeMs, policy, seen: new Map(own), now }
      feeds.set(alias, known ?? new IssuerFeed(options))
    }
    this.#feeds = feeds
    this.#aliases = new Map([...issuers].map(([alias, issuer]) => [issuer, alias]))
    this.#reader = reader
    return reader
  }

  /** Until a publication, a question, a delivery, or the next heartbeat. */
  async #idle(): Promise<void> {
    if (this.#isRoundDue() || this.#queue.length > 0 || this.#stopping.signal.aborted) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => this.#wake?.(), this.#heartbeatInMs())
      this.#wake = () => {
        clearTimeout(timer)
        this.#wake = undefined
        resolve()
      }
    })
  }

  /** A stream that delivers everything makes more rounds needless. */
  #wantRoundUnlessStreamed(): void {
    if (!this.isStreamed) this.#wantRound()
  }

  #wantRound(): void {
    this.#isRoundWanted = true
    this.#wake?.()
  }

  async #poll(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      // oxlint-disable-next-line no-await-in-loop -- a clock
      await paused(POLL_MS, signal)
      this.#wantRoundUnlessStreamed()
    }
  }

  /** Begins a round whenever the ledger has published something. */
  async #listen(live: LiveAnswers): Promise<void> {
    const { signal } = this.#stopping
    let after = ''
    while (!signal.aborted) {
      /* oxlint-disable no-await-in-loop -- one publication after the other */
      if (this.isStreamed) {
        await paused(POLL_MS, signal)
        continue
      }
      const publication = await live.listen(after, signal)
      if (publication === undefined) await paused(POLL_MS, signal)
      /* oxlint-enable no-await-in-loop */
      after = publication ?? ''
      this.#wantRoundUnlessStreamed()
    }
  }
}

/** A seen shard of an unlisted alias: the description is another one now. */
function assertAllListed(origins: Iterable<string>, { issuers, name }: Description): void {
  for (const origin of origins) {
    const [alias = ''] = origin.startsWith(`${name}/`)
      ? origin.slice(name.length + 1).split('/')
      : []
    if (!issuers.has(alias)) throw anotherThan(origin)
  }
}

function unsigned(): MintmarkError {
  const message = `${DESCRIPTION_PATH} is not signed by a key of the policy`
  return new MintmarkError('LEDGER_INVALID', message, { member: 'signature' })
}

function anotherThan(seen: string): MintmarkError {
  const message = `${DESCRIPTION_PATH} is not as it was: ${safeText(seen, 200)} was seen`
  return new MintmarkError('LEDGER_BEHIND', message, { seen })
}

async function paused(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined)
}

export function troubleOf(cause: unknown): string {
  if (cause instanceof MintmarkError) return `${cause.message} (${cause.code})`
  return cause instanceof Error ? cause.message : ''
}
