/** One slice of a window, and what is found in it. */
import type { ConjugateKernel } from '../../slices/conjugate.ts'
import type { FoundValue } from '../values/found_value.ts'
import type { LocatedNumber } from './located_numbers.ts'

/** What is found in the slice that the kernel contains; offsets are from the slice's begin. */
export interface SliceContext {
  readonly kernel: ConjugateKernel
  readonly length: number
}

export interface SliceResult {
  readonly found: readonly FoundValue[]
  readonly numbers: readonly LocatedNumber[]
}
