/**
 * Keeps constants out of loops: V8 recomputes them each round, but keeps loaded values in
 * registers.
 */

/** Room at the begin of memory, which no caller uses: see `slice_memory.ts` and `kernel_memory.ts`. */
const ROOM: usize = 64

/** The same value, computed once. `slot`: 0 to 31, each of its own for values that are pinned side by side. */
export function pinned(value: v128, slot: usize): v128 {
  const at = ROOM + (slot << 4)
  v128.store(at, value)
  return v128.load(at)
}
