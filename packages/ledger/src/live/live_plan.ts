/** What a start reads of a shard: stored runs that match its tree, and the entries between them. */
import type { StateFiles } from '../store/store.ts'
import type { TileTree } from '../tree/tile_tree.ts'
import { isEqualHash } from '../tree/tree.ts'
import { LiveRun } from './live_run.ts'

interface Entries {
  readonly first: number
  readonly end: number
}

export interface StoredRun extends Entries {
  readonly run: LiveRun
  readonly path: string
}

export type Piece = Entries | StoredRun

interface ReadingPlan {
  /** Ordered, from the first entry to read to the end of the shard. */
  readonly pieces: readonly Piece[]
  /** Seconds since 1970: all entries before the first piece have expired. */
  readonly earlierExpiry: number
  readonly refused: readonly { readonly path: string; readonly reason: string }[]
  readonly unused: readonly string[]
}

interface Wanted {
  readonly shard: string
  readonly tree: TileTree
  readonly sinceMs: number
}

const FILES_AT_ONCE = 4

/** As {@link LiveRun} rounds an expiry. */
export const expiredMs = (expiry: number): number => expiry * 1000

/**
 * Goes from the end of the shard back to where all tokens have expired.
 * @throws {MintmarkError} `LEDGER_DAMAGED` if a hash tile is missing
 */
export async function planReading(
  files: StateFiles,
  { shard, tree, sinceMs }: Wanted,
): Promise<ReadingPlan> {
  const { candidates, unused } = await candidatesOf(files, shard)
  const pieces: Piece[] = []
  const refused: { path: string; reason: string }[] = []
  let at = tree.size
  let earlierExpiry: number | undefined
  const coming = candidates.slice(0, FILES_AT_ONCE).map(({ path }) => readSoon(files, path))
  for (const [i, { path, first, end }] of candidates.entries()) {
    const file = coming.shift()
    // Read ahead while this one is checked.
    const after = candidates[i + FILES_AT_ONCE]
    const isOver = earlierExpiry !== undefined && expiredMs(earlierExpiry) < sinceMs
    if (after !== undefined && !isOver) coming.push(readSoon(files, after.path))
    if (isOver || (end > at && end <= tree.size)) {
      unused.push(path)
      continue
    }
    const fitting = await fitOnce(await file, { first, end }, { shard, tree, files, path })
    if (typeof fitting === 'string') {
      refused.push({ path, reason: fitting })
      unused.push(path)
      continue
    }
    if (end < at) pieces.unshift({ first: end, end: at })
    pieces.unshift({ run: fitting.run, path, first, end })
    at = first
    earlierExpiry = fitting.earlierExpiry
  }
  const isOver = earlierExpiry !== undefined && expiredMs(earlierExpiry) < sinceMs
  if (!isOver && at > 0) pieces.unshift({ first: 0, end: at })
  return { pieces, earlierExpiry: isOver ? (earlierExpiry ?? 0) : 0, refused, unused }
}

interface Candidate extends Entries {
  readonly path: string
}

/** Last entries first. `unused`: left by an interrupted write. */
async function candidatesOf(
  files: StateFiles,
  shard: string,
): Promise<{ readonly candidates: readonly Candidate[]; readonly unused: string[] }> {
  const candidates: Candidate[] = []
  const unused: string[] = []
  for (const name of await files.list(shard)) {
    const path = `${shard}/${name}`
    const [, first, end] = /^(\d{1,16})-(\d{1,16})$/.exec(name) ?? []
    if (first === undefined || end === undefined) unused.push(path)
    else candidates.push({ path, first: Number(first), end: Number(end) })
  }
  candidates.sort((a, b) => b.end - a.end || a.first - b.first)
  return { candidates, unused }
}

/** An unreadable file counts as missing. */
async function readSoon(files: StateFiles, path: string): Promise<Uint8Array | undefined> {
  try {
    return await files.read(path)
  } catch {
    return undefined
  }
}

type Fitting = { readonly run: LiveRun; readonly earlierExpiry: number } | string

/** A damaged copy may have a good original. */
async function fitOnce(
  file: Uint8Array | undefined,
  entries: Entries,
  of: Pick<Wanted, 'shard' | 'tree'> & { readonly files: StateFiles; readonly path: string },
): Promise<Fitting> {
  const fitting = await fit(file, entries, of)
  if (typeof fitting !== 'string' || of.files.readAgain === undefined) return fitting
  return await fit(await of.files.readAgain(of.path).catch(() => undefined), entries, of)
}

async function fit(
  file: Uint8Array | undefined,
  { first, end }: Entries,
  { shard, tree }: Pick<Wanted, 'shard' | 'tree'>,
): Promise<Fitting> {
  if (file === undefined) return 'it cannot be read'
  const decoded = LiveRun.decode(file)
  if (decoded === undefined) return 'it is damaged'
  const { run, binding } = decoded
  if (run.shard !== shard || run.first !== first || run.end !== end || first >= end)
    return 'it is of other entries'
  if (end > tree.size) return `it is of ${end} entries, and the ledger has ${tree.size}`
  if (!isEqualHash(await tree.root(end), binding.root)) return 'it is of another history'
  return { run, earlierExpiry: binding.earlierExpiry }
}
