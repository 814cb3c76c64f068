/**
 * Audits a ledger by its published files: every shard, entry and tile is read and hashed again.
 * Trust: signatures and hashes alone. Neither the newest shard nor the newest description is signed
 * as such: the audit cannot tell whether a part that nobody has seen was left out.
 */
import { MintmarkError } from '@mintmark/core'
import { LiveTokens } from '../live/live_tokens.ts'
import type { FrontEndKeys } from '../notes/attestation.ts'
import type { Head, SeenHead } from '../notes/checkpoint.ts'
import { DESCRIPTION_PATH, periodStartMs, shardPath } from '../notes/description.ts'
import { acceptCheckpoint, type Policy } from '../notes/policy.ts'
import { isEqualHash } from '../tree/tree.ts'
import type { LedgerReader, ShardView } from './reader.ts'
import { type FindingCode, ShardAudit } from './shard_audit.ts'
import { type LinkedShard, walkShards } from './walk.ts'

export interface Finding {
  readonly code: FindingCode
  readonly at: string
  readonly message: string
}

export interface AuditReport {
  readonly name: string
  readonly shards: number
  readonly entries: number
  readonly issuances: number
  readonly revocations: number
  /** The newest pruned shard of each issuer: all before it are pruned as well. */
  readonly pruned: readonly string[]
  /** Heads of this ledger that were seen, and demanded. */
  readonly compared: number
  /** Seen heads of other ledgers: not compared. */
  readonly unrelated: number
  readonly findings: readonly Finding[]
  /** Of all audited shards: demand them the next time. */
  readonly heads: readonly AuditedHead[]
}

type AuditedHead = Head & Pick<SeenHead, 'retentionDays'>

interface AuditOptions {
  readonly policy: Policy
  readonly seen: readonly SeenHead[]
  readonly nowMs: number
  readonly frontEnds?: FrontEndKeys | undefined
}

/** An unreadable part of the ledger is a finding, not a failure. */
export async function auditLedger(
  reader: LedgerReader,
  options: AuditOptions,
): Promise<AuditReport> {
  const audit = new LedgerAudit(reader, options)
  audit.ownDescription()
  for (const [alias, issuer] of reader.description.issuers) {
    await audit.issuer(alias, issuer)
  }
  await audit.seenElsewhere()
  return audit.report
}

type Growing<T> = {
  -readonly [K in keyof T]: T[K] extends readonly (infer Item)[] ? Item[] : T[K]
}

class LedgerAudit {
  readonly #reader: LedgerReader
  readonly #options: AuditOptions
  readonly report: Growing<AuditReport>

  constructor(reader: LedgerReader, options: AuditOptions) {
    this.#reader = reader
    this.#options = options
    this.report = {
      name: reader.description.name,
      shards: 0,
      entries: 0,
      issuances: 0,
      revocations: 0,
      pruned: [],
      compared: 0,
      unrelated: 0,
      findings: [],
      heads: [],
    }
  }

