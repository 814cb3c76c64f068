/**
 * Tells a dump from any other file by its first bytes, packed or not.
 *
 * systemd-coredump packs by zstd, lz4 or xz; others by gzip.
 *
 * @module
 */
import { spawnSync } from 'node:child_process'
import { readSync } from 'node:fs'
import { bytesSource, openDump } from '@mintmark/dump'

/** Programs that unpack standard input to standard output, by the first bytes of what they unpack. */
const PACKERS: readonly { readonly magic: string; readonly program: string }[] = [
  { magic: '1f8b', program: 'gzip' },
  { magic: '28b52ffd', program: 'zstd' },
  { magic: '04224d18', program: 'lz4' },
  { magic: 'fd377a585a00', program: 'xz' },
]
/** Folders with programs: what is in them is the system's. */
export const PROGRAM_PATH = '/usr/local/bin:/usr/bin:/bin'
/** Enough for the headers of any container, and for the first block of what packs it. */
const HEAD_BYTES = 1 << 20
const PATIENCE_MS = 10_000

export interface DumpHead {
  /** A container that is known; a file that only looks like bytes is no dump to be taken away from where it lies. */
  readonly isDump: boolean
  /** The program that unpacks it; undefined where it is not packed. */
  readonly packer: string | undefined
  /** The program is not there: it cannot be told what the file is. */
  readonly isPackerMissing: boolean
}

/** @param file a file descriptor of a regular file; where it is read does not move */
export function dumpHead(file: number): DumpHead {
  const bytes = Buffer.alloc(HEAD_BYTES)
  try {
    const head = bytes.subarray(0, readSync(file, bytes, 0, bytes.length, 0))
    const hex = head.subarray(0, 8).toString('hex')
    const packer = PACKERS.find(({ magic }) => hex.startsWith(magic))?.program
    if (packer === undefined) return { isDump: isDump(head), packer, isPackerMissing: false }
    const { stdout, error } = spawnSync(packer, ['-dc'], {
      env: { PATH: PROGRAM_PATH },
      input: head,
      maxBuffer: HEAD_BYTES,
      stdio: ['pipe', 'pipe', 'ignore'],
      timeout: PATIENCE_MS,
    })
    const isPackerMissing = error !== undefined && 'code' in error && error.code === 'ENOENT'
    const unpacked = isPackerMissing ? Buffer.alloc(0) : stdout
    const answer = { isDump: isDump(unpacked), packer, isPackerMissing }
    unpacked.fill(0)
    return answer
  } finally {
    bytes.fill(0)
  }
}

function isDump(head: Uint8Array): boolean {
  return head.length > 0 && openDump(bytesSource(head)).container !== 'raw'
}
