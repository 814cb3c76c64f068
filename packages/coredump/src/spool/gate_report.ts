/** The report beside a core. Its contract is `docs/schema/mintmark-gate-1.schema.json`. */
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
  /** Undefined: there is no core, see `why`. */
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
  readonly sha256: string
  readonly rawSha256: string
}

export interface ReceivedBytes {
  readonly bytes: number
  /** How many of them were buffered in the encrypted file. */
  readonly bufferedInFile: number
  /** How long the dying process was read, in milliseconds. */
  readonly readMs: number
}
