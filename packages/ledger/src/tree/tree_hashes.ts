/**
 * Reads bundles: the root of the tree above their entries, and an outline of each entry.
 * Kernel: `assembly/tree_hashes.ts` (SIMD, four messages at a time; tested against plain code). A
 * call of OpenSSL costs more than the two to five blocks of an entry or a node.
 */
import { HASH_BYTES } from './tree.ts'
import { treeHashesWasm } from './tree_hashes.wasm.ts'

const PAGE = 65_536
const BLOCK = 64
/** Round constants, schedule, state, and four nodes: see the kernel. */
const WORK_BYTES = 256 + 256 + 128 + 512
const CONSTANT_BYTES = 256
const LIST_BYTES = 8
/** What a leaf's message adds to its entry, at most: first byte, a bit, bit count, zeros. */
const FRAME_BYTES = 10 + BLOCK

/**
 * 32-bit words: 0 is 1 for a revocation; 2 to 5 token id, 6 to 13 input hash, highest byte first;
 * the last two the expiry in milliseconds, a 64-bit float.
 */
export const OUTLINE_WORDS = 16
const OUTLINE_BYTES = 4 * OUTLINE_WORDS

type Kernel = Readonly<
  Record<'hash_messages' | 'fold_hashes' | 'lay_out' | 'outline_entries', KernelFunction>
>
type KernelFunction = (...args: number[]) => number

interface BundleReading {
  readonly root: Uint8Array
  /** {@link OUTLINE_WORDS} for each entry, without openings. */
  readonly outlines: Uint8Array
}

/** Compiled; can be sent to a thread. */
export const bundleModule = (): object =>
  new WebAssembly.Module(Buffer.from(treeHashesWasm, 'base64'))

/** Reads bundles one at a time. Its memory grows with the largest. */
export class BundleReader {
  readonly #memory = new WebAssembly.Memory({ initial: 1 })
  readonly #kernel: Kernel

  /** @param module of `bundleModule`: readers of one module share its compiled code */
  constructor(module: unknown = bundleModule()) {
    if (!(module instanceof WebAssembly.Module)) throw new TypeError('no module of a kernel')
    const { exports } = new WebAssembly.Instance(module, { env: { memory: this.#memory } })
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the kernel's source exports
    this.#kernel = exports as unknown as Kernel
    new Uint32Array(this.#memory.buffer, 0, CONSTANT_BYTES / 4).set(roundConstants())
  }

  /**
   * @param bundle entries, each behind its length. @param count a power of two
   * @returns views, valid until the next call; undefined unless exactly so many entries
   */
  read(bundle: Uint8Array, count: number): BundleReading | undefined {
    const hashes = WORK_BYTES
    const outlines = hashes + HASH_BYTES * count
    const list = outlines + OUTLINE_BYTES * count
    const source = list + LIST_BYTES * count
    const messages = Math.ceil((source + bundle.length) / BLOCK) * BLOCK
    this.#reserve(messages + bundle.length + FRAME_BYTES * count)
    const bytes = new Uint8Array(this.#memory.buffer)
    bytes.set(bundle, source)
    const kernel = this.#kernel
    if (kernel.lay_out(source, bundle.length, count, list, messages) < 0) return undefined
    const found = kernel.outline_entries(source, count, outlines)
    if (found < 0) return undefined
    kernel.hash_messages(list, count, 0, hashes)
    kernel.fold_hashes(hashes, count, 0)
    return {
      root: bytes.subarray(hashes, hashes + HASH_BYTES),
      outlines: bytes.subarray(outlines, outlines + OUTLINE_BYTES * found),
    }
  }

  #reserve(bytes: number): void {
    const missing = bytes - this.#memory.buffer.byteLength
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE))
  }
}

/** Cube roots of the first 64 primes, first 32 fractional bits: FIPS 180-4, section 4.2.2. */
function roundConstants(): number[] {
  const primes: number[] = []
  for (let n = 2; primes.length < 64; n++)
    if (primes.every((prime) => n % prime !== 0)) primes.push(n)
  return primes.map((prime) => Number(cubeRoot(BigInt(prime) << 96n) & 0xffff_ffffn))
}

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
