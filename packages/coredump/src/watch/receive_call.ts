/**
 * Calls `mintmark gate receive` for a dropped file, in a process of its own for memory and crashes.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import type { Stats } from 'node:fs'
import { errnoOf } from '@mintmark/core'
import { PROGRAM_PATH } from '@mintmark/scan/packing/dump_head'
import type { DroppedFile } from '../spool/gate_report.ts'
import type { Counts } from './taken.ts'

/** Its exit code says whether the core was written. */
export interface ReceiveCall {
  readonly node: string
  readonly args: readonly string[]
}

/** Exit codes of a receiver that wrote a core. */
const COUNTS: ReadonlyMap<number | string, Counts> = new Map([
  [0, 'nothing'],
  [1, 'found'],
  [4, 'lead'],
])

interface ToReceive {
  readonly file: number
  readonly packer: string | undefined
  readonly dropped: DroppedFile
}

export function droppedFile(filePath: string, stats: Stats): DroppedFile {
  return {
    path: filePath,
    bytes: stats.size,
    modifiedMs: Math.floor(stats.mtimeMs),
    inode: stats.ino,
  }
}

/** @returns why it was not written, or what was found */
export async function receiveFrom(
  { file, packer, dropped }: ToReceive,
  { node, args }: ReceiveCall,
): Promise<string | { readonly counts: Counts }> {
  const unpacking = packer === undefined ? undefined : unpacker(packer, file, 'pipe')
  const unpacked = unpacking && endOf(unpacking)
  const receiving = spawn(node, [...args, '--dropped', JSON.stringify(dropped)], {
    stdio: [unpacking?.stdout ?? file, 'ignore', 'ignore'],
  })
  const received = endOf(receiving)
  // Only these processes hold the pipe: each must see the end of the other.
  unpacking?.stdout?.destroy()
  const code = await received
  const unpackCode = await unpacked
  const counts = COUNTS.get(code)
  if (counts === undefined) return `it was not received (see the log): ${code}`
  if (unpackCode !== undefined && unpackCode !== 0) return notToItsEnd(packer, unpackCode)
  return { counts }
}

/** @returns why a packed file is not whole; undefined if it is */
export async function whyNotWhole(file: number, packer: string): Promise<string | undefined> {
  const code = await endOf(unpacker(packer, file, 'ignore'))
  return code === 0 ? undefined : notToItsEnd(packer, code)
}

const unpacker = (packer: string, file: number, out: 'pipe' | 'ignore'): ChildProcess =>
  spawn(packer, ['-dc'], { env: { PATH: PROGRAM_PATH }, stdio: [file, out, 'ignore'] })

const notToItsEnd = (packer: string | undefined, code: number | string): string =>
  `it could not be unpacked to its end (${packer}: ${code}): what came out is in the spool`

function endOf(child: ChildProcess): Promise<number | string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(errnoOf(error)))
    child.once('exit', (code, signal) => resolve(code ?? String(signal)))
  })
}
