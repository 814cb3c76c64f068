/** The head of a chunk of glibc's malloc: its size, as wide as a pointer, with three flags. @module */
import { type Anchor, EIGHTHS, FOURTHS } from '../../anchors/anchor.ts'

/** Bytes of a size: those of a pointer. */
export type SizeBytes = 4 | 8
const FLAGS = 7
/** The chunk before is in use, as nearly all are. */
const IN_USE = 1
/** Which flags may be set: of an arena of a thread, and that the chunk before is in use. */
const ANY_ARENA = 0xfb
const ANY_BEFORE = 0xfa

/** Of the chunk that so many bytes take in a process of 64 bits. */
export const chunkSize = (bytes: number): number => (bytes + 8 + 15) & -16

/** How a chunk begins. `behind`: what follows the size, and which bits of that count. */
export interface ChunkHead {
  readonly sizeBytes?: SizeBytes
  readonly isBeforeFree?: true
  readonly behind?: readonly number[]
  readonly behindMask?: readonly number[]
}

/** Pattern and mask of a chunk of `size`, behind one in use unless it may be free; which arena it is of does not count. */
export function chunkHead(
  size: number,
  { sizeBytes = 8, isBeforeFree, behind = [], behindMask = behind.map(() => 0xff) }: ChunkHead = {},
): Pick<Anchor, 'pattern' | 'mask' | 'alignment'> {
  const zeros = new Uint8Array(sizeBytes - 2)
  return {
    pattern: Uint8Array.of((size & 0xff) | IN_USE, size >> 8, ...zeros, ...behind),
    mask: Uint8Array.of(
      isBeforeFree ? ANY_BEFORE : ANY_ARENA,
      0xff,
      ...zeros.map(() => 0xff),
      ...behindMask,
    ),
    alignment: sizeBytes === 8 ? EIGHTHS : FOURTHS,
  }
}

/** The size in the word at `at`, flags left aside; 0 where it is more than 64 KiB or none. */
export function sizeAt(bytes: Uint8Array, at: number, sizeBytes: SizeBytes = 8): number {
  if (at < 0) return 0
  for (let k = at + 2; k < at + sizeBytes; k++) if (bytes[k] !== 0) return 0
  return ((bytes[at] ?? 0) & ~FLAGS) | ((bytes[at + 1] ?? 0) << 8)
}
