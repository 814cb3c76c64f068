/** Whether a file is a dump, by its first bytes, packed or not. */
import { spawnSync } from 'node:child_process'
import { fstatSync, readSync } from 'node:fs'
import { constants, gunzipSync } from 'node:zlib'
import { bytesSource, openDump } from '@mintmark/dump'
import { isMachineDump, packerOf, programOf } from './packers.ts'
import { isCrashReport } from './report_fields.ts'

export const PROGRAM_PATH = '/usr/local/bin:/usr/bin:/bin'
/** Enough for the first packed block: lz4 makes blocks of 4 MiB. */
export const HEAD_BYTES: number = 5 << 20
const UNPACKED_BYTES = 1 << 20
const PATIENCE_MS = 10_000
const GZIP_BYTES = 1 << 14

export interface DumpHead {
  /** A known container; raw bytes are no reason to take a file away. */
  readonly isDump: boolean
  readonly packer: string | undefined
  /** The program is missing: what the file contains is unknown. */
  readonly isPackerMissing: boolean
  /** Packed, and nothing comes out: what it contains is unknown too. */
  readonly isDamaged: boolean
  /** A dump with packed pages: their packer, which is not supported here. */
  readonly pagesPackedBy: string | undefined
  /** An archive, which does not unpack to one dump: zip, 7z … */
  readonly archive: string | undefined
  /** A report of apport, with the core in it as base64. */
  readonly isCrashReport: boolean
  /** It has a zero byte, as memory has and text has not. */
  readonly isBinary: boolean
}

/** @param file a file descriptor of a regular file; where it is read does not move */
export function dumpHead(file: number): DumpHead {
  const bytes = Buffer.alloc(Math.min(HEAD_BYTES, fstatSync(file).size))
  try {
    return dumpHeadOf(bytes.subarray(0, readSync(file, bytes, 0, bytes.length, 0)))
  } finally {
    bytes.fill(0)
  }
}

export function isPackedDump(head: Uint8Array): boolean {
  return programOf(packerOf(head)) !== undefined && dumpHeadOf(head).isDump
}

/** @param head the first bytes of a file, up to {@link HEAD_BYTES} */
export function dumpHeadOf(head: Uint8Array): DumpHead {
  const packer = programOf(packerOf(head))
  if (packer === undefined)
    return { ...whatIs(head), packer, isPackerMissing: false, isDamaged: false }
  const { unpacked, isPackerMissing, isCut } = unpackedHead(packer, head)
  const isDamaged = isCut && unpacked.length === 0
  const answer = { ...whatIs(unpacked), packer, isPackerMissing, isDamaged }
  unpacked.fill(0)
  return answer
}

interface UnpackedHead {
  readonly unpacked: Uint8Array
  readonly isPackerMissing: boolean
  readonly isCut: boolean
}

/** Most gzip files are no dumps: no process is started for them. */
function unpackedHead(packer: string, head: Uint8Array): UnpackedHead {
  if (packer === 'gzip') return gunzippedHead(head)
  const { stdout, error, status } = spawnSync(packer, ['-dc'], {
    env: { PATH: PROGRAM_PATH },
    input: head,
    maxBuffer: UNPACKED_BYTES,
    stdio: ['pipe', 'pipe', 'ignore'],
    timeout: PATIENCE_MS,
  })
  const isPackerMissing = error !== undefined && 'code' in error && error.code === 'ENOENT'
  const unpacked = isPackerMissing ? new Uint8Array(0) : stdout
  return { unpacked, isPackerMissing, isCut: status !== 0 }
}

function gunzippedHead(head: Uint8Array): UnpackedHead {
  const finishFlush = constants.Z_SYNC_FLUSH
  try {
    const unpacked = gunzipSync(head.subarray(0, GZIP_BYTES), { finishFlush })
    return { unpacked, isPackerMissing: false, isCut: false }
  } catch {
    return { unpacked: new Uint8Array(0), isPackerMissing: false, isCut: true }
  }
}

type Content = Omit<DumpHead, 'packer' | 'isPackerMissing' | 'isDamaged'>

function whatIs(head: Uint8Array): Content {
  const packer = packerOf(head)
  const isMachine = isMachineDump(packer)
  const isArchive = packer !== undefined && !isMachine && programOf(packer) === undefined
  return {
    isDump: head.length > 0 && openDump(bytesSource(head)).container !== 'raw',
    pagesPackedBy: isMachine ? packer : undefined,
    archive: isArchive ? packer : undefined,
    isCrashReport: isCrashReport(head),
    isBinary: head.includes(0),
  }
}
