// asc: --importMemory --enable relaxed-simd
/** The kernel of `anchors.ts` in relaxed SIMD, for engines that have it. */
import { data_end, find_anchors, next_nonzero } from './anchors.ts'

export { data_end, find_anchors, next_nonzero }
