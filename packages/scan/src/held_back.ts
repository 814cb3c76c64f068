/**
 * Holds back what a scan is given once and looks at more than once: what a pipe gives, and what a packed dump holds.
 *
 * As the gate holds a core: in memory up to a bound, then in an encrypted file that has no name. Nothing of it is left
 * behind.
 *
 * @module
 */
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { MintmarkError, safeText } from '@mintmark/core'
import { CoreHold, fixedShare } from './gate/core_hold.ts'
import { BLOCK_BYTES } from './gate/hold_layout.ts'

/** Bytes of data that are held in memory; with what is on its way to the file 128 MiB. */
const MAX_MEMORY_BYTES = 112 << 20

/**
 * Gives `use` a hold, and wipes it afterwards.
 *
 * @throws {MintmarkError} `INPUT_UNREADABLE` if there is no folder for temporary files
 */
export async function withHold<T>(use: (hold: CoreHold) => Promise<T>): Promise<T> {
  const folder = temporaryFolder()
  const hold = new CoreHold({ folder, memory: fixedShare(MAX_MEMORY_BYTES) })
  try {
    return await use(hold)
  } finally {
    hold.wipe()
    rmdirSync(folder)
  }
}

/** Gives a hold its blocks from pieces of any length. */
export class BlockWriter {
  readonly #hold: CoreHold
  readonly #block: Buffer = Buffer.alloc(BLOCK_BYTES)
  #filled = 0

  constructor(hold: CoreHold) {
    this.#hold = hold
  }

  /** Bytes written. */
  get size(): number {
    return this.#hold.size + this.#filled
  }

  /** The caller may use `bytes` again. */
  write(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) {
      const piece = bytes.subarray(done, done + BLOCK_BYTES - this.#filled)
      this.#block.set(piece, this.#filled)
      done += piece.length
      this.#filled += piece.length
      if (this.#filled < BLOCK_BYTES) continue
      this.#hold.take(this.#block)
      this.#filled = 0
    }
  }

  /** The last block is given, and what was in this wiped. */
  end(): void {
    if (this.#filled > 0) this.#hold.take(this.#block.subarray(0, this.#filled))
    this.#filled = 0
    this.wipe()
  }

  wipe(): void {
    this.#block.fill(0)
  }
}

function temporaryFolder(): string {
  const place = tmpdir()
  try {
    return mkdtempSync(path.join(place, 'mintmark-scan-'))
  } catch (cause) {
    const errno = cause instanceof Error && 'code' in cause ? String(cause.code) : 'UNKNOWN'
    const shown = safeText(place)
    const message = `nothing can be held back in ${shown}: ${errno} (set TMPDIR to a folder that can be written to)`
    throw new MintmarkError('INPUT_UNREADABLE', message, { path: shown, errno }, { cause })
  }
}
