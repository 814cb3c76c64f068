/**
 * How arrays begin in the memory of a 64-bit JVM (HotSpot with short class pointers): {u64 mark, u32 class, u32 length}. What
 * they hold follows. Source: HotSpot's `oops/arrayOop.hpp`. @module
 */
/** Bytes of that, and where in it each part is. */
export const ARRAY_HEAD = { bytes: 16, mark: 0, class: 8, length: 12 } as const
