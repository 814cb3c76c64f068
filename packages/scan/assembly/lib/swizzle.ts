/** Indexes are 0 to 15: relaxed SIMD leaves others undefined, which halves the steps. */
export function byIndex(table: v128, indexes: v128): v128 {
  return i8x16.relaxed_swizzle(table, indexes)
}
