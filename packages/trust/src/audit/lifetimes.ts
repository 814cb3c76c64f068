/**
 * How long tokens live and how long keys sign, by a ledger of issued tokens.
 *
 * @module
 */
import { type LedgerReader, verifiedEntries, walkShards } from '@mintmark/ledger'

export interface TokenLifetimes {
  readonly tokens: number
  /** Seconds. */
  readonly p50: number
  readonly p99: number
  readonly longest: number
  /** By kid: first and last issuance, milliseconds since 1970-01-01 UTC. */
  readonly keys: ReadonlyMap<string, { readonly firstMs: number; readonly lastMs: number }>
  /** Whether entries were pruned, so that older tokens are not counted. */
  readonly isPruned: boolean
}

/**
 * Every entry is verified against its checkpoint on the way.
 *
 * @throws {MintmarkError} `LEDGER_DAMAGED`
 */
export async function lifetimesIn(reader: LedgerReader): Promise<TokenLifetimes> {
  const counts = new Map<number, number>()
  const keys = new Map<string, { firstMs: number; lastMs: number }>()
  let isPruned = false
  for (const alias of reader.description.issuers.keys())
    for await (const linked of walkShards(reader, alias)) {
      if (linked.opening === undefined) {
        isPruned = true
        continue
      }
      for await (const { entry } of verifiedEntries(linked.shard)) {
        if (entry.kind !== 'issuance') continue
        const seconds = Math.round((entry.expiresMs - entry.issuedAtMs) / 1000)
        counts.set(seconds, (counts.get(seconds) ?? 0) + 1)
        const known = keys.get(entry.kid)
        keys.set(entry.kid, {
          firstMs: Math.min(known?.firstMs ?? entry.issuedAtMs, entry.issuedAtMs),
          lastMs: Math.max(known?.lastMs ?? entry.issuedAtMs, entry.issuedAtMs),
        })
      }
    }
  const sorted = [...counts].toSorted(([a], [b]) => a - b)
  const tokens = sorted.reduce((sum, [, count]) => sum + count, 0)
  return {
    tokens,
    p50: percentile(sorted, tokens * 0.5),
    p99: percentile(sorted, tokens * 0.99),
    longest: sorted.at(-1)?.[0] ?? 0,
    keys,
    isPruned,
  }
}

function percentile(sorted: readonly (readonly [number, number])[], rank: number): number {
  let below = 0
  for (const [seconds, count] of sorted) {
    below += count
    if (below >= rank) return seconds
  }
  return 0
}
