/**
 * Proofs that can be checked offline: an entry's index, its inclusion proof, and the signed checkpoint.
 *
 * The `extra` line has the part of the entry that does not follow from the token: the front end's attestation, if any.
 *
 * Source: C2SP tlog-proof v1.
 *
 * @module
 */

import { HASH_BYTES, hashLeaf, verifyInclusion } from '../tree/tree.ts'
import { base64, readBase64 } from './base64.ts'
import { parseSize } from './checkpoint.ts'
import { type Accepted, accept, type Policy, type Refusal } from './policy.ts'

const TITLE = 'c2sp.org/tlog-proof@v1'
/** The proof of a leaf in a tree of 2^53 entries is shorter. */
const MAX_HASHES = 63

export interface TlogProof {
  readonly extra: Uint8Array
  readonly index: number
  readonly hashes: readonly Uint8Array[]
  readonly checkpoint: string
}

export function formatProof({ extra, index, hashes, checkpoint }: TlogProof): string {
  const extraLine = extra.length > 0 ? `extra ${base64(extra)}\n` : ''
  const lines = hashes.map((hash) => `${base64(hash)}\n`).join('')
  return `${TITLE}\n${extraLine}index ${index}\n${lines}\n${checkpoint}`
}

/** @returns undefined if the text is no proof; nothing is verified */
export function parseProof(text: string): TlogProof | undefined {
  const cut = text.indexOf('\n\n')
  if (cut === -1) return undefined
  const lines = text.slice(0, cut).split('\n')
  if (lines.shift() !== TITLE) return undefined
  const extraLine = lines[0]?.startsWith('extra ') === true ? lines.shift() : undefined
  const extra = extraLine === undefined ? new Uint8Array() : readBase64(extraLine.slice(6))
  const indexLine = lines.shift() ?? ''
  const index = indexLine.startsWith('index ') ? parseSize(indexLine.slice(6)) : undefined
  const hashes = lines.map(readBase64)
  const areHashes = hashes.every((hash) => hash?.length === HASH_BYTES)
  if (extra === undefined || index === undefined || !areHashes || hashes.length > MAX_HASHES)
    return undefined
  const known = hashes.filter((hash) => hash !== undefined)
  return { extra, index, hashes: known, checkpoint: text.slice(cut + 2) }
}

export type ProofRefusal = Refusal | 'not-a-proof' | 'not-included'

/** Whether the proof shows, to this policy, that the entry with these bytes is recorded. */
export function verifyProof(
  proof: TlogProof,
  entry: Uint8Array,
  policy: Policy,
): Accepted | ProofRefusal {
  const accepted = accept(proof.checkpoint, policy)
  if (typeof accepted === 'string') return accepted
  const { size, root } = accepted.head
  const leaf = hashLeaf(entry)
  const isIncluded = verifyInclusion({
    index: proof.index,
    size,
    leaf,
    proof: proof.hashes,
    root,
  })
  return isIncluded ? accepted : 'not-included'
}
