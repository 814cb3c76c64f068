/** Few scrubs at once, since each takes memory. Slots expire, and end with a killed receiver. */
import path from 'node:path'
import { MintmarkError } from '@mintmark/core'
import { READ, type Spool, type SpoolEntry } from './spool.ts'

/** Scrubs at once in a spool; each takes some 230 MB of memory beside its buffer. */
const MOST_SLOTS = 2
const POLL_MS = 100
const FAR_POLL_MS = 500
/** A slot lasts so long, and a tenth of the usual speed of a busy machine on top. */
const LEAST_MS = 600_000
const BYTES_A_MS = 1_000

/** Name of a file in the folder of an unfinished core: when its slot ends. */
const SLOT = /^turn-(\d+)$/

export const slotMs = (bytes: number): number => LEAST_MS + bytes / BYTES_A_MS

/** The oldest core first, unless it does not take its slot. */
export async function takeSlot(spool: Spool, entry: SpoolEntry, lastsMs: number): Promise<void> {
  entry.say(READ)
  for (let free = 0; ; ) {
    const { taken, ahead } = waiting(spool, entry)
    free = taken < MOST_SLOTS ? free + 1 : 0
    if (free > ahead && isTaken(spool, entry, lastsMs)) return
    // oxlint-disable-next-line no-await-in-loop -- that is what it waits for
    await new Promise((resolve) => {
      setTimeout(resolve, ahead === 0 ? POLL_MS : FAR_POLL_MS)
    })
  }
}

/** @throws {MintmarkError} `PROGRAM_FAILED` after a slot's time; the work may still go on */
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

/** Takes a slot, then counts: two at one moment may both be refused, but never both get one. */
function isTaken(spool: Spool, entry: SpoolEntry, lastsMs: number): boolean {
  const note = `turn-${Math.ceil(uptimeMs() + lastsMs)}`
  entry.say(note)
  if (waiting(spool, entry).taken <= MOST_SLOTS) return true
  entry.unsay(note)
  return false
}

function waiting(spool: Spool, entry: SpoolEntry): { taken: number; ahead: number } {
  const own = path.basename(entry.folder)
  const nowMs = uptimeMs()
  let [taken, ahead, isBefore] = [0, 0, true]
  for (const { name, notes } of spool.saidAtWork()) {
    const ends = notes.map((note) => SLOT.exec(note)?.[1]).find((end) => end !== undefined)
    if (ends !== undefined && Number(ends) > nowMs) taken++
    if (name === own) isBefore = false
    else if (isBefore && ends === undefined && notes.includes(READ)) ahead++
  }
  return { taken, ahead }
}

/** Milliseconds of the monotonic clock, the same for all processes. */
const uptimeMs = (): number => Number(process.hrtime.bigint() / 1_000_000n)
