/**
 * How scripts keep a number that no library of numbers made: 32 bits in each number of an array.
 */
import { toBigEndian } from '@mintmark/keys/arithmetic/modular'

export interface Spelling {
  readonly encoding: string
  readonly bytes: Uint8Array
}

const WORD_BYTES = 4
const SLOT_BYTES = 8

type Write = (slot: DataView, word: number) => void

/** 32 bits in eight bytes: hash.js below elliptic (doubles), sjcl (signed words). */
const SLOTS: Readonly<Record<string, Write>> = {
  u64: (slot, word) => slot.setUint32(0, word, true),
  smi: (slot, word) => slot.setUint32(4, word, true),
  double: (slot, word) => slot.setFloat64(0, word, true),
  'signed-double': (slot, word) => slot.setFloat64(0, word | 0, true),
}

export function scriptSpellings(value: bigint, bits: number): readonly Spelling[] {
  const length = Math.ceil(bits / 32) * WORD_BYTES
  const big = toBigEndian(value, length)
  const words = Array.from({ length: length / WORD_BYTES }, (_, k) =>
    big.readUInt32BE(k * WORD_BYTES),
  )
  big.fill(0)
  const spellings = Object.entries(SLOTS).flatMap(([name, write]) => [
    { encoding: `words-be-${name}`, bytes: written(words, write) },
    { encoding: `words-le-${name}`, bytes: written(words.toReversed(), write) },
  ])
  words.fill(0)
  return spellings
}

function written(words: readonly number[], write: Write): Uint8Array {
  const bytes = new Uint8Array(words.length * SLOT_BYTES)
  for (const [k, word] of words.entries())
    write(new DataView(bytes.buffer, k * SLOT_BYTES, SLOT_BYTES), word)
  return bytes
}
