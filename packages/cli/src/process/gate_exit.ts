import type { CoreOutcome } from '@mintmark/coredump/receiver'
import { type ExitCode, exitCode, NOT_ANSWERED } from './exit_codes.ts'

/** By what was erased from the core, as a scan counts it; 3: there is no core. */
export function exitCodeOf(received: CoreOutcome): ExitCode {
  if (received.outcome !== 'core') return NOT_ANSWERED
  const { counts } = received
  return exitCode({ isFound: counts === 'found', isWhole: true, hasLeads: counts === 'lead' })
}
