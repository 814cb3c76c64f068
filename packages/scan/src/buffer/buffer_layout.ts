/** A buffered core as plain data that each thread of this process can read. */
/** Read at once, and stored or dropped (all zeros) as a whole. A divisor of {@link CHUNK_BYTES}. */
export const BLOCK_BYTES: number = 1 << 16
/** Memory is taken by this much. What is not written to of it takes no room. */
export const CHUNK_BYTES: number = 1 << 23
export const KEY_BYTES = 32
export const NONCE_BYTES = 8
export const SECRET_BYTES: number = KEY_BYTES + NONCE_BYTES

export interface BufferedInput {
  readonly kind: 'buffered'
  /** Bytes of the core, holes included. */
  readonly size: number
  /** Sorted, disjoint float64 triples: offset in the core, offset among stored bytes, length. */
  readonly runs: SharedArrayBuffer
  /** The stored bytes from 0 on, {@link CHUNK_BYTES} each. */
  readonly chunks: readonly SharedArrayBuffer[]
  /** Stored bytes behind those of the chunks. */
  readonly spill: Spill | undefined
}

export interface Spill {
  /** A file descriptor of this process; its threads share it. */
  readonly file: number
  /** {@link SECRET_BYTES}. Zeros once the core is given up. */
  readonly secret: SharedArrayBuffer
}
