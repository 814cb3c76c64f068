/**
 * Takes one dropped dump in its own process. The raw file goes once its core is durable, if it is
 * still the file that was read.
 */
import { closeSync, constants, fstatSync, openSync, type Stats } from 'node:fs'
import { errnoOf } from '@mintmark/core'
import { type DumpHead, dumpHead } from '@mintmark/scan/packing/dump_head'
import { howToUnpack } from '@mintmark/scan/packing/packers'
import { droppedFile, type ReceiveCall, receiveFrom, whyNotWhole } from './receive_call.ts'
import { failed, left, removeSame, type TakeHow, type Taken } from './taken.ts'

export async function takeFile(filePath: string, call: ReceiveCall, how: TakeHow): Promise<Taken> {
  let file: number | undefined
  try {
    const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants
    file = openSync(filePath, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    const stats = fstatSync(file)
    if (!stats.isFile()) return { outcome: 'no-dump' }
    const head = dumpHead(file)
    if (head.archive === 'zip' && head.packer === undefined) {
      const { takeZip } = await import('./taken_zip.ts')
      return await takeZip({ filePath, file, stats }, call, how, refusalOf)
    }
    return (
      refusalOf(head) ?? (await takeDump({ filePath, file, stats, packer: head.packer }, call, how))
    )
  } catch (error) {
    return failed(`the system said ${errnoOf(error)}`)
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

interface OpenedDump {
  readonly filePath: string
  readonly file: number
  readonly stats: Stats
  readonly packer: string | undefined
}

async function takeDump(dump: OpenedDump, call: ReceiveCall, how: TakeHow): Promise<Taken> {
  const { filePath, file, stats, packer } = dump
  const claim = how.claim?.()
  if (claim === 'elsewhere') return { outcome: 'elsewhere' }
  if (claim === 'done') return { outcome: 'no-dump' }
  try {
    if (claim?.isWritten === true) return await removeWritten(dump)
    const why = await receiveFrom({ file, packer, dropped: droppedFile(filePath, stats) }, call)
    if (typeof why === 'string') return failed(why)
    if (!how.isRemoved) return { outcome: 'written', ...why, isRemoved: false }
    const kept = removeSame(filePath, stats)
    return kept === undefined ? { outcome: 'written', ...why, isRemoved: true } : failed(kept)
  } finally {
    claim?.release()
  }
}

const NO_FORMAT =
  'it has the head of no known dump format: if it is an image of memory, "mintmark scrub" takes it'

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

/** The core of a packed file may be incomplete: it is unpacked again to check. */
async function removeWritten({ filePath, file, stats, packer }: OpenedDump): Promise<Taken> {
  const why = packer === undefined ? undefined : await whyNotWhole(file, packer)
  if (why !== undefined) return failed(why)
  const kept = removeSame(filePath, stats)
  return kept === undefined ? { outcome: 'removed' } : failed(kept)
}
