/**
 * Walks an issuer's shards from newest to first, and the entries of a shard.
 * Each shard's first entry names the shard before it, so none can be omitted.
 */
import { createHash } from 'node:crypto'
import { MintmarkError } from '@mintmark/core'
import { DESCRIPTION_PATH } from '../notes/description.ts'
import { prunedPath } from '../sequence/pruning.ts'
import { decodeEntry, type Entry, type Opening } from '../tree/entry.ts'
import { GrowingTree } from '../tree/growing_tree.ts'
import { isEqualHash } from '../tree/tree.ts'
import type { LedgerReader, ShardView } from './reader.ts'

/** No opening if the entries are pruned. */
export interface LinkedShard {
  readonly shard: ShardView
  readonly opening: Opening | undefined
}

/**
 * Newest first; ends after the first pruned shard.
 * @throws {MintmarkError} `LEDGER_DAMAGED` for a missing shard, or one without an opening
 */
export async function* walkShards(
  reader: LedgerReader,
  alias: string,
): AsyncGenerator<LinkedShard, void, void> {
  let path = await reader.newest(alias)
  while (path !== undefined) {
    const shard = await reader.shard(path)
    if (shard === undefined)
      throw new MintmarkError('LEDGER_DAMAGED', `${path} has no checkpoint`, { shard: path })
    const isPruned = (await reader.read(prunedPath(path))) !== undefined
    const opening = isPruned ? undefined : await openingOf(shard)
    if (opening !== undefined && opening.issuer !== reader.description.issuers.get(alias))
      throw otherIssuer(path)
    yield { shard, opening }
    path = opening && pathBefore(opening, reader, path)
  }
}

/** A shard that names itself or a later one would send a reader round in circles. */
function pathBefore(opening: Opening, reader: LedgerReader, path: string): string | undefined {
  const { previousOrigin } = opening
  if (previousOrigin === '') return undefined
  const prefix = `${reader.description.name}/`
  const before = previousOrigin.slice(prefix.length)
  const isBefore = before.split('/')[0] === path.split('/')[0] && before < path
  if (previousOrigin.startsWith(prefix) && isBefore) return before
  throw new MintmarkError('LEDGER_DAMAGED', `${path} follows no earlier shard`, { shard: path })
}

async function openingOf(shard: ShardView): Promise<Opening> {
  const [first] = shard.head.size === 0 ? [] : await shard.tree.bundle(0)
  const entry = first && decodeEntry(first)
  if (entry?.kind === 'opening') return entry
  const message = `${shard.path} begins with no opening`
  throw new MintmarkError('LEDGER_DAMAGED', message, { shard: shard.path })
}

/** The description may be an older one, or unsigned. */
function otherIssuer(path: string): MintmarkError {
  const message = `${path} is of another issuer than ${DESCRIPTION_PATH} says`
  return new MintmarkError('LEDGER_DAMAGED', message, { shard: path })
}

interface IndexedEntry {
  readonly index: number
  readonly entry: Entry
  readonly bytes: Uint8Array
}

/**
 * Yields entries that hash to the head. Reads them twice: the second reading must match the first.
 * @throws {MintmarkError} `LEDGER_DAMAGED` if they do not, `INPUT_INVALID` for a malformed entry
 */
export async function* verifiedEntries(shard: ShardView): AsyncGenerator<IndexedEntry, void, void> {
  const digests = (await digestsOf(shard)).values()
  for await (const { index, entries } of shard.tree.entries()) {
    if (!isEqualHash(digestOf(entries), digests.next().value ?? NO_DIGEST))
      throw changed(shard.path)
    for (const [i, bytes] of entries.entries())
      yield { index: index + i, entry: decodeEntry(bytes), bytes }
  }
}

const NO_DIGEST = new Uint8Array()

async function digestsOf(shard: ShardView): Promise<Uint8Array[]> {
  const tree = new GrowingTree()
  const digests: Uint8Array[] = []
  for await (const { entries } of shard.tree.entries()) {
    digests.push(digestOf(entries))
    for (const entry of entries) tree.append(entry)
    tree.takeFull()
  }
  if (!isEqualHash(tree.root(), shard.head.root)) throw changed(shard.path)
  return digests
}

function digestOf(entries: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha256')
  for (const entry of entries) hash.update(`${entry.length}\n`).update(entry)
  return hash.digest()
}

export function changed(path: string): MintmarkError {
  const message = `the entries of ${path} are not those of its checkpoint`
  return new MintmarkError('LEDGER_DAMAGED', message, { shard: path })
}
