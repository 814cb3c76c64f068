/** The head of a chunk of glibc's malloc in a process of 64 bits: its size, with three flags. */
import { type Anchor, EIGHTHS } from '../../anchors/anchor.ts'

const FLAGS = 7
/** The chunk before is in use, as nearly all are. */
const IN_USE = 1
/** Which flags may be set: of an arena of a thread, and that the chunk before is in use. */
const ANY_ARENA = 0xfb
const ANY_BEFORE = 0xfa
export const SIZE_BYTES = 8

export const chunkSize = (bytes: number): number => (bytes + SIZE_BYTES + 15) & -16

export interface ChunkHead {
  readonly isBeforeFree?: true
  readonly behind?: readonly number[]
}

/** Pattern and mask of a chunk of `size` in any arena, behind one in use unless `isBeforeFree`. */
export function chunkHead(
  size: number,
  { isBeforeFree, behind = [] }: ChunkHead = {},
): Pick<Anchor, 'pattern' | 'mask' | 'alignment'> {
  const pattern = Uint8Array.of((size & 0xff) | IN_USE, size >> 8, 0, 0, 0, 0, 0, 0, ...behind)
  const mask = pattern.map(() => 0xff)
  mask[0] = isBeforeFree ? ANY_BEFORE : ANY_ARENA
  return { pattern, mask, alignment: EIGHTHS }
}

/** The size in the word at `at`, flags left aside; 0 where it is more than 64 KiB or none. */
export function sizeAt(bytes: Uint8Array, at: number): number {
  if (at < 0) return 0
  for (let k = at + 2; k < at + SIZE_BYTES; k++) if (bytes[k] !== 0) return 0
  return ((bytes[at] ?? 0) & ~FLAGS) | ((bytes[at + 1] ?? 0) << 8)
}
