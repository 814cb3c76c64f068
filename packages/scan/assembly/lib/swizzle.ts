/**
 * The bytes of a table by indexes of 0 to 15. Of other indexes relaxed SIMD says nothing, and so the processor need not be asked
 * for zeros there: half the steps.
 */
export function byIndex(table: v128, indexes: v128): v128 {
  return i8x16.relaxed_swizzle(table, indexes)
}
