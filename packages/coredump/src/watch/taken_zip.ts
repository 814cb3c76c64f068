/** Takes a zip archive, each dump like a file. It goes only once all of it is in the spool. */
import type { Stats } from 'node:fs'
import { MintmarkError } from '@mintmark/core'
import { type DumpHead, dumpHeadOf, HEAD_BYTES } from '@mintmark/scan/packing/dump_head'
import { openZip, type ZipArchive, type ZipMember } from '../receive/zip_archive.ts'
import { droppedFile, type ReceiveCall, receiveFrom } from './receive_call.ts'
import {
  type Counts,
  failed,
  left,
  type MemberNote,
  removeSame,
  type TakeHow,
  type Taken,
} from './taken.ts'
import { fileId, memberId } from './taken_before.ts'

export interface OpenedArchive {
  readonly filePath: string
  readonly file: number
  readonly stats: Stats
}

type RefusalOf = (head: DumpHead) => Taken | undefined

interface Fate {
  readonly name: string
  readonly fate: 'dump' | 'text' | 'left'
  readonly why?: string
}

const STAYS = 'the archive stays as it is'

export async function takeZip(
  archive: OpenedArchive,
  call: ReceiveCall,
  how: TakeHow,
  refusalOf: RefusalOf,
): Promise<Taken> {
  try {
    const zip = await openZip(archive.file)
    const fates: Fate[] = []
    for (const member of zip.members.filter(({ bytes }) => bytes > 0)) {
      // oxlint-disable-next-line no-await-in-loop -- one after another: each takes memory
      fates.push({ name: member.name, ...(await fateOf(zip, member, refusalOf)) })
    }
    if (fates.every(({ fate }) => fate === 'text')) return { outcome: 'no-dump' }
    const claim = how.claim?.()
    if (claim === 'elsewhere') return { outcome: 'elsewhere' }
    if (claim === 'done') return { outcome: 'no-dump' }
    try {
      return await takeMembers(archive, fates, call, how)
    } finally {
      claim?.release()
    }
  } catch (error) {
    if (error instanceof MintmarkError) return left(`it is a zip archive, and ${error.message}`)
    throw error
  }
}

/** By the first bytes of a member, which is read to its end: one that is damaged throws. */
async function fateOf(
  zip: ZipArchive,
  member: ZipMember,
  refusalOf: RefusalOf,
): Promise<Omit<Fate, 'name'>> {
  if (member.refusal !== undefined) return { fate: 'left', why: member.refusal }
  const bytes = Buffer.alloc(Math.min(HEAD_BYTES, member.bytes))
  let length = 0
  try {
    for await (const chunk of zip.read(member)) {
      length += chunk.copy(bytes, length)
      chunk.fill(0)
    }
    const head = dumpHeadOf(bytes.subarray(0, length))
    if (head.packer !== undefined)
      return { fate: 'left', why: `it is packed again (${head.packer})` }
    const taken = refusalOf(head)
    if (taken === undefined) return { fate: 'dump' }
    return 'why' in taken ? { fate: 'left', why: taken.why } : { fate: 'text' }
  } finally {
    bytes.fill(0)
  }
}

const RANKS: readonly Counts[] = ['nothing', 'lead', 'found']

interface Received {
  readonly failures: MemberNote[]
  counts: Counts | undefined
  /** One could not be made clean before: it has only a report. */
  isUnclean: boolean
}

async function takeMembers(
  archive: OpenedArchive,
  fates: readonly Fate[],
  call: ReceiveCall,
  how: TakeHow,
): Promise<Taken> {
  const { filePath, stats } = archive
  const before = how.before?.() ?? new Map()
  const named = (wanted: Fate['fate']) => fates.filter(({ fate }) => fate === wanted)
  const received: Received = { failures: [], counts: undefined, isUnclean: false }
  const { failures } = received
  const takeAll = async (some: readonly Fate[]): Promise<void> => {
    // oxlint-disable-next-line no-await-in-loop -- one after another keeps to the bound of memory
    for (const { name } of some) await takeMember(archive, name, call, before, received)
  }
  await takeAll(named('dump'))
  const [texts, refused] = [named('text'), named('left')]
  const isGoing = how.isRemoved && refused.length === 0 && failures.length === 0
  if (isGoing) await takeAll(texts)
  const { counts, isUnclean } = received
  const members: readonly MemberNote[] = [
    ...failures,
    ...refused.map(({ name, why }) => ({ name, text: `not taken, ${why}`, isProblem: true })),
    ...(isGoing ? [] : texts).map(({ name }) => ({ name, text: 'no dump', isProblem: false })),
  ]
  const ofMembers = { members, ...(counts && { written: counts }) }
  const counted = `${failures.length + refused.length} of ${fates.length} members`
  if (failures.length > 0)
    return { ...failed(`${counted} are not in the spool: ${STAYS}`), ...ofMembers }
  if (refused.length > 0) return { ...left(`${counted} cannot be taken: ${STAYS}`), ...ofMembers }
  const isRemoved = isGoing && !isUnclean
  const kept = isRemoved ? removeSame(filePath, stats) : undefined
  if (kept !== undefined) return { ...failed(kept), ...ofMembers }
  if (counts === undefined) return { outcome: isRemoved ? 'removed' : 'no-dump' }
  return { outcome: 'written', counts, isRemoved, members }
}

async function takeMember(
  { filePath, file, stats }: OpenedArchive,
  name: string,
  call: ReceiveCall,
  before: ReadonlyMap<string, 'core' | 'report'>,
  received: Received,
): Promise<void> {
  const id = fileId(filePath, stats.ino, stats.size, Math.floor(stats.mtimeMs))
  const state = before.get(memberId(id, name))
  if (state === 'report') received.isUnclean = true
  if (state !== undefined) return
  const dropped = { ...droppedFile(filePath, stats), member: name }
  const why = await receiveFrom({ file, packer: undefined, dropped }, call)
  if (typeof why === 'string')
    received.failures.push({ name, text: `not taken, ${why}`, isProblem: true })
  else {
    const rank = RANKS.indexOf(received.counts ?? 'nothing')
    received.counts = RANKS[Math.max(RANKS.indexOf(why.counts), rank)]
  }
}
