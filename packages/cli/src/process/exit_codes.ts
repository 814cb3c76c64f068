/** Exit codes: what each means, and the one rule by which a command's outcome becomes one. */
import type { Outcome } from '@mintmark/case'

/** 0 nothing found, all examined. 1 found. 2 usage. 3 failed or partial. 4 leads only. */
export type ExitCode = 0 | 1 | 2 | 3 | 4

export const DONE = 0
export const FOUND = 1
export const WRONG_USAGE = 2
export const NOT_ANSWERED = 3
const LEADS_ONLY = 4

/** Found wins over a part without an answer, and that over leads. */
export function exitCode({ isFound, isWhole, hasLeads = false }: Outcome): ExitCode {
  if (isFound) return FOUND
  if (!isWhole) return NOT_ANSWERED
  return hasLeads ? LEADS_ONLY : DONE
}

export const EXIT_CODES_TEXT = `Exit codes: 0 is nothing found and all judged, or output written as asked.
1 is found (established). 2 is wrong usage. 3 is failed, or a part could not be
answered, read or searched. 4 is leads only. 1 wins over 3, 3 over 4.`
