/** A table of low limbs, by open addressing: u32, index + 1 below and 14 bits of the limb above. */
import { GOLDEN } from './number.ts'

const INDEX_BITS: u32 = 18
const INDEX: u32 = 0x3ffff
/** Equal limbs are entered once: so many steps are enough in a sparse table. */
const STEPS = 8

function slotOf(limb: u64, mask: u32): u32 {
  return <u32>((limb * GOLDEN) >> 32) & mask
}

/** What the table contains of a limb beside its index: most others differ in it. */
function tagOf(limb: u64): u32 {
  return (<u32>((limb * GOLDEN) >> 18)) << INDEX_BITS
}

/** Enters limb `k` of those at `limbs`, 16 bytes each, into a table of mask + 1 slots. */
export function enterLimb(limbs: usize, k: i32, table: usize, mask: u32): void {
  const limb = load<u64>(limbs + ((<usize>k) << 4))
  let slot = slotOf(limb, mask)
  for (let steps = 0; steps < STEPS; steps++) {
    const existing = load<u32>(table + ((<usize>slot) << 2))
    if (existing === 0) {
      store<u32>(table + ((<usize>slot) << 2), (k + 1) | tagOf(limb))
      break
    }
    if (load<u64>(limbs + ((<usize>((existing & INDEX) - 1)) << 4)) === limb) break
    slot = (slot + 1) & mask
  }
}

export function indexOf(limbs: usize, limb: u64, table: usize, mask: u32): i32 {
  let slot = slotOf(limb, mask)
  for (let steps = 0; steps < STEPS; steps++) {
    const existing = load<u32>(table + ((<usize>slot) << 2))
    if (existing === 0) return -1
    const index = <i32>(existing & INDEX) - 1
    const isLike = (existing ^ tagOf(limb)) >> INDEX_BITS === 0
    if (isLike && load<u64>(limbs + ((<usize>index) << 4)) === limb) return index
    slot = (slot + 1) & mask
  }
  return -1
}

export function putPair(to: usize, a: i32, b: i32, key: i32): void {
  store<u32>(to, a)
  store<u32>(to, b, 4)
  store<u32>(to, key, 8)
}
