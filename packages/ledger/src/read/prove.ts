/** Proofs for a token or an index, which can be checked offline. */
import { MintmarkError } from '@mintmark/core'
import { CheckedEntries } from '../live/checked_entries.ts'
import { isRecordedLater } from '../notes/description.ts'
import type { TlogProof } from '../notes/policy.ts'
import { prunedPath } from '../sequence/pruning.ts'
import { decodeEntry, encodeEntry, type Issuance, issuedAtOf } from '../tree/entry.ts'
import { TILE_WIDTH } from '../tree/tiles.ts'
import { hashLeaf, isEqualHash, verifyInclusion } from '../tree/tree.ts'
import type { LedgerReader, ShardView } from './reader.ts'
import { changed, walkShards } from './walk.ts'

interface Search {
  readonly proof: TlogProof | undefined
  /** A later token is published: late publication does not explain a missing one. */
  readonly isCovered: boolean
}

export async function proveIssuance(
  reader: LedgerReader,
  wanted: Issuance,
): Promise<TlogProof | undefined> {
  return (await searchIssuance(reader, wanted)).proof
}

/**
 * Reads entries of the issuer's shards from the newest back to the time of issue.
 * @throws {MintmarkError} `LEDGER_MISSING` if entries of that time are pruned; `LEDGER_DAMAGED` if
 * the entries without the token do not match a checkpoint
 */
export async function searchIssuance(reader: LedgerReader, wanted: Issuance): Promise<Search> {
  const { issuers, skewMs } = reader.description
  const alias = [...issuers].find(([, issuer]) => issuer === wanted.issuer)?.[0]
  if (alias === undefined) return { proof: undefined, isCovered: false }
  let lastMs: number | undefined
  for await (const { shard, opening } of walkShards(reader, alias)) {
    if (opening === undefined) throw pruned(shard.path)
    const found = await findIn(shard, wanted)
    if (found.index !== undefined)
      return { proof: await proveIndex(shard, found.index, found.attestation), isCovered: true }
    lastMs ??= found.lastMs
    if (opening.openedAtMs < wanted.issuedAtMs - skewMs) break
  }
  const isCovered = isRecordedLater(lastMs ?? 0, wanted.issuedAtMs, skewMs)
  return { proof: undefined, isCovered }
}

export async function assertNotPruned(reader: LedgerReader, path: string): Promise<void> {
  if ((await reader.read(prunedPath(path))) !== undefined) throw pruned(path)
}

function pruned(path: string): MintmarkError {
  const message = `the entries of ${path} were removed after their retention: nothing can be proven of them`
  return new MintmarkError('LEDGER_MISSING', message, { shard: path })
}

interface Found {
  readonly index?: number
  readonly attestation?: Uint8Array
  readonly lastMs?: number | undefined
}

/** An absence counts only if all entries match the checkpoint. */
async function findIn({ path, head, tree }: ShardView, wanted: Issuance): Promise<Found> {
  const checked = new CheckedEntries(tree, 0, head.size)
  let index = 0
  let lastMs: number | undefined
  for await (const entries of checked.read())
    for (const bytes of entries) {
      lastMs = issuedAtOf(bytes) ?? lastMs
      // The input hash is at a fixed offset: no need to decode every entry.
      const isIt = isEqualHash(bytes.subarray(18, 50), wanted.inputHash)
      const entry = isIt ? decodeEntry(bytes) : undefined
      if (entry?.kind === 'issuance') return { index, attestation: entry.attestation }
      index++
    }
  if (isEqualHash(await checked.root(), head.root)) return { lastMs }
  throw changed(path)
}

/** @throws {MintmarkError} `LEDGER_DAMAGED` if the tiles do not lead to the checkpoint */
export async function proveIndex(
  shard: ShardView,
  index: number,
  extra: Uint8Array = new Uint8Array(),
): Promise<TlogProof> {
  const { size, root } = shard.head
  if (!(index >= 0 && index < size)) {
    const message = `${shard.path} has ${size} entries, and none at ${index}`
    throw new MintmarkError('INPUT_INVALID', message, { option: 'index' })
  }
  const hashes = await shard.tree.inclusion(index)
  const bundle = await shard.tree.bundle(Math.floor(index / TILE_WIDTH))
  const leaf = hashLeaf(bundle[index % TILE_WIDTH] ?? new Uint8Array())
  if (!verifyInclusion({ index, size, leaf, proof: hashes, root })) {
    const message = `the tiles of ${shard.path} do not lead to its checkpoint`
    throw new MintmarkError('LEDGER_DAMAGED', message, { shard: shard.path })
  }
  return { extra, index, hashes, checkpoint: shard.checkpointText }
}

export function entryOfProof(issuance: Issuance, proof: TlogProof): Uint8Array {
  return encodeEntry({ ...issuance, attestation: proof.extra })
}
