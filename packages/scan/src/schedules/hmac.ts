/**
 * HMAC keys by their two pads: 64 bytes and more with 0x6a between (RFC 2104). A key that fills its
 * block leaves open which is which.
 */
import type { KernelMemory } from '../anchors/kernel_memory.ts'
import type { Match } from '../anchors/match.ts'
import type { WindowSearch } from '../anchors/window_search.ts'
import { PADS_REACH, type PadHit, PadKernel } from './hmac_pads.ts'
import { isTestKey } from './test_keys.ts'

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
    encoding: 'hmac-pads',
    key: {
      kind: 'hmac',
      bits: length * 8,
      certainty: isPadded ? 'verified' : 'unverified',
      verification: isPadded
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
