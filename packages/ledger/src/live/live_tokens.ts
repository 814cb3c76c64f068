/**
 * Unexpired token ids, with their entries and signing inputs.
 * Records are in runs. A hash table with open addressing, two words a slot, at most 70 % full,
 * points to them: 56 bytes and 11 to 23 of the table for each token.
 */
import { randomBytes } from 'node:crypto'
import type { EntryOutline } from '../tree/entry.ts'
import {
  EXPIRY_WORD,
  KIND_WORD,
  LiveRun,
  MAX_RUN_RECORDS,
  RECORD,
  RECORD_WORDS,
} from './live_run.ts'

export interface LiveToken {
  readonly shard: string
  readonly index: number
  readonly isRevoked: boolean
}

interface EntryLocation {
  readonly shard: string
  readonly index: number
}

/** The same id under two issuers is two tokens. */
export class LiveByIssuer {
  readonly #tables = new Map<string, LiveTokens>()

  of(alias: string): LiveTokens {
    const known = this.#tables.get(alias)
    if (known !== undefined) return known
    const made = new LiveTokens()
    this.#tables.set(alias, made)
    return made
  }

  get count(): number {
    return [...this.#tables.values()].reduce((sum, { count }) => sum + count, 0)
  }
}

const LEAST_SLOTS = 1024
const MAX_LOAD = 0.7
const REVOCATION = 1 << 31
const MOST_RUNS = 32_768
const ID_WORDS = 4
const INPUT_WORDS = 8

export class LiveTokens {
  #slots = LEAST_SLOTS
  #used = 0
  /** Two words a slot: part of the id's hash (0: free), and the record's number. */
  #table: Int32Array = new Int32Array(2 * LEAST_SLOTS)
  readonly #runs: (LiveRun | undefined)[] = []
  readonly #numbers = new Map<LiveRun, number>()
  #current: LiveRun | undefined
  #coming: Partitions | undefined
  /** Secret, since issuers choose ids: else they could choose ids that all want one slot. */
  readonly #secret = randomBytes(4).readUInt32BE()
  readonly #wanted: Uint32Array = new Uint32Array(ID_WORDS + INPUT_WORDS)
  readonly #wantedBytes: Uint8Array = new Uint8Array(this.#wanted.buffer)

  get count(): number {
    this.#settle()
    return this.#used
  }

