/**
 * Removes entries after their retention.
 * A shard goes as a whole, when its retention is over since its last token can have lived. Its checkpoint stays, so that
 * existing proofs still verify, and the file `pruned` shows that nothing is damaged. The next shard's opening still names
 * its size and root.
 */
import { type Description, type Period, periodStartMs, shardPath } from '../notes/description.ts'
import type { LedgerStore } from '../store/store.ts'

const DAY_MS = 86_400_000

export const prunedPath = (shard: string): string => `${shard}/pruned`

/** When the last token of a shard cannot live any more. @param nextMs when the next shard's period begins */
function lastExpiryMs(nextMs: number, { maxLifetimeMs, skewMs }: Description): number {
  return nextMs + maxLifetimeMs + 2 * skewMs
}

/**
 * The latest time that the newest shard supports: a clock that jumps ahead, or is wrong at the start, must not remove
 * entries. So the last ones of an issuer that has ended stay.
 */
function latestMs(newest: string, { period }: Description): number {
  return periodStartMs(newest) + PERIOD_MS[period]
}

/** The longest of its kind. */
const PERIOD_MS: Readonly<Record<Period, number>> = {
  hour: DAY_MS / 24,
  day: DAY_MS,
  month: 31 * DAY_MS,
  year: 366 * DAY_MS,
}

/**
 * Prunes what the retention allows; nothing where the ledger states none.
 * @returns paths of the shards that were pruned now
 */
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

/** Periods of an issuer's shards, oldest first. */
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
