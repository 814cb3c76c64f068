/**
 * SM4 keys by their schedules, in both word orders, for encryption and decryption.
 *
 * Every step of this schedule goes through the S-box: it is looked for in small files without addresses alone, at every
 * byte whose surroundings look like round keys at all. Of a Java heap arrays of as many numbers alone are looked at.
 *
 * @module
 */
import type { Detected } from '../anchors/detected.ts'
import type { Run } from '../anchors/scan_plan.ts'
import type { WindowSearch } from '../anchors/window_search.ts'
import { SM4_ROUNDS, sm4Key, sm4Step } from './sm4_words.ts'
import { isTestKey } from './test_keys.ts'

const LENGTH: number = 4 * SM4_ROUNDS
/** Round keys look random: of the first bytes of one schedule in a million fewer are high, or more are zero. */
const HEAD = 32
const FEWEST_HIGHS = 4
const MOST_ZEROS = 4

/**
 * Whether a piece of memory that is `length` bytes long may hold a schedule: of a heap's arrays those that are one.
 *
 * @param array as of its run
 */
export function mayHoldSm4(length: number, array: Run['array']): boolean {
  return array === undefined || (array === 'number' && length === LENGTH)
}

/** Looks for SM4 key schedules at every byte. */
export class Sm4Search implements WindowSearch {
  readonly name = 'sm4'
  readonly reach: number = LENGTH
  readonly least: number = LENGTH

  search(bytes: Uint8Array, from: number, to: number): readonly Detected[] {
    const found: Detected[] = []
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    const last = Math.min(to, bytes.length - LENGTH + 1)
    // Of the bytes from the place on, as many as are told apart first.
    let highs = 0
    let zeros = 0
    for (let at = from; at < from + HEAD - 1; at++) {
      highs += highOf(bytes[at])
      zeros += zeroOf(bytes[at])
    }
    for (let at = from; at < last; at++) {
      highs += highOf(bytes[at + HEAD - 1])
      zeros += zeroOf(bytes[at + HEAD - 1])
      if (highs >= FEWEST_HIGHS && zeros <= MOST_ZEROS && beginsAt(view, at)) {
        found.push(...schedulesAt(view, at))
      }
      highs -= highOf(bytes[at])
      zeros -= zeroOf(bytes[at])
    }
    return found
  }
}

/** 1 for 0x80 and more. */
const highOf = (byte = 0): number => byte >>> 7

const zeroOf = (byte: number | undefined): number => (byte === 0 ? 1 : 0)

/** Whether the first five words, or the last five backwards, are of a schedule: of one place in 2^30. */
function beginsAt(view: DataView, at: number): boolean {
  const last = at + LENGTH - 4
  return (
    isStep(view, at, 4, false) ||
    isStep(view, at, 4, true) ||
    isStep(view, last, -4, false) ||
    isStep(view, last, -4, true)
  )
}

function isStep(view: DataView, first: number, stride: number, isSwapped: boolean): boolean {
  const three =
    view.getUint32(first + stride, isSwapped) ^
    view.getUint32(first + 2 * stride, isSwapped) ^
    view.getUint32(first + 3 * stride, isSwapped)
  const change = view.getUint32(first, isSwapped) ^ view.getUint32(first + 4 * stride, isSwapped)
  return change >>> 0 === sm4Step(three, 4)
}

/** The schedules in every order that lie at a place. */
function schedulesAt(view: DataView, at: number): Detected[] {
  const found: Detected[] = []
  for (const isSwapped of [false, true]) {
    for (const isReverse of [false, true]) {
      const roundKeys = roundKeysAt(view, at, isSwapped, isReverse)
      if (roundKeys !== undefined) found.push(detected(at, roundKeys, isSwapped, isReverse))
    }
  }
  return found
}

/** The round keys at a place, in the order of encryption; undefined where one is none. */
function roundKeysAt(
  view: DataView,
  at: number,
  isSwapped: boolean,
  isReverse: boolean,
): Uint32Array | undefined {
  const stride = isReverse ? -4 : 4
  const first = isReverse ? at + LENGTH - 4 : at
  let a = view.getUint32(first, isSwapped)
  let b = view.getUint32(first + stride, isSwapped)
  let c = view.getUint32(first + 2 * stride, isSwapped)
  let d = view.getUint32(first + 3 * stride, isSwapped)
  for (let i = 4; i < SM4_ROUNDS; i++) {
    const next = view.getUint32(first + i * stride, isSwapped)
    if ((next ^ a) >>> 0 !== sm4Step(b ^ c ^ d, i)) return undefined
    a = b
    b = c
    c = d
    d = next
  }
  return Uint32Array.from({ length: SM4_ROUNDS }, (_, i) =>
    view.getUint32(first + i * stride, isSwapped),
  )
}

/** Keys in use in the standard's own examples. */
const EXAMPLE = '0123456789abcdeffedcba9876543210'

function detected(
  offset: number,
  roundKeys: Uint32Array,
  isSwapped: boolean,
  isReverse: boolean,
): Detected {
  const secret = sm4Key(roundKeys)
  roundKeys.fill(0)
  const isExample = isTestKey(secret) || Buffer.from(secret).toString('hex') === EXAMPLE
  return {
    offset,
    length: LENGTH,
    kind: 'sm4',
    form: `${isReverse ? 'sm4-schedule-dec' : 'sm4-schedule-enc'}${isSwapped ? '-swapped' : ''}`,
    bits: 128,
    certainty: 'proven',
    proof: 'schedule expands',
    ...(isExample ? { note: 'self-test' as const } : {}),
    material: { type: 'sm4', secret, publicKey: undefined },
  }
}
