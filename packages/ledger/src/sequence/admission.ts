/**
 * Admits entries in batches. A token id is unique while its token lives.
 * A repeated entry gets the first receipt: its front end may never have received the answer.
 */
import { MintmarkError } from '@mintmark/core'
import type { LiveByIssuer } from '../live/live_tokens.ts'
import type { Description } from '../notes/description.ts'
import type { ShardAppend } from '../store/store.ts'
import { encodeEntry, type Issuance, type Revocation, tokenIdBytes } from '../tree/entry.ts'
import { isEqualHash } from '../tree/tree.ts'
import type { OpenAppend, Shards } from './shards.ts'

export interface Receipt {
  readonly shard: string
  readonly index: number
  /** The same entry was recorded before, at this location. */
  readonly isRepeated: boolean
}

interface Admitted {
  readonly entry: Issuance | Revocation
  readonly shard: string
  readonly index: number
}

interface BatchOptions {
  readonly description: Description
  readonly shards: Shards
  readonly live: LiveByIssuer
  readonly nowMs: number
}

/** Nothing of a batch counts before it is durable. */
export class AdmittedBatch {
  readonly #options: BatchOptions
  readonly #appends = new Map<string, OpenAppend>()
  readonly #issued = new Map<string, Admitted>()
  readonly #revoked = new Map<string, Admitted>()

  constructor(options: BatchOptions) {
    this.#options = options
  }

  /** @throws {MintmarkError} `ENTRY_REFUSED` with `facts.reason` */
  admit(entry: Issuance | Revocation): Receipt {
    const { description, shards, nowMs } = this.#options
    const alias = shards.aliasOf(entry.issuer)
    if (alias === undefined) throw refused('issuer-unknown', 'this ledger has no such issuer')
    if (entry.expiresMs + description.skewMs < nowMs)
      throw refused('expired', 'the token has expired')
    return entry.kind === 'issuance' ? this.#issue(alias, entry) : this.#revoke(alias, entry)
  }

  #issue(alias: string, entry: Issuance): Receipt {
    const { description, live, nowMs } = this.#options
    const { maxLifetimeMs, skewMs } = description
    const lifetimeMs = entry.expiresMs - entry.issuedAtMs
    if (lifetimeMs <= 0 || lifetimeMs > maxLifetimeMs)
      throw refused('lifetime', `a token may live for ${maxLifetimeMs / 1000} seconds`)
    const id = tokenIdBytes(entry.tokenId)
    const here = this.#issued.get(keyOf(alias, entry))
    if (here !== undefined) {
      if (isEqualHash(here.entry.inputHash, entry.inputHash)) return repeated(here)
      throw refused('token-id-taken', 'the token id belongs to another token')
    }
    const sinceMs = Math.min(nowMs, entry.issuedAtMs)
    const known = live.of(alias).find(id, entry.inputHash, sinceMs)
    if (known === 'other') throw refused('token-id-taken', 'the token id belongs to another token')
    if (known !== undefined) return repeated(known)
    if (Math.abs(entry.issuedAtMs - nowMs) > skewMs)
      throw refused('issued-at', 'the time of issue is not now')
    return this.#append(alias, entry, this.#issued)
  }

  #revoke(alias: string, entry: Revocation): Receipt {
    const { live, nowMs, description } = this.#options
    const earlier = this.#revoked.get(keyOf(alias, entry))
    if (earlier !== undefined) return repeated(earlier)
    const issued = this.#issued.get(keyOf(alias, entry))
    const isHere = issued !== undefined && isEqualHash(issued.entry.inputHash, entry.inputHash)
    // A guard whose clock is behind admits the token for that much longer.
    const sinceMs = nowMs - description.skewMs
    const known = live.of(alias).find(tokenIdBytes(entry.tokenId), entry.inputHash, sinceMs)
    if (!isHere && (known === undefined || known === 'other'))
      throw refused('not-issued', 'no such token was issued, or it has expired')
    if (typeof known === 'object' && known.isRevoked) return repeated(known)
    return this.#append(alias, entry, this.#revoked)
  }

  #append(alias: string, entry: Issuance | Revocation, admitted: Map<string, Admitted>): Receipt {
    const bytes = encodeEntry(entry)
    const { shards, nowMs } = this.#options
    const append = this.#appends.get(alias) ?? shards.next(alias, entry.issuer, nowMs)
    this.#appends.set(alias, append)
    const { shard, first, entries } = append
    const index = first + entries.length
    entries.push(bytes)
    admitted.set(keyOf(alias, entry), { entry, shard, index })
    return { shard, index, isRepeated: false }
  }

  appends(): readonly ShardAppend[] {
    return [...this.#appends.values()]
  }
}

const keyOf = (alias: string, { tokenId }: Issuance | Revocation) => `${alias} ${tokenId}`

function repeated({ shard, index }: { shard: string; index: number }): Receipt {
  return { shard, index, isRepeated: true }
}

function refused(reason: string, message: string): MintmarkError {
  return new MintmarkError('ENTRY_REFUSED', message, { reason })
}
