/**
 * Orders entries, makes them durable, and then acknowledges them.
 * One loop commits all waiting entries as a batch while the next gathers. Publications run beside
 * it, one at a time, and are retried: no acknowledgement waits for one.
 */
import { MintmarkError } from '@mintmark/core'
import { LiveState } from '../live/live_state.ts'
import { LiveByIssuer, type LiveToken } from '../live/live_tokens.ts'
import { type Absence, signAbsence } from '../notes/absence.ts'
import type { ShardAppend } from '../store/store.ts'
import type { Issuance, Revocation } from '../tree/entry.ts'
import { AdmittedBatch, type Receipt } from './admission.ts'
import type { LedgerClock } from './ledger_clock.ts'
import { pruneLedger } from './pruning.ts'
import { Publisher } from './publisher.ts'
import { recoverLedger, type SequencerOptions } from './recovery.ts'
import { Shards } from './shards.ts'

const BATCH_ENTRIES = 4096
const QUEUE_ENTRIES = 65_536
const PUBLISH_INTERVAL_MS = 25
const RETRY_INTERVAL_MS = 1000
const ROOM_RETRY_MS = 10_000
const PRUNE_INTERVAL_MS = 3_600_000

/** The newest shard of an issuer, and how many of its entries are durable. */
export interface Recorded {
  readonly shard: string
  readonly size: number
}

interface Recovered {
  readonly clock: LedgerClock
  readonly shards: Shards
  readonly live: LiveByIssuer
  readonly state: LiveState
}

interface Waiting {
  readonly entry: Issuance | Revocation
  readonly resolve: (receipt: Receipt) => void
  readonly reject: (cause: unknown) => void
}

export class Sequencer {
  readonly #options: SequencerOptions
  readonly #clock: LedgerClock
  readonly #shards: Shards
  readonly #live: LiveByIssuer
  readonly #state: LiveState
  readonly #publisher: Publisher
  #queue: Waiting[] = []
  #wake: (() => void) | undefined
  #isClosing: boolean = false
  /** The disk was full at the last batch. */
  #noRoom: MintmarkError | undefined
  #noRoomUntilMs = Number.NEGATIVE_INFINITY
  #failure: MintmarkError | undefined
  #publishedAtMs = Number.NEGATIVE_INFINITY
  #prunedAtMs: number
  /** No part of the record begins before: the last try failed. */
  #partAtMs = Number.NEGATIVE_INFINITY
  #partFailure: unknown
  #publishing: Promise<void> | undefined
  #publications = 0
  /** A set: thousands may wait, and an event emitter removes each in linear time. */
  readonly #awaiting = new Set<() => void>()
  readonly #loop: Promise<void>
  readonly #failed: Promise<never>

  private constructor(options: SequencerOptions, { clock, shards, live, state }: Recovered) {
    this.#options = options
    this.#clock = clock
    this.#shards = shards
    this.#live = live
    this.#state = state
    this.#prunedAtMs = clock.sureMs
    this.#publisher = new Publisher(shards, options, () => this.#wake?.())
    this.#loop = this.#run()
    this.#failed = this.#loop.then(() => this.#outcome())
    // Nobody has to handle the rejection.
    this.#failed.catch(() => undefined)
  }

  /** @throws {MintmarkError} `LEDGER_DAMAGED`, `LEDGER_BUSY`, `LEDGER_BEHIND` */
  static async open(options: SequencerOptions): Promise<Sequencer> {
    const shards = new Shards(options.description)
    const live = new LiveByIssuer()
    const { runRecords, onNotice } = options
    const state = new LiveState({ files: options.store.state, live, runRecords, onNotice })
    try {
      const { unwitnessed, clock } = await recoverLedger(options, shards, state)
      const opened = new Sequencer(options, { clock, shards, live, state })
      for (const [shard, text] of unwitnessed) opened.#publisher.offer(shard, text)
      return opened
    } catch (cause) {
      await state.settled()
      await options.store.close(undefined)
      throw cause
    }
  }

  /** Rejects when the ledger must be opened again to take entries. */
  get failed(): Promise<never> {
    return this.#failed
  }

  /** Tokens in memory: they live, or did a moment ago. */
  get liveTokens(): number {
    return this.#live.count
  }

  get trouble(): unknown {
    return this.#noRoom ?? this.#clock.error
  }