  ownDescription(): void {
    if (!this.#reader.isSignedBy(this.#options.policy))
      this.#find('checkpoint', DESCRIPTION_PATH, 'is not signed by a key of the policy')
  }

  async issuer(alias: string, issuer: string): Promise<void> {
    const chain: LinkedShard[] = []
    try {
      for await (const linked of walkShards(this.#reader, alias)) chain.unshift(linked)
    } catch (cause) {
      this.#find('chain', alias, reasonOf(cause))
    }
    this.#chain(chain)
    const live = new LiveTokens()
    for (const linked of chain) {
      await this.#shard(linked, issuer, live)
    }
  }

  #find(code: FindingCode, at: string, message: string): void {
    this.report.findings.push({ code, at, message })
  }

  /** Each opening must name the shard before it, with its size and root. */
  #chain(chain: readonly LinkedShard[]): void {
    for (const [i, { shard, opening }] of chain.entries()) {
      const before = chain[i - 1]?.shard.head
      if (opening === undefined || before === undefined) continue
      const isSame =
        opening.previousSize === before.size && isEqualHash(opening.previousRoot, before.root)
      if (isSame) continue
      const message = `says that ${before.origin} ended with ${opening.previousSize} entries; it has ${before.size}, or others`
      this.#find('chain', shard.path, message)
    }
  }

  async #shard({ shard, opening }: LinkedShard, issuer: string, live: LiveTokens): Promise<void> {
    this.report.shards++
    const seen = this.#options.seen.filter(({ origin }) => origin === shard.head.origin)
    this.report.heads.push({ ...shard.head, retentionDays: this.#retentionOf(seen) })
    const accepted = acceptCheckpoint(shard.checkpoint, this.#options.policy)
    if (typeof accepted === 'string') this.#find('checkpoint', shard.path, accepted)
    if (opening === undefined) {
      this.report.pruned.push(shard.path)
      this.#prunedShard(shard, seen)
      return
    }
    const { maxLifetimeMs, skewMs } = this.#reader.description
    const marginMs = maxLifetimeMs + 4 * skewMs
    const { read } = this.#reader
    const { frontEnds } = this.#options
    const count = this.report
    const audit = new ShardAudit(shard, { issuer, live, seen, read, marginMs, frontEnds, count })
    await audit.run((code, message) => this.#find(code, shard.path, message))
  }

  /** The longest that anybody noted; null: for ever. */
  #retentionOf(seen: readonly SeenHead[]): number | null {
    const noted = seen.flatMap(
      ({ retentionDays }) => retentionDays ?? (retentionDays === null ? Infinity : []),
    )
    const days = Math.max(this.#reader.description.retentionDays ?? Infinity, ...noted)
    return Number.isFinite(days) ? days : null
  }

  /** Only the checkpoint is left: its size can be compared with what was seen. */
  #prunedShard(shard: ShardView, seen: readonly SeenHead[]): void {
    const retentionDays = this.#retentionOf(seen)
    const period = shard.path.split('/')[1] ?? ''
    const retainedMs = (retentionDays ?? 0) * 86_400_000 + periodStartMs(period)
    if (retentionDays === null || this.#options.nowMs < retainedMs)
      this.#find('pruned', shard.path, 'entries are gone, and the ledger said that it keeps them')
    for (const { size, root } of seen) {
      const isOther = size === shard.head.size && root && !isEqualHash(root, shard.head.root)
      if (size > shard.head.size || isOther === true)
        this.#find('seen', shard.path, `${size} entries were seen; this is not what they were`)
    }
  }

  /** Heads of shards in no chain. Checkpoints before a pruned shard still exist. */
  async seenElsewhere(): Promise<void> {
    const { name } = this.#reader.description
    const audited = new Set(this.report.heads.map(({ origin }) => origin))
    for (const seen of this.#options.seen) {
      const isOwn = seen.origin.startsWith(`${name}/`)
      if (isOwn) this.report.compared++
      else this.report.unrelated++
      if (!isOwn || audited.has(seen.origin) || seen.size === 0) continue
      await this.#seenAt(seen.origin.slice(name.length + 1), seen)
    }
  }

  async #seenAt(path: string, seen: SeenHead): Promise<void> {
    const [alias = '', period = ''] = path.split('/')
    const isBeforePruned = this.report.pruned.some(
      (each) => each.split('/')[0] === alias && path < each,
    )
    try {
      const isShard = isBeforePruned && !Number.isNaN(periodStartMs(period))
      const shard = isShard ? await this.#reader.shard(shardPath(alias, period)) : undefined
      if (shard !== undefined) this.#prunedShard(shard, [seen])
      else
        this.#find(
          'seen',
          alias,
          `${seen.origin} was seen with ${seen.size} entries, and is not there`,
        )
    } catch (cause) {
      this.#find('checkpoint', path, reasonOf(cause))
    }
  }
}

function reasonOf(cause: unknown): string {
  if (cause instanceof MintmarkError && cause.code !== 'INPUT_UNREADABLE') return cause.message
  throw cause
}
