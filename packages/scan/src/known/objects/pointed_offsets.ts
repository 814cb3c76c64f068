/**
 * Offsets that pointers beside a public half lead to: OpenSSL's ECX_KEY is {…, byte pubkey[57], byte *privkey}, of processes
 * of 32 bits too. There are few of them where thousands of offsets look alike. @module
 */
/** How far from a public half a pointer is searched for. */
const BESIDE = 64
/** Copies of public halves that are examined. */
const COPIES_MOST = 20_000
/** Where pointers of four bytes can lead. */
const SHORT_END = 1n << 32n

/** Of addresses those that are in [0, bytes.length) as offsets there, and those of the rest of the process. */
export function offsetsIn(
  bytes: Uint8Array,
  addresses: readonly bigint[],
  first: bigint,
): { readonly near: readonly number[]; readonly far: readonly bigint[] } {
  const near: number[] = []
  const far: bigint[] = []
  for (const address of addresses) {
    if (address >= first && address < first + BigInt(bytes.length))
      near.push(Number(address - first))
    else far.push(address)
  }
  return { near, far }
}

/** Offsets that are pointed to beside any of `anchors`, which are public halves of `length` bytes. */
export function pointedBeside(
  bytes: Uint8Array,
  anchors: readonly number[],
  length: number,
  address: bigint,
): readonly number[] {
  const offsets = new Set<number>()
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const isShort = address + BigInt(bytes.length) <= SHORT_END
  const take = (shifted: bigint, alignment: bigint): void => {
    const isInside = shifted >= 0n && shifted < BigInt(bytes.length) && shifted % alignment === 0n
    if (isInside) offsets.add(Number(shifted))
  }
  for (const anchor of anchors.slice(0, COPIES_MOST)) {
    const end = Math.min(anchor + length + BESIDE, bytes.length - 7)
    for (let at = Math.max(0, (anchor - BESIDE) & ~7); at < end; at += 8) {
      take(view.getBigUint64(at, true) - address, 8n)
      if (!isShort) continue
      for (const half of [at, at + 4]) take(BigInt(view.getUint32(half, true)) - address, 4n)
    }
  }
  return [...offsets]
}
