import type { Landed } from '@mintmark/scan/receiver'
import { type ExitCode, exitCode, NOT_ANSWERED } from './exit_codes.ts'

/** Found is a key that was in the core, and is erased from what landed; 3: there is no core. */
export function exitCodeOf(landed: Landed): ExitCode {
  if (landed.outcome !== 'core') return NOT_ANSWERED
  return exitCode({ isFound: landed.erasedRanges > 0, isWhole: true })
}