  /** Undefined if none lives at `nowMs`; `'other'` if its signing input differs. */
  find(id: Uint8Array, inputHash: Uint8Array, nowMs: number): LiveToken | 'other' | undefined {
    this.#settle()
    this.#wantedBytes.set(id)
    this.#wantedBytes.set(inputHash, ID_WORDS * 4)
    const slot = this.#slotOf(this.#wanted, 0)
    const number = this.#table[slot + 1] ?? 0
    const run = this.#runs[number >>> 16]
    if (this.#table[slot] === 0 || run === undefined) return undefined
    const record = number & 0xffff
    const at = record * RECORD_WORDS
    if ((run.words[at + EXPIRY_WORD] ?? 0) * 1000 < nowMs) return undefined
    for (let i = ID_WORDS; i < ID_WORDS + INPUT_WORDS; i++)
      if (run.words[at + i] !== this.#wanted[i]) return 'other'
    return { shard: run.shard, index: run.first + record, isRevoked: run.isRevoked(record) }
  }

  /** Undefined if the next entry begins another run. */
  get current(): LiveRun | undefined {
    return this.#current
  }

  /** Of two tokens of one id the later one counts. @param outline undefined for an opening */
  add({ shard, index }: EntryLocation, outline: EntryOutline | undefined, nowMs: number): void {
    this.#settle()
    const run = this.#runFor(shard, index)
    const record = run.push(outline)
    if (outline === undefined) return
    const { isRevocation, expiresMs } = outline
    if (!isRevocation && expiresMs < nowMs) return
    this.#makeRoom(1, nowMs)
    const number = ((this.#numbers.get(run) ?? 0) << 16) | record
    const hash = hashAt(run.words, record * RECORD_WORDS, this.#secret)
    this.#insert(hash, isRevocation ? number | REVOCATION : number)
  }

  #runFor(shard: string, index: number): LiveRun {
    const run = this.#current
    const isNext = run?.shard === shard && run.end === index && run.count < MAX_RUN_RECORDS
    if (run !== undefined && isNext) return run
    this.seal()
    const begun = new LiveRun(shard, index)
    this.#register(begun)
    this.#current = begun
    return begun
  }

  seal(): LiveRun | undefined {
    const run = this.#current
    if (run !== undefined) run.isSealed = true
    this.#current = undefined
    return run
  }

  reserve(records: number, nowMs: number): void {
    this.#settle()
    if (!this.#hasRoom(records)) this.#rebuild(records, { nowMs, load: MAX_LOAD })
    if (records > MAX_RUN_RECORDS) this.#coming = this.#partitions(records)
  }

  #partitions(records: number): Partitions {
    return new Partitions(this.#table.length, records, (hash, number) => this.#insert(hash, number))
  }

  /** Uses a stored run; tokens that expired before `nowMs` are left out. */
  adopt(run: LiveRun, nowMs: number): void {
    this.seal()
    this.#makeRoom(run.count, nowMs)
    this.#register(run)
    const coming = this.#coming
    this.#putAll(run, nowMs, (hash, number) =>
      coming === undefined ? this.#insert(hash, number) : coming.add(hash, number),
    )
  }

  #settle(): void {
    this.#coming?.settle()
    this.#coming = undefined
  }

  #register(run: LiveRun): void {
    const free = this.#runs.indexOf(undefined)
    const number = free === -1 ? this.#runs.length : free
    if (number >= MOST_RUNS) throw new RangeError('too many runs of live tokens')
    this.#runs[number] = run
    // Last, whatever its number: later runs overrule earlier ones.
    this.#numbers.set(run, number)
  }

  /** @param put receives an id's hash and a record's number, with `REVOCATION` if it is one */
  #putAll(run: LiveRun, nowMs: number, put: (hash: number, number: number) => void): void {
    const { words, count } = run
    const secret = this.#secret
    const number = (this.#numbers.get(run) ?? 0) << 16
    for (let record = 0, at = 0; record < count; record++, at += RECORD_WORDS) {
      const kind = words[at + KIND_WORD]
      if (kind === RECORD.revocation) put(hashAt(words, at, secret), number | record | REVOCATION)
      else if (kind === RECORD.issuance && (words[at + EXPIRY_WORD] ?? 0) * 1000 >= nowMs)
        put(hashAt(words, at, secret), number | record)
    }
  }

  #insert(hash: number, number: number): void {
    const words = this.#runs[(number & ~REVOCATION) >>> 16]?.words
    if (words === undefined) return
    const table = this.#table
    const at = (number & 0xffff) * RECORD_WORDS
    const slot = this.#slotAt(words, at, hash)
    if (number < 0) {
      this.#revokeAt(slot)
      return
    }
    if (table[slot] === 0) this.#used++
    table[slot] = hash
    table[slot + 1] = number
  }

  #revokeAt(slot: number): void {
    if (this.#table[slot] === 0) return
    const number = this.#table[slot + 1] ?? 0
    this.#runs[number >>> 16]?.revoke(number & 0xffff)
  }

  #slotOf(words: Uint32Array, at: number): number {
    return this.#slotAt(words, at, hashAt(words, at, this.#secret))
  }

  /** Offset of the id's slot, or of the free one for it. */
  #slotAt(words: Uint32Array, at: number, hash: number): number {
    const table = this.#table
    const mask = table.length - 1
    let slot = (2 * hash) & mask
    for (;;) {
      const known = table[slot]
      if (known === 0) return slot
      if (known === hash && this.#isAt(table[slot + 1] ?? 0, words, at)) return slot
      slot = (slot + 2) & mask
    }
  }

