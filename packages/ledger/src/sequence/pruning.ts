/**
 * Removes whole shards after their retention, counted from when their last token can have expired.
 * The checkpoint stays, so existing proofs verify; the file `pruned` shows that nothing is damaged.
 */
import { type Description, type Period, periodStartMs, shardPath } from '../notes/description.ts'
import type { LedgerStore } from '../store/store.ts'

const DAY_MS = 86_400_000

export const prunedPath = (shard: string): string => `${shard}/pruned`

/** @param nextMs when the next shard's period begins */
function lastExpiryMs(nextMs: number, { maxLifetimeMs, skewMs }: Description): number {
  return nextMs + maxLifetimeMs + 2 * skewMs
}

/**
 * The latest time that the newest shard supports: a clock ahead must not remove entries.
 * So the last ones of an issuer that has ended stay.
 */
function latestMs(newest: string, { period }: Description): number {
  return periodStartMs(newest) + PERIOD_MS[period]
}

const PERIOD_MS: Readonly<Record<Period, number>> = {
  hour: DAY_MS / 24,
  day: DAY_MS,
  month: 31 * DAY_MS,
  year: 366 * DAY_MS,
}

/** @returns paths of the shards that were pruned now; none if the ledger states no retention */
export async function pruneLedger(
  store: LedgerStore,
  description: Description,
  nowMs: number,
): Promise<string[]> {
  const { retentionDays } = description
  if (retentionDays === undefined) return []
  const pruned: string[] = []
  for (const alias of description.issuers.keys()) {
    const periods = await periodsOf(alias, store)
    const sureMs = Math.min(nowMs, latestMs(periods.at(-1) ?? '', description))
    for (const [i, period] of periods.entries()) {
      const next = periods[i + 1]
      if (next === undefined) continue
      const overMs = lastExpiryMs(periodStartMs(next), description) + retentionDays * DAY_MS
      if (overMs < sureMs && (await prune(shardPath(alias, period), store, nowMs)))
        pruned.push(shardPath(alias, period))
    }
  }
  return pruned
}

export async function periodsOf(alias: string, store: LedgerStore): Promise<string[]> {
  return (await store.list(alias)).filter((name) => !Number.isNaN(periodStartMs(name)))
}

/** Marks the shard first: an interrupted removal continues the next time. */
async function prune(shard: string, store: LedgerStore, nowMs: number): Promise<boolean> {
  const isNew = (await store.read(prunedPath(shard))) === undefined
  if (isNew) {
    const bytes = Buffer.from(`${new Date(nowMs).toISOString()}\n`)
    await store.publish([], [{ path: prunedPath(shard), bytes }], undefined)
  } else if (!(await store.list(shard)).includes('tile')) return false
  await store.remove(`${shard}/tile`)
  return isNew
}
