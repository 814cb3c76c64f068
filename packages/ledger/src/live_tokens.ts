/**
 * Ids of tokens that have not expired, exactly: which is where, and with which signing input.
 *
 * Open addressing over typed arrays: 61 bytes a slot at a load of at most 70 %, no object for each token.
 *
 * @module
 */
import { randomBytes } from 'node:crypto'

/** Where a token was recorded. */
export interface LiveToken {
  readonly shard: string
  readonly index: number
  /** Whether a revocation of it is recorded. */
  readonly isRevoked: boolean
}

/** Live tokens of each issuer: the same id under two issuers is two tokens. */
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
const KEY_WORDS = 4
const INPUT_WORDS = 8
const REVOKED = 1

export class LiveTokens {
  #slots = 0
  #used = 0
  /** Four words of the token id each. */
  #keys: Uint32Array = new Uint32Array()
  /** The whole hash of the signing input, eight words each: by a part of it, two inputs could be made to look the same. */
  #inputs: Uint32Array = new Uint32Array()
  /** Seconds since 1970, rounded up; 0 marks a free slot. */
  #expires: Uint32Array = new Uint32Array()
  #shards: Uint32Array = new Uint32Array()
  #flags: Uint8Array = new Uint8Array()
  #indexes: Float64Array = new Float64Array()
  readonly #names: string[] = []
  readonly #numbers = new Map<string, number>()
  /** Issuers choose ids: without a secret they could choose ones that all want the same slot. */
  readonly #secret = randomBytes(4).readUInt32BE()

  constructor() {
    this.#allocate(LEAST_SLOTS)
  }

  get count(): number {
    return this.#used
  }

  #allocate(slots: number): void {
    this.#slots = slots
    this.#used = 0
    this.#keys = new Uint32Array(slots * KEY_WORDS)
    this.#inputs = new Uint32Array(slots * INPUT_WORDS)
    this.#expires = new Uint32Array(slots)
    this.#shards = new Uint32Array(slots)
    this.#flags = new Uint8Array(slots)
    this.#indexes = new Float64Array(slots)
  }

  /**
   * @param id 16 bytes
   * @param inputHash of the signing input that is asked for
   * @returns undefined if no token of this id lives at `nowMs`; `'other'` if one with another signing input does
   */
  find(id: Uint8Array, inputHash: Uint8Array, nowMs: number): LiveToken | 'other' | undefined {
    const slot = this.#slotOf(words(id, KEY_WORDS))
    const expires = this.#expires[slot] ?? 0
    if (expires === 0 || expires * 1000 < nowMs) return undefined
    if (!isAt(this.#inputs, slot, words(inputHash, INPUT_WORDS))) return 'other'
    return {
      shard: this.#names[this.#shards[slot] ?? 0] ?? '',
      index: this.#indexes[slot] ?? 0,
      isRevoked: this.#flags[slot] === REVOKED,
    }
  }

  /** Notes a token; one of the same id that has expired makes room for it. */
  add(token: {
    readonly id: Uint8Array
    readonly inputHash: Uint8Array
    readonly expiresMs: number
    readonly shard: string
    readonly index: number
    readonly nowMs: number
  }): void {
    if (this.#used + 1 > this.#slots * MAX_LOAD) this.#rebuild(token.nowMs)
    const expires = Math.min(Math.ceil(token.expiresMs / 1000), 0xffff_ffff)
    this.#put(words(token.id, KEY_WORDS), words(token.inputHash, INPUT_WORDS), {
      expires,
      shard: this.#numberOf(token.shard),
      index: token.index,
      flags: 0,
    })
  }

  revoke(id: Uint8Array): void {
    const slot = this.#slotOf(words(id, KEY_WORDS))
    if (this.#expires[slot] !== 0) this.#flags[slot] = REVOKED
  }

  #put(
    key: Words,
    input: Words,
    value: { expires: number; shard: number; index: number; flags: number },
  ): void {
    const slot = this.#slotOf(key)
    if (this.#expires[slot] === 0) this.#used++
    this.#keys.set(key, slot * KEY_WORDS)
    this.#inputs.set(input, slot * INPUT_WORDS)
    this.#expires[slot] = value.expires
    this.#shards[slot] = value.shard
    this.#indexes[slot] = value.index
    this.#flags[slot] = value.flags
  }

  /** The slot that holds the key, or the free one where it belongs. */
  #slotOf(key: Words): number {
    const mask = this.#slots - 1
    let slot = mix(key, this.#secret) & mask
    while (this.#expires[slot] !== 0 && !isAt(this.#keys, slot, key)) slot = (slot + 1) & mask
    return slot
  }

  /** Leaves out what has expired, and doubles the room if that does not make enough. */
  #rebuild(nowMs: number): void {
    const old = {
      slots: this.#slots,
      keys: this.#keys,
      inputs: this.#inputs,
      expires: this.#expires,
      shards: this.#shards,
      indexes: this.#indexes,
      flags: this.#flags,
    }
    const isLive = (expires: number) => expires !== 0 && expires * 1000 >= nowMs
    const live = old.expires.reduce((count, expires) => count + (isLive(expires) ? 1 : 0), 0)
    let slots = LEAST_SLOTS
    while (live > slots * MAX_LOAD * 0.6) slots *= 2
    this.#allocate(slots)
    for (let slot = 0; slot < old.slots; slot++) {
      const expires = old.expires[slot] ?? 0
      if (!isLive(expires)) continue
      const key = old.keys.subarray(slot * KEY_WORDS, (slot + 1) * KEY_WORDS)
      const input = old.inputs.subarray(slot * INPUT_WORDS, (slot + 1) * INPUT_WORDS)
      const shard = old.shards[slot] ?? 0
      const index = old.indexes[slot] ?? 0
      this.#put(key, input, { expires, shard, index, flags: old.flags[slot] ?? 0 })
    }
  }

  /** Shards are few: one an issuer and period. */
  #numberOf(name: string): number {
    const known = this.#numbers.get(name)
    if (known !== undefined) return known
    const number = this.#names.push(name) - 1
    this.#numbers.set(name, number)
    return number
  }
}

type Words = Uint32Array

function words(bytes: Uint8Array, count: number): Words {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Uint32Array.from({ length: count }, (_, i) => view.getUint32(i * 4))
}

/** Whether these words stand in a slot of a table that has as many words for each. */
function isAt(table: Words, slot: number, own: Words): boolean {
  const at = slot * own.length
  return own.every((word, i) => table[at + i] === word)
}

function mix(key: Words, secret: number): number {
  let hash = secret
  for (const word of key) {
    hash = Math.imul(hash ^ word, 0x9e37_79b1)
    hash ^= hash >>> 15
  }
  return hash >>> 0
}
