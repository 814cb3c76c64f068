/**
 * Offsets at which encoded text can be. Kernel: `assembly/encoded_offsets.ts`; a property test
 * compares it with a reference.
 */
import { type KernelMemory, kernelFunction, LAYOUT } from '../anchors/kernel_memory.ts'
import { isBase64Letter } from '../text/base64.ts'
import { isDigit, isListed } from '../text/number_text.ts'
import { encodedOffsetsWasm } from './encoded_offsets.wasm.ts'

/** What the kernel examines from an offset on, in bytes. */
const READ_BYTES = 16
export const LEAST_DIGITS = 6

const KINDS = [isBase64Letter, isListed, isDigit]

const MOST_OFFSETS = LAYOUT.hitBytes / 4 - 1

export class EncodedOffsets {
  readonly #memory: KernelMemory
  readonly #find: (...args: readonly number[]) => number

  constructor(memory: KernelMemory) {
    this.#memory = memory
    memory.bytes.set(tables(), LAYOUT.encoded)
    this.#find = kernelFunction(memory.start(encodedOffsetsWasm), 'encoded_offsets')
  }

  /** Of `from`, `from` + `step`, … before `to`; ascending. */
  find(bytes: Uint8Array, from: number, to: number, step: number): number[] {
    const base = this.#memory.put(bytes)
    // The kernel sees what is behind the bytes as well: that is examined here.
    const last = Math.min(to, bytes.length - READ_BYTES + 1)
    const found: number[] = []
    for (let at = from; at < last; at += MOST_OFFSETS * step) {
      const end = Math.min(last, at + MOST_OFFSETS * step)
      const count = this.#find(base + at, base + end, step, LAYOUT.encoded, LAYOUT.hits)
      for (const offset of this.#memory.hits.subarray(0, count)) found.push(offset - base)
    }
    return found
  }
}

/** As the kernel has them. No byte of 0x80 and more is of any kind. */
function tables(): Uint8Array {
  const all = new Uint8Array(64)
  for (let byte = 0; byte < 128; byte++) {
    const [lower, upper] = [byte & 15, byte >> 4]
    for (const [kind, isOne] of KINDS.entries()) {
      const at = 16 * kind + lower
      if (isOne(byte)) all[at] = (all[at] ?? 0) | (1 << upper)
    }
    all[48 + upper] = 1 << upper
  }
  return all
}