  /** As `trouble`, but a full disk is tried again: without entries nothing shows that it has room. */
  get health(): unknown {
    return performance.now() < this.#noRoomUntilMs ? this.trouble : this.#clock.error
  }

  /** Why entries are not published, or the record cannot be shortened; undefined if all is well. */
  get publishFailure(): unknown {
    return this.#publisher.delay ?? this.#partFailure
  }

  /**
   * Published or not. @param id 16 bytes
   * @returns as `LiveTokens.find`; undefined too if the ledger does not have the issuer
   */
  find(alias: string, id: Uint8Array, inputHash: Uint8Array): LiveToken | 'other' | undefined {
    const { description } = this.#options
    if (!description.issuers.has(alias)) return undefined
    return this.#live.of(alias).find(id, inputHash, this.#clock.sureMs - description.skewMs)
  }

  /** Durable, published or not; undefined if there are no entries. */
  recorded(alias: string): Recorded | undefined {
    const newest = this.#shards.newest(alias)
    return newest && { shard: newest.path, size: newest.tree.size }
  }

  /** As {@link signAbsence}; undefined if the ledger does not have the issuer. */
  signAbsence(absence: Absence): string | undefined {
    const { description, signer } = this.#options
    return description.issuers.has(absence.alias) ? signAbsence(absence, signer) : undefined
  }

  get publications(): number {
    return this.#publications
  }

