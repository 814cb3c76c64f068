/** Makes proofs for a token or an index, which can be checked offline. @module */
import { MintmarkError } from '@mintmark/core'
import type { TlogProof } from '../notes/policy.ts'
import { prunedPath } from '../sequence/pruning.ts'
import { decodeEntry, encodeEntry, type Issuance } from '../tree/entry.ts'
import { TILE_WIDTH } from '../tree/tiles.ts'
import { hashLeaf, isEqualHash, verifyInclusion } from '../tree/tree.ts'
import type { LedgerReader, ShardView } from './reader.ts'
import { walkShards } from './walk.ts'

/**
 * The proof for the token that this entry was made of; undefined if the ledger lacks it.
 *
 * Cost: reads entries of the issuer's shards from the newest back to the time of issue.
 *
 * @throws {MintmarkError} `LEDGER_MISSING` where entries of that time are pruned: nobody knows any more
 */
export async function proveIssuance(
  reader: LedgerReader,
  wanted: Issuance,
): Promise<TlogProof | undefined> {
  const { issuers, skewMs } = reader.description
  const alias = [...issuers].find(([, issuer]) => issuer === wanted.issuer)?.[0]
  if (alias === undefined) return undefined
  for await (const { shard, opening } of walkShards(reader, alias)) {
    if (opening === undefined) throw pruned(shard.path)
    const found = await findIn(shard, wanted)
    if (found !== undefined) return await proveIndex(shard, found.index, found.attestation)
    if (opening.openedAtMs < wanted.issuedAtMs - skewMs) return undefined
  }
  return undefined
}

/** @throws {MintmarkError} `LEDGER_MISSING` */
export async function assertNotPruned(reader: LedgerReader, path: string): Promise<void> {
  if ((await reader.read(prunedPath(path))) !== undefined) throw pruned(path)
}

function pruned(path: string): MintmarkError {
  const message = `the entries of ${path} were removed after their retention: nothing can be proven of them`
  return new MintmarkError('LEDGER_MISSING', message, { shard: path })
}

async function findIn(
  shard: ShardView,
  wanted: Issuance,
): Promise<{ index: number; attestation: Uint8Array } | undefined> {
  for await (const { index, entries } of shard.tree.entries())
    for (const [i, bytes] of entries.entries()) {
      // The hash of the input is at a fixed offset: no need to decode every entry.
      if (!isEqualHash(bytes.subarray(18, 50), wanted.inputHash)) continue
      const entry = decodeEntry(bytes)
      if (entry.kind !== 'issuance') continue
      return { index: index + i, attestation: entry.attestation }
    }
  return undefined
}

/**
 * @param extra what of the entry does not follow from the token
 * @throws {MintmarkError} `LEDGER_DAMAGED` where the tiles do not lead from the entry to the checkpoint
 */
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

/** Bytes of the entry of a proof, made from the token and the proof's extra. */
export function entryOfProof(issuance: Issuance, proof: TlogProof): Uint8Array {
  return encodeEntry({ ...issuance, attestation: proof.extra })
}
