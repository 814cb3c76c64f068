/** Keeps constants out of loops: V8 recomputes them, but keeps loaded values in registers. */

/** At the begin of memory, used by no caller: see `slice_memory.ts`, `kernel_memory.ts`. */
const ROOM: usize = 64

/** `slot`: 0 to 31, each of its own for values pinned side by side. */
export function pinned(value: v128, slot: usize): v128 {
  const at = ROOM + (slot << 4)
  v128.store(at, value)
  return v128.load(at)
}
