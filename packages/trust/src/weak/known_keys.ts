/**
 * Keys with known private halves: of standards, and on a blocklist in the form of badkeys.
 *
 * That is sorted blocks of 16 bytes, of which the last says from which list the key is. Source: badkeys,
 * docs/BLOCKLISTFORMAT.md (BKHASH120).
 *
 * @module
 */

import { createHash } from 'node:crypto'
import { MintmarkError } from '@mintmark/core'
import { selfTestOrigin } from '@mintmark/keys/public_half/self_test_keys'
import type { ListedKey } from '../sources/key.ts'

const STANDARDS: ReadonlyMap<string, string> = new Map([
  ['NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs', 'RFC 7517, appendix A.1'],
  ['cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s', 'RFC 7517, appendix A.2'],
  ['oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U', 'RFC 7515, appendix A.3'],
  ['dHri3SADZkrush5HU_50AoRhcKFryN-PI6jPBtPL55M', 'RFC 7520, section 3.2'],
  ['9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI', 'RFC 7520, section 3.4'],
  ['kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k', 'RFC 8037, appendix A'],
])

/** Who published the private half of a key; undefined where that is not known. */
export function publisherOf({ thumbprint, spkiSha256 }: ListedKey): string | undefined {
  return STANDARDS.get(thumbprint) ?? selfTestOrigin(spkiSha256)
}

const BLOCK_BYTES = 16
const HASH_BYTES = 15

export interface Blocklist {
  readonly entries: number
  /** Number of the list that a key is on; undefined where it is on none. */
  readonly listOf: (key: ListedKey) => number | undefined
}

/** @throws {MintmarkError} `INPUT_INVALID` for bytes of another format */
export function readBlocklist(bytes: Uint8Array): Blocklist {
  const list = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const entries = list.length / BLOCK_BYTES
  if (entries === 0 || !Number.isInteger(entries) || !isSorted(list, entries))
    throw new MintmarkError('INPUT_INVALID', 'not a blocklist: sorted blocks of 16 bytes', {
      option: 'blocklist',
    })
  return { entries, listOf: (key) => found(list, entries, key) }
}

const hashAt = (list: Buffer, i: number) =>
  list.subarray(i * BLOCK_BYTES, i * BLOCK_BYTES + HASH_BYTES)

function isSorted(list: Buffer, entries: number): boolean {
  for (let i = 1; i < entries; i++)
    if (list.compare(list, i * 16, i * 16 + HASH_BYTES, i * 16 - 16, i * 16 - 1) > 0) return false
  return true
}

function found(list: Buffer, entries: number, key: ListedKey): number | undefined {
  const value = hashedNumber(key)
  if (value === undefined) return undefined
  const hash = createHash('sha256').update(value).digest().subarray(0, HASH_BYTES)
  let [low, high] = [0, entries - 1]
  while (low <= high) {
    const middle = (low + high) >> 1
    const order = hash.compare(hashAt(list, middle))
    if (order === 0) return list[middle * BLOCK_BYTES + HASH_BYTES]
    if (order > 0) low = middle + 1
    else high = middle - 1
  }
  return undefined
}

/** The number that badkeys hashes: the modulus, or x; without leading zeros. */
function hashedNumber({ jwk }: ListedKey): Buffer | undefined {
  const spelled = jwk['n'] ?? jwk['x']
  if (spelled === undefined) return undefined
  const bytes = Buffer.from(spelled, 'base64url')
  const start = bytes.findIndex((byte) => byte !== 0)
  return start === -1 ? undefined : bytes.subarray(start)
}
