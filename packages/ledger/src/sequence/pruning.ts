/**
 * Takes entries away that the description says are not kept.
 *
 * A shard goes as a whole, once the days of its retention are over since its last token can have lived. What stays is
 * its checkpoint, so that proofs that others hold still verify, and the file `pruned`, so that nobody takes a hole for
 * damage. The next shard's opening still names its size and root.
 *
 * @module
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
 * The latest time that the newest shard speaks for: a clock that jumps ahead, or stands wrong when the ledger is opened,
 * must not take entries away. So the last ones of an issuer that has ended stay.
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
 *
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
    // oxlint-disable-next-line no-await-in-loop -- one issuer after the other
    const names = await store.list(alias)
    const periods = names.filter((name) => !Number.isNaN(periodStartMs(name)))
    const sureMs = Math.min(nowMs, latestMs(periods.at(-1) ?? '', description))
    for (const [i, period] of periods.entries()) {
      const next = periods[i + 1]
      if (next === undefined) continue
      const overMs = lastExpiryMs(periodStartMs(next), description) + retentionDays * DAY_MS
      // oxlint-disable-next-line no-await-in-loop -- oldest first
      if (overMs < sureMs && (await prune(shardPath(alias, period), store, nowMs)))
        pruned.push(shardPath(alias, period))
    }
  }
  return pruned
}

/** Says so first: a removal that is cut short goes on the next time. */
async function prune(shard: string, store: LedgerStore, nowMs: number): Promise<boolean> {
  const isNew = (await store.read(prunedPath(shard))) === undefined
  if (isNew) {
    const bytes = Buffer.from(`${new Date(nowMs).toISOString()}\n`)
    await store.publish([], [{ path: prunedPath(shard), bytes }], undefined)
  } else if (!(await store.list(shard)).includes('tile')) return false
  await store.remove(`${shard}/tile`)
  return isNew
}
