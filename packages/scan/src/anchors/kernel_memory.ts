/**
 * The WebAssembly memory that the kernels share: tables and hits below 1 MiB, then the window, then
 * 128 bytes that kernels may read beyond it. It never grows, so views never detach.
 */

/** Where each part is. Kernels have no static data, so nothing else is in this memory. */
export const LAYOUT = {
  sbox: 1024,
  resume: 1536,
  hits: 4096,
  hitBytes: 49_152,
  scratch: 53_248,
  pads: 65_536,
  encoded: 126_976,
  anchors: 131_072,
  anchorBytes: 917_504,
  window: 1_048_576,
  pad: 128,
} as const

const PAGE = 65_536

/** What a kernel offers by name. Packages that use this one have no types of WebAssembly. */
export type KernelExports = Readonly<Record<string, unknown>>

export class KernelMemory {
  readonly #memory: WebAssembly.Memory
  /** The whole of it: offsets are pointers. */
  readonly bytes: Uint8Array
  readonly #window: Uint8Array
  #used = 0
  readonly hits: Uint32Array
  readonly #resume: Uint32Array

  constructor(capacity: number) {
    const pages = Math.ceil((LAYOUT.window + capacity + LAYOUT.pad) / PAGE)
    this.#memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
    this.bytes = new Uint8Array(this.#memory.buffer)
    this.#window = new Uint8Array(this.#memory.buffer, LAYOUT.window, capacity)
    this.hits = new Uint32Array(this.#memory.buffer, LAYOUT.hits, LAYOUT.hitBytes / 4)
    this.#resume = new Uint32Array(this.#memory.buffer, LAYOUT.resume, 1)
  }

  /** Where a kernel that stopped wants to go on; 0 when it is done. */
  get resume(): number {
    return this.#resume[0] ?? 0
  }

  /** @throws {RangeError} if the window does not hold so many bytes */
  windowOf(length: number): Uint8Array {
    if (length > this.#window.length) throw new RangeError('more than the window holds')
    this.#used = Math.max(this.#used, length)
    return this.#window.subarray(0, length)
  }

  /**
   * Copied into the window unless in this memory.
   * @throws {RangeError} if they do not fit
   */
  put(bytes: Uint8Array): number {
    if (bytes.buffer === this.#memory.buffer) return bytes.byteOffset
    this.windowOf(bytes.length).set(bytes)
    return LAYOUT.window
  }

  start(wasm: string): KernelExports {
    const module = new WebAssembly.Module(Buffer.from(wasm, 'base64'))
    return new WebAssembly.Instance(module, { env: { memory: this.#memory } }).exports
  }

  /** Overwrites what was read and what was found. Key bytes may be in both. */
  wipe(): void {
    this.#window.fill(0, 0, this.#used)
    this.#used = 0
    this.hits.fill(0)
    this.bytes.fill(0, LAYOUT.scratch, LAYOUT.pads)
  }
}

export function kernelFunction(
  exports: KernelExports,
  name: string,
): (...args: readonly number[]) => number {
  const found = exports[name]
  if (typeof found !== 'function') throw new TypeError(`a kernel has no ${name}`)
  return (...args) => Number(found(...args))
}