  /** Resolves after more than `seen` publications, or when the signal is aborted. */
  async publishedAfter(seen: number, signal: AbortSignal): Promise<void> {
    if (this.#publications > seen || signal.aborted) return
    await new Promise<void>((resolve) => {
      const done = () => {
        this.#awaiting.delete(done)
        signal.removeEventListener('abort', done)
        resolve()
      }
      this.#awaiting.add(done)
      signal.addEventListener('abort', done)
    })
  }

  /**
   * Resolves once the entry is durable; it is published a little later.
   * @throws {MintmarkError} not recorded: `ENTRY_REFUSED` (final, `facts.reason`), `DISK_FULL`
   * (retry), `LEDGER_CLOCK` (clock is wrong). `LEDGER_FAILED`: perhaps recorded; ask again after
   * reopening
   */
  append(entry: Issuance | Revocation): Promise<Receipt> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    if (this.#isClosing) return Promise.reject(closed())
    if (this.#queue.length >= QUEUE_ENTRIES) return Promise.reject(overrun())
    return new Promise((resolve, reject) => {
      this.#queue.push({ entry, resolve, reject })
      this.#wake?.()
    })
  }

  /** Commits and publishes all entries so far, and closes the store. */
  async close(): Promise<void> {
    if (this.#isClosing) return
    this.#isClosing = true
    this.#wake?.()
    await this.#loop
    await this.#publishing
    if (this.#failure === undefined) await this.#publisher.finish()
    const isWhole =
      this.#failure === undefined &&
      this.#publisher.failure === undefined &&
      this.#publisher.delay === undefined
    await this.#state.settled()
    await this.#options.store.close(isWhole ? this.#shards.edges() : undefined)
  }

  async #run(): Promise<void> {
    while (this.#failure === undefined) {
      const batch = this.#queue.splice(0, BATCH_ENTRIES)
      if (batch.length > 0) await this.#commit(batch)
      if (this.#hasFailed()) break
      await this.#beginPart()
      const dueInMs = this.#publishDueInMs()
      if (this.#isClosing && this.#queue.length === 0) break
      if (dueInMs <= 0) this.#publishing = this.#publish()
      else if (this.#queue.length === 0) await this.#sleep(dueInMs)
      this.#failure ??= this.#publisher.failure
    }
    // A failure is reported at once, whatever a publication still waits for.
    if (this.#failure === undefined) await this.#publishing
    if (!this.#hasFailed()) await this.#publish()
    this.#failure ??= this.#publisher.failure
    for (const { reject } of this.#queue.splice(0)) reject(this.#failure ?? closed())
  }

  /** If the record has grown. A failure ends the ledger, or is reported and retried. */
  async #beginPart(): Promise<void> {
    const { store } = this.#options
    if (!store.isGrown || performance.now() < this.#partAtMs) return
    try {
      await store.beginPart(this.#shards.edges())
      this.#partFailure = undefined
    } catch (cause) {
      this.#partFailure = cause
      if (cause instanceof MintmarkError && cause.code !== 'DISK_FULL') this.#failure = cause
      this.#partAtMs = performance.now() + RETRY_INTERVAL_MS
    }
  }

  #hasFailed(): boolean {
    return this.#failure !== undefined
  }

  #outcome(): Promise<never> {
    return this.#failure === undefined
      ? new Promise<never>(() => undefined)
      : Promise.reject(this.#failure)
  }

  #publishDueInMs(): number {
    if (!this.#publisher.isNeeded || this.#publishing !== undefined) return Number.POSITIVE_INFINITY
    const { publishIntervalMs = PUBLISH_INTERVAL_MS } = this.#options
    const interval = this.#publisher.delay === undefined ? publishIntervalMs : RETRY_INTERVAL_MS
    return this.#publishedAtMs + interval - performance.now()
  }

  async #publish(): Promise<void> {
    this.#publishedAtMs = performance.now()
    await this.#publishAll()
    this.#publishing = undefined
    this.#wake?.()
  }

  async #publishAll(): Promise<void> {
    if (this.#publisher.isNeeded) {
      await this.#publisher.publish()
      this.#publications++
      for (const done of this.#awaiting) done()
    }
    const { store, description } = this.#options
    const nowMs = this.#clock.sureMs
    if (nowMs - this.#prunedAtMs < PRUNE_INTERVAL_MS) return
    this.#prunedAtMs = nowMs
    try {
      await pruneLedger(store, description, nowMs)
    } catch (cause) {
      // Unpruned entries are reported, and stop nothing.
      this.#publisher.delayedBy(cause)
    }
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = Number.isFinite(ms) ? setTimeout(() => this.#wake?.(), ms) : undefined
      this.#wake = () => {
        clearTimeout(timer)
        this.#wake = undefined
        resolve()
      }
      if (this.#queue.length > 0 || this.#isClosing) this.#wake()
    })
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    const time = attempt(() => this.#clock.read())
    if ('cause' in time) {
      for (const { reject } of batch) reject(time.cause)
      return
    }
    const { description } = this.#options
    const [shards, live, nowMs] = [this.#shards, this.#live, time.value]
    const admitted = new AdmittedBatch({ description, shards, live, nowMs })
    const accepted = batch.map(({ entry }) => attempt(() => admitted.admit(entry)))
    const appends = admitted.appends()
    try {
      if (appends.length > 0) await this.#options.store.commit(appends)
    } catch (cause) {
      this.#refuseAll(batch, cause)
      return
    }
    if (appends.length > 0) this.#noRoom = undefined
    this.#note(appends, time.value)
    for (const [i, { resolve, reject }] of batch.entries()) {
      const outcome = accepted[i]
      if (outcome === undefined || 'cause' in outcome) reject(outcome?.cause)
      else resolve(outcome.value)
    }
  }

  #note(appends: readonly ShardAppend[], nowMs: number): void {
    // A token may begin where another one ends, by clocks that differ: remembered longer.
    const sinceMs = nowMs - 2 * this.#options.description.skewMs
    for (const append of appends) {
      const { tree } = this.#shards.apply(append)
      this.#state.note(append, () => tree.root(), sinceMs)
    }
  }

  /** Nothing of the batch is recorded, or nobody knows. */
  #refuseAll(batch: readonly Waiting[], cause: unknown): void {
    const isRoomMissing = cause instanceof MintmarkError && cause.code === 'DISK_FULL'
    if (isRoomMissing) {
      this.#noRoom = cause
      this.#noRoomUntilMs = performance.now() + ROOM_RETRY_MS
    } else this.#failure = failureOf(cause)
    for (const { reject } of batch) reject(cause)
  }
}

type Outcome<T> = { readonly value: T } | { readonly cause: unknown }

function attempt<T>(work: () => T): Outcome<T> {
  try {
    return { value: work() }
  } catch (cause) {
    return { cause }
  }
}

function failureOf(cause: unknown): MintmarkError {
  if (cause instanceof MintmarkError) return cause
  return new MintmarkError('LEDGER_FAILED', 'the store of the ledger failed', {}, { cause })
}

function closed(): MintmarkError {
  return new MintmarkError('LEDGER_FAILED', 'the ledger is closed')
}

function overrun(): MintmarkError {
  const facts = { reason: 'overrun', waiting: QUEUE_ENTRIES }
  return new MintmarkError('ENTRY_REFUSED', 'too many entries wait: try again', facts)
}
