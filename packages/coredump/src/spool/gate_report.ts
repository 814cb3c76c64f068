/**
 * The report beside a core in the spool, or alone where there is no core. `docs/schema/mintmark-gate-1.schema.json`
 * is the contract.
 */
import type { Crash } from './crash.ts'

export interface DroppedFile {
  /** As it was given: never safe to print raw. */
  readonly path: string
  readonly bytes: number
  readonly modifiedMs: number
  /** Its number in the file system: with the rest it names one file. */
  readonly inode: number
  /** Of a zip archive: the name of the member. Never safe to print raw. */
  readonly member?: string
}

export interface GateReport {
  readonly schema: 'mintmark-gate/1'
  /** Undefined: there is no core, for the reason in `why`. */
  readonly core: WrittenCore | undefined
  readonly why: string | undefined
  readonly crash: Crash | undefined
  readonly source: DroppedFile | undefined
  readonly received: ReceivedBytes
  readonly scrub: object
}

export interface WrittenCore {
  readonly file: string
  /** `apport`: it is the field `CoreDump` of a crash report, by gzip and base64. */
  readonly compression: 'gzip' | 'zstd' | 'apport'
  readonly bytes: number
  /** SHA-256 of the scrubbed core, unpacked; hex. */
  readonly sha256: string
  /** SHA-256 of the core as it came in, hex. */
  readonly rawSha256: string
}

export interface ReceivedBytes {
  /** Of the raw core, holes included. */
  readonly bytes: number
  /** How many of them were buffered in the encrypted file. */
  readonly heldInFile: number
  /** How long the dying process was read, in milliseconds. */
  readonly readMs: number
}
