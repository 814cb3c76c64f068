/**
 * Which entries are taken, and which place each gets.
 *
 * A token id is unique for as long as its token lives. The very same entry once more is no second entry: a front end
 * that never saw the answer asks again, and is told where it stands.
 *
 * @module
 */
import { MintmarkError } from '@mintmark/core'
import type { LiveByIssuer } from '../live/live_tokens.ts'
import type { Description } from '../notes/description.ts'
import type { ShardAppend } from '../store/store.ts'
import { encodeEntry, type Issuance, type Revocation, tokenIdBytes } from '../tree/entry.ts'
import { isEqualHash } from '../tree/tree.ts'
import type { Receipt } from './sequencer.ts'
import type { Shards } from './shards.ts'

/** What will be recorded about a token if the batch is committed. */
interface Placed {
  readonly entry: Issuance | Revocation
  readonly id: Uint8Array
  readonly alias: string
  readonly shard: string
  readonly index: number
}

interface Target {
  readonly path: string
  readonly first: number
  readonly entries: Uint8Array[]
}

export class Admission {
  readonly #description: Description
  readonly #aliases: ReadonlyMap<string, string>
  readonly #shards: Shards
  readonly #live: LiveByIssuer

  constructor(description: Description, shards: Shards, live: LiveByIssuer) {
    this.#description = description
    this.#aliases = new Map([...description.issuers].map(([alias, issuer]) => [issuer, alias]))
    this.#shards = shards
    this.#live = live
  }

  /** Begins a batch; nothing of it lives before it is durable. */
  begin(nowMs: number): AdmittedBatch {
    return new AdmittedBatch(this.#description, this.#aliases, this.#shards, this.#live, nowMs)
  }
}

class AdmittedBatch {
  readonly #description: Description
  readonly #aliases: ReadonlyMap<string, string>
  readonly #shards: Shards
  readonly #live: LiveByIssuer
  readonly #nowMs: number
  readonly #targets = new Map<string, Target>()
  readonly #issued = new Map<string, Placed>()
  readonly #revoked = new Map<string, Placed>()

  constructor(
    description: Description,
    aliases: ReadonlyMap<string, string>,
    shards: Shards,
    live: LiveByIssuer,
    nowMs: number,
  ) {
    this.#description = description
    this.#aliases = aliases
    this.#shards = shards
    this.#live = live
    this.#nowMs = nowMs
  }

  /**
   * Gives an entry its place.
   *
   * @throws {MintmarkError} `ENTRY_REFUSED` with `facts.reason`
   */
  admit(entry: Issuance | Revocation): Receipt {
    const alias = this.#aliases.get(entry.issuer)
    if (alias === undefined) throw refused('issuer-unknown', 'this ledger has no such issuer')
    if (entry.expiresMs + this.#description.skewMs < this.#nowMs)
      throw refused('expired', 'the token has expired')
    return entry.kind === 'issuance' ? this.#issue(alias, entry) : this.#revoke(alias, entry)
  }

  #issue(alias: string, entry: Issuance): Receipt {
    const { maxLifetimeMs, skewMs } = this.#description
    const lifetimeMs = entry.expiresMs - entry.issuedAtMs
    if (lifetimeMs <= 0 || lifetimeMs > maxLifetimeMs)
      throw refused('lifetime', `a token may live for ${maxLifetimeMs / 1000} seconds`)
    const id = tokenIdBytes(entry.tokenId)
    const here = this.#issued.get(keyOf(alias, entry))
    if (here !== undefined) {
      if (isEqualHash(here.entry.inputHash, entry.inputHash)) return repeated(here)
      throw refused('token-id-taken', 'the token id belongs to another token')
    }
    const sinceMs = Math.min(this.#nowMs, entry.issuedAtMs)
    const known = this.#live.of(alias).find(id, entry.inputHash, sinceMs)
    if (known === 'other') throw refused('token-id-taken', 'the token id belongs to another token')
    if (known !== undefined) return repeated(known)
    if (Math.abs(entry.issuedAtMs - this.#nowMs) > skewMs)
      throw refused('issued-at', 'the time of issue is not now')
    return this.#place(alias, entry, id, this.#issued)
  }

  #revoke(alias: string, entry: Revocation): Receipt {
    const id = tokenIdBytes(entry.tokenId)
    const earlier = this.#revoked.get(keyOf(alias, entry))
    if (earlier !== undefined) return repeated(earlier)
    const issued = this.#issued.get(keyOf(alias, entry))
    const isHere = issued !== undefined && isEqualHash(issued.entry.inputHash, entry.inputHash)
    const known = this.#live.of(alias).find(id, entry.inputHash, this.#nowMs)
    if (!isHere && (known === undefined || known === 'other'))
      throw refused('not-issued', 'no such token was issued, or it has expired')
    if (typeof known === 'object' && known.isRevoked) return repeated(known)
    return this.#place(alias, entry, id, this.#revoked)
  }

  #place(
    alias: string,
    entry: Issuance | Revocation,
    id: Uint8Array,
    placed: Map<string, Placed>,
  ): Receipt {
    const bytes = encodeEntry(entry)
    const target = this.#targetOf(alias, entry.issuer)
    const index = target.first + target.entries.length
    target.entries.push(bytes)
    placed.set(keyOf(alias, entry), { entry, id, alias, shard: target.path, index })
    return { shard: target.path, index, isRepeated: false }
  }

  #targetOf(alias: string, issuer: string): Target {
    const known = this.#targets.get(alias)
    if (known !== undefined) return known
    const { path, first, opening } = this.#shards.next(alias, issuer, this.#nowMs)
    const target: Target = { path, first, entries: opening }
    this.#targets.set(alias, target)
    return target
  }

  /** What the batch adds, shard by shard. */
  appends(): ShardAppend[] {
    return [...this.#targets.values()].map(({ path, first, entries }) => ({
      shard: path,
      first,
      entries,
    }))
  }
}

export type { AdmittedBatch }

const keyOf = (alias: string, { tokenId }: Issuance | Revocation) => `${alias} ${tokenId}`

function repeated({ shard, index }: { shard: string; index: number }): Receipt {
  return { shard, index, isRepeated: true }
}

function refused(reason: string, message: string): MintmarkError {
  return new MintmarkError('ENTRY_REFUSED', message, { reason })
}
