import type { CoreOutcome } from '@mintmark/coredump/receiver'
import { type ExitCode, exitCode, NOT_ANSWERED } from './exit_codes.ts'

/** By what was in the core and is erased from what landed, as a scan counts it; 3: there is no core. */
export function exitCodeOf(landed: CoreOutcome): ExitCode {
  if (landed.outcome !== 'core') return NOT_ANSWERED
  const { counts } = landed
  return exitCode({ isFound: counts === 'found', isWhole: true, hasLeads: counts === 'lead' })
}
