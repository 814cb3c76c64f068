/** The report of a scan of one file. */
import type { Container, Flaw } from '@mintmark/dump'
import type { KeyId } from '@mintmark/keys/public_half/key_id'
import type { Finding } from '../findings/finding.ts'
import type { GivenKey } from './given_keys.ts'
import type { ScanLimit } from './scan_limits.ts'

export interface ScanReport {
  readonly file: string
  /** Bytes; of a packed dump those that it unpacks to. */
  readonly size: number
  /** What packed the dump, such as `zstd`: all offsets are in the unpacked data. */
  readonly packedBy?: string
  readonly container: Container
  /** How many runs of memory the container lists. */
  readonly segments: number
  /** Searched bytes without {@link holeBytes}. */
  readonly scannedBytes: number
  /** Bytes in holes of a sparse file: zeros that were not read. */
  readonly holeBytes: number
  /** Bytes unpacked from data amid other bytes, and searched. */
  readonly unpackedBytes: number
  /** Verified keys, in order of offset. */
  readonly findings: readonly Finding[]
  /** They have the shape of a key, and nothing verifies them. */
  readonly unverified: readonly Finding[]
  /** Tokens and encrypted keys. */
  readonly protected: readonly Finding[]
  /** Damage in the container. */
  readonly flaws: readonly Flaw[]
  /** What was not examined. */
  readonly limits: readonly ScanLimit[]
  /** Those of `given` whose state is `absent`. */
  readonly absent: readonly KeyId[]
  /** The answer for each given public key. */
  readonly given: readonly GivenKey[]
  /** Number of keys of public root stores: their private halves are not searched for. */
  readonly publicRoots: number
}
