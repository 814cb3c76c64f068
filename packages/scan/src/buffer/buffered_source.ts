/**
 * Reads a buffered core: in shared memory up to a bound, the rest in an encrypted, nameless file.
 * AES-256-CTR under a random key for each core, which is in shared memory alone.
 */
import { readSync } from 'node:fs'
import { MintmarkError } from '@mintmark/core'
import type { FileSource, Range } from '@mintmark/dump'
import { type BufferedInput, CHUNK_BYTES, type Spill } from './buffer_layout.ts'
import { cipherAt } from './spill.ts'

/** Deciphered at a time: what is around in between is bounded by it. */
const STEP_BYTES = 1 << 18

/** Closing the source does not wipe the buffer. */
export function bufferedSource(input: BufferedInput): FileSource {
  const runs = new Float64Array(input.runs)
  return {
    size: input.size,
    close: () => {},
    read(offset, target) {
      const end = Math.max(offset, Math.min(input.size, offset + target.length))
      target.fill(0, 0, end - offset)
      for (let i = firstRunBehind(runs, offset); i < runs.length; i += 3) {
        const [start = 0, stored = 0, length = 0] = runs.subarray(i, i + 3)
        if (start >= end) break
        const from = Math.max(offset, start)
        const to = Math.min(end, start + length)
        readBuffered(input, stored + from - start, target.subarray(from - offset, to - offset))
      }
      return end - offset
    },
  }
}

export function bufferedData(input: BufferedInput): readonly Range[] {
  const runs = new Float64Array(input.runs)
  return Array.from({ length: runs.length / 3 }, (_, i) => ({
    offset: runs[3 * i] ?? 0,
    length: runs[3 * i + 2] ?? 0,
  }))
}

function firstRunBehind(runs: Float64Array, offset: number): number {
  let [low, high] = [0, runs.length / 3]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((runs[3 * middle] ?? 0) + (runs[3 * middle + 2] ?? 0) <= offset) low = middle + 1
    else high = middle
  }
  return 3 * low
}

function readBuffered(input: BufferedInput, at: number, target: Uint8Array): void {
  const inChunks = input.chunks.length * CHUNK_BYTES
  let done = 0
  while (done < target.length && at + done < inChunks) {
    const chunk = input.chunks[Math.floor((at + done) / CHUNK_BYTES)]
    const from = (at + done) % CHUNK_BYTES
    const length = Math.min(target.length - done, CHUNK_BYTES - from)
    if (chunk === undefined) break
    target.set(new Uint8Array(chunk, from, length), done)
    done += length
  }
  if (done < target.length) readSpill(input.spill, at + done - inChunks, target.subarray(done))
}

function readSpill(spill: Spill | undefined, at: number, target: Uint8Array): void {
  if (spill === undefined) throw unreadable('MISSING')
  for (let done = 0; done < target.length; done += STEP_BYTES) {
    const step = target.subarray(done, done + STEP_BYTES)
    readFully(spill.file, at + done, step)
    const plain = cipherAt(spill.secret, at + done).update(step)
    step.set(plain)
    plain.fill(0)
  }
}

function readFully(file: number, at: number, target: Uint8Array): void {
  let done = 0
  while (done < target.length) {
    const count = attempt(() => readSync(file, target, done, target.length - done, at + done))
    if (count === 0) throw unreadable('CUT')
    done += count
  }
}

function attempt<T>(action: () => T): T {
  try {
    return action()
  } catch (cause) {
    throw unreadable(cause instanceof Error && 'code' in cause ? String(cause.code) : 'UNKNOWN')
  }
}

function unreadable(errno: string): MintmarkError {
  const message = `the temporary file of a buffered core cannot be read: ${errno}`
  return new MintmarkError('INPUT_UNREADABLE', message, { errno })
}
