/** What the evidence cannot show, one line for each thing as in `docs/unknowns.md`, with what would settle it. */

import type { KeyFound } from '../dumps/keys_found.ts'
import type { Session } from '../engine/session.ts'
import type { Scope } from '../scope/scope.ts'
import type { Selected } from '../scope/selected.ts'
import type { Timeline } from '../scope/timeline.ts'
import { unknownsOfDumps } from './from_dumps.ts'
import { unknownsOfLogs } from './from_logs.ts'
import { unknownsOfScope, unknownsOfTimeline } from './from_scope.ts'
import type { Unknown } from './wording.ts'

interface Answers {
  readonly scope: Scope
  readonly timeline: Timeline
  readonly keys: readonly KeyFound[]
}

export async function unknowns(
  session: Session,
  selected: Selected,
  { scope, timeline, keys }: Answers,
): Promise<Unknown[]> {
  return [
    ...unknownsOfTimeline(timeline),
    ...unknownsOfScope(scope),
    ...(await unknownsOfDumps(session, keys)),
    ...(await unknownsOfLogs(session, selected)),
  ]
}

export async function unknownsConcerning(
  session: Session,
  part: Omit<Answers, 'keys'> & { readonly selected: Selected },
  tenants: readonly string[],
): Promise<Unknown[]> {
  return [
    ...unknownsOfTimeline(part.timeline),
    ...unknownsOfScope(part.scope),
    ...(await unknownsOfLogs(session, part.selected, tenants)),
  ]
}
