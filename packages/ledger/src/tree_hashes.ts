/**
 * Roots of full bundles: the hashes of 256 entries and of the tree above them.
 *
 * Kernel: `assembly/tree_hashes.ts` (AssemblyScript, SIMD, four messages at a time). Its oracle is
 * {@link bundleRootReference}; the property test holds the two equal. A call of OpenSSL costs more than the two to
 * five blocks that an entry or a node has.
 *
 * @module
 */
import { perfectRoot } from './growing_tree.ts'
import { HASH_BYTES, hashLeaf } from './tree.ts'
import { treeHashesWasm } from './tree_hashes.wasm.ts'

const PAGE = 65_536
const BLOCK = 64
/** Round constants, schedule, state, and four nodes: see the kernel. */
const WORK_BYTES = 256 + 256 + 128 + 512
const CONSTANT_BYTES = 256
/** A message's first byte, a bit, and the count of its bits. */
const FRAME_BYTES = 10

type Kernel = Readonly<Record<'hash_messages' | 'fold_hashes', (...args: number[]) => void>>

/** Makes roots one at a time. Its memory grows with the largest bundle. */
export class BundleHasher {
  readonly #memory = new WebAssembly.Memory({ initial: 1 })
  readonly #kernel: Kernel

  constructor() {
    const module = new WebAssembly.Module(Buffer.from(treeHashesWasm, 'base64'))
    const { exports } = new WebAssembly.Instance(module, { env: { memory: this.#memory } })
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the kernel's source exports
    this.#kernel = exports as unknown as Kernel
    new Uint32Array(this.#memory.buffer, 0, CONSTANT_BYTES / 4).set(roundConstants())
  }

  /**
   * @param entries a power of two of them
   * @returns 32 bytes, a copy
   */
  rootOf(entries: readonly Uint8Array[]): Uint8Array {
    const count = entries.length
    const out = WORK_BYTES
    const list = out + HASH_BYTES * count
    const room = entries.reduce((sum, entry) => sum + paddedLength(entry.length), 0)
    const messages = Math.ceil((list + 8 * count) / BLOCK) * BLOCK
    this.#reserve(messages + room)
    const bytes = new Uint8Array(this.#memory.buffer)
    const places = new Uint32Array(this.#memory.buffer, list, 2 * count)
    let at = messages
    for (const [i, entry] of entries.entries()) {
      const length = paddedLength(entry.length)
      putLeaf(bytes.subarray(at, at + length), entry)
      places[2 * i] = at
      places[2 * i + 1] = length / BLOCK
      at += length
    }
    this.#kernel.hash_messages(list, count, 0, out)
    this.#kernel.fold_hashes(out, count, 0)
    return bytes.slice(out, out + HASH_BYTES)
  }

  #reserve(bytes: number): void {
    const missing = bytes - this.#memory.buffer.byteLength
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE))
  }
}

/** What {@link BundleHasher} is held to. */
export function bundleRootReference(entries: readonly Uint8Array[]): Uint8Array {
  return perfectRoot(entries.map((entry) => hashLeaf(entry)))
}

function paddedLength(entryBytes: number): number {
  return Math.ceil((entryBytes + FRAME_BYTES) / BLOCK) * BLOCK
}

/** A leaf's message: zero, the entry, a bit, zeros, and the count of bits. */
function putLeaf(message: Uint8Array, entry: Uint8Array): void {
  message[0] = 0
  message.set(entry, 1)
  const end = 1 + entry.length
  message.fill(0, end)
  message[end] = 0x80
  const bits = 8 * end
  const last = message.length
  message[last - 3] = bits >>> 16
  message[last - 2] = bits >>> 8
  message[last - 1] = bits
}

/** First 32 bits of the fractional parts of the cube roots of the first 64 primes. Source: FIPS 180-4, section 4.2.2. */
function roundConstants(): number[] {
  const primes: number[] = []
  for (let n = 2; primes.length < 64; n++)
    if (primes.every((prime) => n % prime !== 0)) primes.push(n)
  return primes.map((prime) => Number(cubeRoot(BigInt(prime) << 96n) & 0xffff_ffffn))
}

/** Rounded down. */
function cubeRoot(value: bigint): bigint {
  let low = 0n
  let high = 1n << 40n
  while (high - low > 1n) {
    const middle = (low + high) / 2n
    if (middle ** 3n <= value) low = middle
    else high = middle
  }
  return low
}
