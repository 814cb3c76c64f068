/**
 * What a scan of one file says.
 *
 * @module
 */
import type { Container, Flaw } from '@mintmark/dump'
import type { KeyId } from '@mintmark/keys/public_half/key_id'
import type { Finding } from '../findings/finding.ts'
import type { GivenKey } from './given_keys.ts'
import type { ScanLimit } from './scan_limits.ts'

export interface ScanReport {
  readonly file: string
  /** Bytes; of a packed dump those that it unpacks to. */
  readonly size: number
  /** What packed the dump, `zstd` for one: it was unpacked, and all offsets are those of what came out. */
  readonly packedBy?: string
  readonly container: Container
  /** How many runs of memory the container lists. */
  readonly segments: number
  /** Bytes that were searched, as far as they are no {@link holeBytes}. */
  readonly scannedBytes: number
  /** Bytes that are zeros because they take no room where the file is: holes of a sparse file. None of them was read. */
  readonly holeBytes: number
  /** Bytes that were unpacked from offsets amid others, and searched. */
  readonly unpackedBytes: number
  /** Verified keys, in order of offset. */
  readonly findings: readonly Finding[]
  /** What has the shape of a key, and nothing proves. */
  readonly candidates: readonly Finding[]
  /** tokens and encrypted keys. */
  readonly lesser: readonly Finding[]
  /** What is damaged in the container. */
  readonly flaws: readonly Flaw[]
  /** What was not examined. */
  readonly limits: readonly ScanLimit[]
  /**
   * Given RSA keys of which nothing private was found, in the encodings of `docs/key-encodings.md`, where nothing was
   * left out.
   */
  readonly absent: readonly KeyId[]
  /** What is answered of each given public key. */
  readonly given: readonly GivenKey[]
  /** Keys of public root stores that are there: their private halves are searched for last, in samples. */
  readonly publicRoots: number
}