  #isAt(number: number, words: Uint32Array, at: number): boolean {
    const held = this.#runs[number >>> 16]?.words
    const heldAt = (number & 0xffff) * RECORD_WORDS
    for (let i = 0; i < ID_WORDS; i++) if (held?.[heldAt + i] !== words[at + i]) return false
    return true
  }

  #hasRoom(more: number): boolean {
    return this.#used + more <= this.#slots * MAX_LOAD
  }

  /** Makes more room than needed, so that it happens rarely. */
  #makeRoom(more: number, nowMs: number): void {
    if (!this.#hasRoom(more)) this.#rebuild(more, { nowMs, load: MAX_LOAD * 0.6 })
  }

  #rebuild(more: number, { nowMs, load }: { nowMs: number; load: number }): void {
    this.#settle()
    let live = more
    for (const [run, number] of this.#numbers) {
      const isOver = run.isSealed && run.latestExpiry * 1000 < nowMs
      if (isOver) {
        this.#runs[number] = undefined
        this.#numbers.delete(run)
      } else live += liveIn(run, nowMs)
    }
    let slots = LEAST_SLOTS
    while (live > slots * load) slots *= 2
    this.#slots = slots
    this.#used = 0
    this.#table = new Int32Array(2 * slots)
    const partitions = this.#partitions(live)
    const put = (hash: number, number: number) => partitions.add(hash, number)
    for (const run of this.#numbers.keys()) this.#putAll(run, nowMs, put)
    partitions.settle()
  }
}

function liveIn({ words, count }: LiveRun, nowMs: number): number {
  let live = 0
  for (let record = 0, at = 0; record < count; record++, at += RECORD_WORDS)
    if ((words[at + EXPIRY_WORD] ?? 0) * 1000 >= nowMs) live++
  return live
}

/** Never 0. */
function hashAt(words: Uint32Array, at: number, secret: number): number {
  let hash = secret
  for (let i = at; i < at + ID_WORDS; i++) {
    hash = Math.imul(hash ^ (words[i] ?? 0), 0x9e37_79b1)
    hash ^= hash >>> 15
  }
  return hash | (1 << 31)
}

/**
 * Inserts many records into a table larger than the processor's caches, part by part.
 * 10 million took 2 to 4 s in their own order: a third of that so. Order within a part is kept.
 */

/** Parts of 10 million tokens' table have 2 MiB each; as many streams are written at once. */
const PARTS = 64
const LEAST_ROOM = 64

export class Partitions {
  readonly #insert: (hash: number, number: number) => void
  readonly #mask: number
  readonly #shift: number
  /** In words: a hash and a number for each record. */
  readonly #capacity: number
  readonly #words: Int32Array
  readonly #ends: Int32Array = new Int32Array(PARTS)

  /**
   * @param tableWords a power of two of at least `PARTS`; a doubled hash is an offset in the table
   * @param records expected count; more do no harm
   */
  constructor(tableWords: number, records: number, insert: (hash: number, number: number) => void) {
    this.#insert = insert
    this.#mask = tableWords - 1
    this.#shift = Math.log2(tableWords / PARTS)
    // Hashes fall evenly: a sixteenth above the mean is some 25 standard deviations of a large
    // part.
    this.#capacity = 2 * Math.ceil((records / PARTS) * (17 / 16) + LEAST_ROOM)
    this.#words = new Int32Array(PARTS * this.#capacity)
  }

  add(hash: number, number: number): void {
    const part = ((2 * hash) & this.#mask) >>> this.#shift
    let end = this.#ends[part] ?? 0
    if (end === this.#capacity) {
      this.#empty(part)
      end = 0
    }
    const at = part * this.#capacity + end
    this.#words[at] = hash
    this.#words[at + 1] = number
    this.#ends[part] = end + 2
  }

  settle(): void {
    for (let part = 0; part < PARTS; part++) this.#empty(part)
  }

  #empty(part: number): void {
    const words = this.#words
    const from = part * this.#capacity
    const end = from + (this.#ends[part] ?? 0)
    for (let at = from; at < end; at += 2) this.#insert(words[at] ?? 0, words[at + 1] ?? 0)
    this.#ends[part] = 0
  }
}
