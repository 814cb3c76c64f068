/** Pointers of processes whose lowest byte comes first, of 64 bits where nothing else is said. */

/** The word at `at`, if a process can have it as an address, whatever it is a multiple of. */
export function addressAt(bytes: Uint8Array, at: number): bigint | undefined {
  if (at < 0 || at + 8 > bytes.length || bytes[at + 7] !== 0 || bytes[at + 6] !== 0)
    return undefined
  return new DataView(bytes.buffer, bytes.byteOffset + at, 8).getBigUint64(0, true)
}

/** The same, if a structure can begin there. */
export const pointerAt = (bytes: Uint8Array, at: number): bigint | undefined =>
  isPointer(bytes, at) ? addressAt(bytes, at) : undefined

export function isPointer(bytes: Uint8Array, at: number): boolean {
  if (at < 0 || bytes[at + 7] !== 0 || bytes[at + 6] !== 0 || ((bytes[at] ?? 1) & 7) !== 0)
    return false
  for (let k = at + 2; k < at + 6; k++) if (bytes[k] !== 0) return true
  return false
}

const BESIDE = 64
const COPIES_MOST = 20_000
const SHORT_END = 1n << 32n

/** Addresses in [0, bytes.length) as offsets, and those of the rest of the process. */
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

/** OpenSSL's ECX_KEY is {…, byte pubkey[57], byte *privkey}: few offsets are pointed to. */
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
