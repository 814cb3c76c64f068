/**
 * Takes one dropped zip archive: each dump in it goes through the gate like a dropped file.
 *
 * The archive is removed once all its members are in the spool: text beside a dump is scrubbed and kept there too. While
 * something in it is not taken it stays, and so does all of it. @module
 */
import type { Stats } from 'node:fs'
import { MintmarkError } from '@mintmark/core'
import { openZip } from '../receive/zip_archive.ts'
import { removeSame } from '../spool/remove_same.ts'
import { droppedFile, type ReceiveCall, receiveFrom } from './receive_call.ts'
import { type Counts, failed, left, type MemberNote, type TakeHow, type Taken } from './taken.ts'
import { fileId, memberId } from './taken_before.ts'
import { fatesOf, type MemberFate, type RefusalOf } from './zip_members.ts'

export interface OpenedArchive {
  readonly place: string
  readonly file: number
  readonly stats: Stats
}

const STAYS = 'the archive stays as it is'

export async function takeZip(
  archive: OpenedArchive,
  call: ReceiveCall,
  how: TakeHow,
  refusalOf: RefusalOf,
): Promise<Taken> {
  try {
    const fates = await fatesOf(await openZip(archive.file), refusalOf)
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

async function takeMembers(
  archive: OpenedArchive,
  fates: readonly MemberFate[],
  call: ReceiveCall,
  how: TakeHow,
): Promise<Taken> {
  const { place, stats } = archive
  const taker = new MemberTaker(archive, call, how.before?.() ?? new Map())
  const refused = fates.flatMap((each) => (each.fate === 'left' ? [each] : []))
  await taker.takeAll(named(fates, 'dump'))
  const texts = named(fates, 'text')
  const isGoing = how.isRemoved && refused.length === 0 && taker.failures.length === 0
  if (isGoing) await taker.takeAll(texts)
  const members: readonly MemberNote[] = [
    ...taker.failures,
    ...refused.map(({ name, why }) => ({ name, text: `not taken, ${why}`, isProblem: true })),
    ...(isGoing ? [] : texts).map((name) => ({ name, text: 'no dump', isProblem: false })),
  ]
  const ofMembers = { members, ...(taker.counts && { landed: taker.counts }) }
  const counted = `${taker.failures.length + refused.length} of ${fates.length} members`
  if (taker.failures.length > 0)
    return { ...failed(`${counted} are not in the spool: ${STAYS}`), ...ofMembers }
  if (refused.length > 0) return { ...left(`${counted} cannot be taken: ${STAYS}`), ...ofMembers }
  if (!isGoing || taker.isUnclean) return taker.landed(members)
  const kept = removeSame(place, stats)
  if (kept !== undefined) return { ...failed(kept), ...ofMembers }
  if (taker.counts === undefined) return { outcome: 'removed' }
  return { outcome: 'written', counts: taker.counts, isRemoved: true, members }
}

const named = (fates: readonly MemberFate[], fate: MemberFate['fate']): readonly string[] =>
  fates.filter((each) => each.fate === fate).map(({ name }) => name)

const RANKS: readonly Counts[] = ['nothing', 'lead', 'found']

/** Takes members one after another, each in a process of its own. */
class MemberTaker {
  readonly #archive: OpenedArchive
  readonly #call: ReceiveCall
  readonly #before: ReadonlyMap<string, 'core' | 'report'>
  readonly failures: MemberNote[] = []
  /** Of those that were written now; undefined where none was. */
  counts: Counts | undefined
  /** One could not be made clean before: it has only a report. */
  isUnclean = false

  constructor(
    archive: OpenedArchive,
    call: ReceiveCall,
    before: ReadonlyMap<string, 'core' | 'report'>,
  ) {
    this.#archive = archive
    this.#call = call
    this.#before = before
  }

  async takeAll(names: readonly string[]): Promise<void> {
    // oxlint-disable-next-line no-await-in-loop -- one after another keeps to the bound of memory
    for (const name of names) await this.#take(name)
  }

  /** Members in the spool, of an archive that stays. */
  landed(members: readonly MemberNote[]): Taken {
    if (this.counts === undefined) return { outcome: 'no-dump' }
    return { outcome: 'written', counts: this.counts, isRemoved: false, members }
  }

  async #take(name: string): Promise<void> {
    const { place, file, stats } = this.#archive
    const id = fileId(place, stats.ino, stats.size, Math.floor(stats.mtimeMs))
    const state = this.#before.get(memberId(id, name))
    if (state === 'report') this.isUnclean = true
    if (state !== undefined) return
    const dropped = { ...droppedFile(place, stats), member: name }
    const why = await receiveFrom({ file, packer: undefined, dropped }, this.#call)
    if (typeof why === 'string')
      this.failures.push({ name, text: `not taken, ${why}`, isProblem: true })
    else this.counts = RANKS[Math.max(RANKS.indexOf(why.counts), this.#rank())]
  }

  #rank(): number {
    return this.counts === undefined ? 0 : RANKS.indexOf(this.counts)
  }
}
