/**
 * Turns to scrub: few cores at once, since each takes memory beside its buffer.
 *
 * A turn ends by itself, so that one that hangs does not keep it from the others. A core that is still being read has
 * none and waits for none. Nobody hands a turn on: whoever was killed is no longer among those at work. @module
 */
import path from 'node:path'
import { MintmarkError } from '@mintmark/core'
import { READ, type Spool, type SpoolEntry } from './spool.ts'

/** Cores of one spool that are scrubbed at once; each takes some 230 MB of memory beside its buffer. */
const MOST_TURNS = 2
const POLL_MS = 100
/** For those who are not next: each probe goes through what all others say. */
const FAR_POLL_MS = 500
/** A turn lasts so long, and as long as a tenth of the usual speed of a busy machine takes. */
const LEAST_MS = 600_000
const BYTES_A_MS = 1_000

/** In the folder of a core, while it is unfinished: its turn began, and ends then. */
const TURN = /^turn-(\d+)$/

/** How long the turn of a core may last, in milliseconds. */
export const turnMs = (bytes: number): number => LEAST_MS + bytes / BYTES_A_MS

/** Waits for the turn of a core that was read; the oldest first, save one that does not take it. */
export async function takeTurn(spool: Spool, entry: SpoolEntry, lastsMs: number): Promise<void> {
  entry.say(READ)
  for (let free = 0; ; ) {
    const { taken, ahead } = waiting(spool, entry)
    free = taken < MOST_TURNS ? free + 1 : 0
    if (free > ahead && isTaken(spool, entry, lastsMs)) return
    // oxlint-disable-next-line no-await-in-loop -- that is what it waits for
    await new Promise((resolve) => {
      setTimeout(resolve, ahead === 0 ? POLL_MS : FAR_POLL_MS)
    })
  }
}

/**
 * Waits for work no longer than a turn lasts.
 *
 * @throws {MintmarkError} `PROGRAM_FAILED` once it is over; the work may still go on then
 */
export async function within<T>(lastsMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const message = `its scrub had not ended after ${Math.round(lastsMs / 1000)} seconds`
    timer = setTimeout(() => reject(new MintmarkError('PROGRAM_FAILED', message)), lastsMs)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Says that it has one, and counts then: two at one moment may both be refused, and never both be let in. */
function isTaken(spool: Spool, entry: SpoolEntry, lastsMs: number): boolean {
  const note = `turn-${Math.ceil(uptimeMs() + lastsMs)}`
  entry.say(note)
  if (waiting(spool, entry).taken <= MOST_TURNS) return true
  entry.unsay(note)
  return false
}

/** How many turns are taken, and how many that began before this one wait for theirs. */
function waiting(spool: Spool, entry: SpoolEntry): { taken: number; ahead: number } {
  const own = path.basename(entry.folder)
  const nowMs = uptimeMs()
  let [taken, ahead, isBefore] = [0, 0, true]
  for (const { name, notes } of spool.saidAtWork()) {
    const ends = notes.map((note) => TURN.exec(note)?.[1]).find((end) => end !== undefined)
    if (ends !== undefined && Number(ends) > nowMs) taken++
    if (name === own) isBefore = false
    else if (isBefore && ends === undefined && notes.includes(READ)) ahead++
  }
  return { taken, ahead }
}

/** Of the clock that nobody sets, the same for all processes; in milliseconds. */
const uptimeMs = (): number => Number(process.hrtime.bigint() / 1_000_000n)
