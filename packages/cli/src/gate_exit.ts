import type { Landed } from '@mintmark/scan/receiver'
import type { ExitCode } from './io.ts'

/** 0: it landed, and there was nothing to erase; 1: something was erased; 3: there is no core. */
export function exitCodeOf(landed: Landed): ExitCode {
  if (landed.outcome !== 'core') return 3
  return landed.erasedRanges > 0 ? 1 : 0
}
