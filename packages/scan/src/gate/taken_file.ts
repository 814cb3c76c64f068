/**
 * One dump that another system dropped: through the gate, in a process of its own, and then away.
 *
 * The process is `mintmark gate receive`, as for the kernel: its memory and its crash are its own. The raw file goes
 * only once its core lies scrubbed and durable in the spool, and only if it is still the very file that was read.
 *
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process'
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  type Stats,
  unlinkSync,
} from 'node:fs'
import { safeText } from '@mintmark/core'
import { howToUnpack } from '../packers.ts'
import type { ClassPolicy } from '../policy.ts'
import { type DumpHead, dumpHead, PROGRAM_PATH } from './dump_head.ts'
import type { DroppedFile } from './gate_report.ts'
import { errnoOf } from './spool.ts'

/** Calls `mintmark gate receive` for a file; its exit code tells whether the core landed. */
export interface ReceiveCall {
  readonly node: string
  /** Up to `receive` and its options. */
  readonly args: readonly string[]
}

type Counts = ClassPolicy['counts']

/** Exit codes of what receives a core that landed. */
const COUNTS: ReadonlyMap<number | string, Counts> = new Map([
  [0, 'nothing'],
  [1, 'found'],
  [4, 'lead'],
])

export type Taken =
  /** It lies in the spool; what was erased counts as `counts`. */
  | { readonly outcome: 'landed'; readonly counts: Counts; readonly isRemoved: boolean }
  /** Text, which is no dump, or nothing. */
  | { readonly outcome: 'no-dump' }
  /** It may be a dump and is not taken, however often it is looked at. */
  | { readonly outcome: 'left'; readonly why: string }
  /** Its core lay in the spool already: what took it was ended before it could remove the raw file. */
  | { readonly outcome: 'removed' }
  /** Another watch has it. */
  | { readonly outcome: 'elsewhere' }
  | { readonly outcome: 'failed'; readonly why: string }

/** What gives a dump up again that nobody else may take meanwhile, and whether only its raw file is left; or why it is not to be taken. */
export type Claim =
  | { readonly release: () => void; readonly hasLanded: boolean }
  | 'elsewhere'
  | 'done'

export async function takeFile(
  place: string,
  call: ReceiveCall,
  how: { readonly isRemoved: boolean; readonly claim?: () => Claim },
): Promise<Taken> {
  let file: number | undefined
  let claim: Claim | undefined
  try {
    const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants
    file = openSync(place, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    const stats = fstatSync(file)
    if (!stats.isFile()) return { outcome: 'no-dump' }
    const head = dumpHead(file)
    const refusal = refusalOf(head)
    if (refusal !== undefined) return refusal
    const { packer } = head
    claim = how.claim?.()
    if (claim === 'elsewhere') return { outcome: 'elsewhere' }
    if (claim === 'done') return { outcome: 'no-dump' }
    if (claim?.hasLanded === true) return await removeLanded(place, stats, { file, packer })
    const why = await receiveFrom({ file, packer, dropped: droppedFile(place, stats) }, call)
    if (typeof why === 'string') return { outcome: 'failed', why }
    if (!how.isRemoved) return { outcome: 'landed', ...why, isRemoved: false }
    const kept = removeSame(place, stats)
    if (kept !== undefined) return { outcome: 'failed', why: kept }
    return { outcome: 'landed', ...why, isRemoved: true }
  } catch (error) {
    return { outcome: 'failed', why: `the system said ${errnoOf(error)}` }
  } finally {
    if (file !== undefined) closeSync(file)
    if (typeof claim === 'object') claim.release()
  }
}

const failed = (why: string): Taken => ({ outcome: 'failed', why })
const left = (why: string): Taken => ({ outcome: 'left', why })

const NO_FORMAT =
  'it has the head of no known dump format: if it is an image of memory, "mintmark scrub" takes it'

/** What becomes of a file that is not to be taken, by its first bytes; undefined if it is. */
function refusalOf(head: DumpHead): Taken | undefined {
  const { isDump, packer, isPackerMissing, isDamaged, pagesPackedBy, isBinary } = head
  if (isPackerMissing) return failed(`it is packed, and there is no ${packer}`)
  if (isDamaged) return failed(`nothing comes out of it (${packer}): it is cut or damaged`)
  if (pagesPackedBy !== undefined)
    return left(`its pages are packed by ${pagesPackedBy}: ${howToUnpack(pagesPackedBy)}`)
  if (isDump || head.isCrashReport) return undefined
  if (head.archive !== undefined)
    return left(`it holds files of its own (${head.archive}): unpack it into this folder`)
  return isBinary ? left(NO_FORMAT) : { outcome: 'no-dump' }
}

/** Of a packed file the core may be less than there was to come: it is unpacked once more, to nowhere. */
async function removeLanded(
  place: string,
  stats: Stats,
  { file, packer }: { readonly file: number; readonly packer: string | undefined },
): Promise<Taken> {
  if (packer !== undefined) {
    const code = await endOf(unpacker(packer, file, 'ignore'))
    if (code !== 0) return { outcome: 'failed', why: notToItsEnd(packer, code) }
  }
  const kept = removeSame(place, stats)
  return kept === undefined ? { outcome: 'removed' } : { outcome: 'failed', why: kept }
}

const unpacker = (packer: string, file: number, out: 'pipe' | 'ignore'): ChildProcess =>
  spawn(packer, ['-dc'], { env: { PATH: PROGRAM_PATH }, stdio: [file, out, 'ignore'] })

const notToItsEnd = (packer: string | undefined, code: number | string): string =>
  `it could not be unpacked to its end (${packer}: ${code}): what came out is in the spool`

export function droppedFile(place: string, stats: Stats): DroppedFile {
  return { path: place, bytes: stats.size, modifiedMs: Math.floor(stats.mtimeMs), inode: stats.ino }
}

/** @returns why it did not land, or what was found */
async function receiveFrom(
  from: { readonly file: number; readonly packer: string | undefined } & {
    readonly dropped: DroppedFile
  },
  { node, args }: ReceiveCall,
): Promise<string | { readonly counts: Counts }> {
  const { file, packer, dropped } = from
  const unpacking = packer === undefined ? undefined : unpacker(packer, file, 'pipe')
  const unpacked = unpacking && endOf(unpacking)
  const receiving = spawn(node, [...args, '--dropped', JSON.stringify(dropped)], {
    stdio: [unpacking?.stdout ?? file, 'ignore', 'ignore'],
  })
  const received = endOf(receiving)
  // Theirs alone: the end of one is to be seen by the other.
  unpacking?.stdout?.destroy()
  const code = await received
  const unpackCode = await unpacked
  const counts = COUNTS.get(code)
  if (counts === undefined) return `it was not received (see the log): ${code}`
  if (unpackCode !== undefined && unpackCode !== 0) return notToItsEnd(packer, unpackCode)
  return { counts }
}

function endOf(child: ChildProcess): Promise<number | string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(errnoOf(error)))
    child.once('exit', (code, signal) => resolve(code ?? String(signal)))
  })
}

/** @returns why it is still there */
function removeSame(place: string, read: Stats): string | undefined {
  const now = lstatSync(place)
  const isSame = now.dev === read.dev && now.ino === read.ino
  if (!isSame || now.size !== read.size || now.mtimeMs !== read.mtimeMs)
    return `${safeText(place)} was changed while it was read: it is left there`
  unlinkSync(place)
  return undefined
}
