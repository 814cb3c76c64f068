/** Parts of a source, one after another as if they were a file. */
import { countBefore } from '@mintmark/core'
import type { ByteSource, Range } from '@mintmark/dump'

export class JoinedParts {
  readonly size: number
  readonly #parts: readonly Range[]
  readonly #begins: Float64Array

  constructor(parts: readonly Range[]) {
    this.#parts = parts
    this.#begins = new Float64Array(parts.length)
    let at = 0
    for (const [i, { length }] of parts.entries()) {
      this.#begins[i] = at
      at += length
    }
    this.size = at
  }

  rangesOf(at: number, length: number): readonly Range[] {
    const found: Range[] = []
    for (let i = this.#indexOf(at); i < this.#parts.length; i++) {
      const part = this.#parts[i]
      const begin = this.#begins[i] ?? 0
      if (part === undefined || begin >= at + length) break
      const from = Math.max(at, begin)
      const to = Math.min(at + length, begin + part.length)
      found.push({ offset: part.offset + from - begin, length: to - from })
    }
    return found
  }

  offsetOf({ offset, length }: Range): number | undefined {
    const index = this.#parts.findIndex(
      (part) => part.offset <= offset && offset + length <= part.offset + part.length,
    )
    const part = this.#parts[index]
    return part === undefined ? undefined : (this.#begins[index] ?? 0) + offset - part.offset
  }

  read(source: ByteSource, at: number, target: Uint8Array): number {
    let done = 0
    for (const { offset, length } of this.rangesOf(at, target.length)) {
      const present = source.read(offset, target.subarray(done, done + length))
      done += present
      if (present < length) break
    }
    return done
  }

  #indexOf(at: number): number {
    const begun = countBefore(this.#parts.length, (index) => (this.#begins[index] ?? 0) <= at)
    return Math.max(0, begun - 1)
  }
}
