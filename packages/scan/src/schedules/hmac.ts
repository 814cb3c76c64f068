/**
 * HMAC keys by their two pads: 64 bytes and more with 0x6a between (RFC 2104). A key that fills its
 * block leaves open which is which. Kernel: `assembly/hmac_pads.ts`.
 */
import { type KernelMemory, kernelFunction, LAYOUT } from '../anchors/kernel_memory.ts'
import type { Match } from '../anchors/match.ts'
import type { WindowSearch } from '../anchors/window_search.ts'
import { isTestKey } from './drbg.ts'
import { hmacPadsWasm } from './hmac_pads.wasm.ts'

/** A run of bytes that differ by 0x6a from those `distance` further on. */
export interface PadHit {
  readonly at: number
  readonly distance: number
  readonly length: number
}

/** From the begin of the first block to the end of the second, at most. */
export const PADS_REACH: number = 1024 + 144
/** Lengths of runs, their distance, and bytes beside a block that may fit by chance. */
export const PADS: Readonly<Record<'shortest' | 'longest' | 'farthest' | 'chance', number>> = {
  shortest: 64,
  longest: 144,
  farthest: 1024,
  chance: 7,
}

const CAPACITY = Math.floor(LAYOUT.hitBytes / 12)

export class PadKernel {
  readonly #memory: KernelMemory
  readonly #find: (...args: readonly number[]) => number

  constructor(memory: KernelMemory) {
    this.#memory = memory
    this.#find = kernelFunction(memory.start(hmacPadsWasm), 'find_pads')
  }

  /**
   * Pairs that begin in `[from, to)`, ascending, a multiple of `step` apart. Step 8 skips words
   * without upper 16 bits, step 1 half zeros: no pad is either. More than two copies within 1 KiB
   * may hide pairs.
   */
  find(bytes: Uint8Array, from: number, to: number, step: 1 | 8): readonly PadHit[] {
    const base = this.#memory.place(bytes)
    const found = new Map<string, PadHit>()
    const { hits } = this.#memory
    let at = base + from
    do {
      const count = this.#find(
        at,
        base + from,
        base + to,
        base,
        base + bytes.length,
        step,
        LAYOUT.pads,
        LAYOUT.hits,
        CAPACITY,
        LAYOUT.resume,
      )
      for (let i = 0; i < 3 * count; i += 3) {
        const offset = (hits[i] ?? 0) - base
        const distance = hits[i + 1] ?? 0
        found.set(`${offset} ${distance}`, { at: offset, distance, length: hits[i + 2] ?? 0 })
      }
      at = this.#memory.resume
    } while (at !== 0)
    return [...found.values()].toSorted((a, b) => a.at - b.at || a.distance - b.distance)
  }
}

const IPAD = 0x36
const OPAD = 0x5c
/** Of SHA-1 and SHA-256, SHA-512, SHA3 of 512, 384, 256 and 224 bits. */
const BLOCKS = [144, 136, 128, 104, 72, 64] as const
const SHORTEST_KEY = 8
const LEAST_DIFFERENT = 6

export class HmacSearch implements WindowSearch {
  readonly name = 'hmac'
  readonly reach: number = PADS_REACH
  readonly least: number = 2 * Math.min(...BLOCKS)
  readonly #kernel: PadKernel
  readonly #step: 1 | 8

  /** @param isDeep at any distance, not only multiples of 8 */
  constructor(memory: KernelMemory, isDeep: boolean) {
    this.#kernel = new PadKernel(memory)
    this.#step = isDeep ? 1 : 8
  }

  search(bytes: Uint8Array, from: number, to: number): readonly Match[] {
    const hits = this.#kernel.find(bytes, from, to, this.#step)
    return hits.flatMap((hit) => detectPads(bytes, hit) ?? [])
  }
}

export function detectPads(bytes: Uint8Array, hit: PadHit): Match | undefined {
  const block = BLOCKS.find((size) => size <= hit.length && size <= hit.distance)
  if (block === undefined) return undefined
  const { lead, padding, pad } = paddingOf(bytes.subarray(hit.at, hit.at + hit.length), block)
  const length = block - padding
  const from = hit.at + lead
  const secret = bytes.slice(from, from + length).map((byte) => byte ^ pad)
  const isPadded = padding > 0
  if (length < SHORTEST_KEY || new Set(secret).size < LEAST_DIFFERENT) return undefined
  if (!isPadded && isProducts(secret)) return undefined
  return {
    offset: from,
    length: hit.distance + block,
    form: 'hmac-pads',
    key: {
      kind: 'hmac',
      bits: length * 8,
      certainty: isPadded ? 'proven' : 'candidate',
      proof: isPadded
        ? `two blocks of ${block} bytes are one key XOR ipad and XOR opad`
        : `two blocks of ${block} bytes differ by ipad XOR opad; which is which is not known`,
      note: isTestKey(secret) ? 'self-test' : undefined,
      material: { type: 'hmac', secret, publicKey: undefined },
    },
  }
}

/**
 * A row of a GF(2^8) multiplication table: values at i XOR j are those XORed, but for a constant.
 * Rows may differ by 0x6a (seen in libnorm and libpgm).
 */
function isProducts(values: Uint8Array): boolean {
  const first = values[0] ?? 0
  return values.every((value, i) => {
    const lowest = i & -i
    return value === ((values[lowest] ?? 0) ^ (values[i ^ lowest] ?? 0) ^ first)
  })
}

/** Neighbours can fit by chance: the offset with the longest padding at its end wins. */
function paddingOf(
  run: Uint8Array,
  block: number,
): { readonly lead: number; readonly padding: number; readonly pad: number } {
  let best = { lead: 0, padding: 0, pad: IPAD }
  for (let lead = 0; lead + block <= run.length; lead++) {
    const pad = run[lead + block - 1] === OPAD ? OPAD : IPAD
    let padding = 0
    while (padding < block && run[lead + block - 1 - padding] === pad) padding++
    if (padding > best.padding) best = { lead, padding, pad }
  }
  return best
}
