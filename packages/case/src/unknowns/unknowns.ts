/**
 * What the evidence cannot show in this case: one line for each thing, as in `docs/unknowns.md`, with what would settle
 * it.
 *
 * @module
 */
import type { KeyFound } from '../dumps/keys_found.ts'
import type { Session } from '../engine/session.ts'
import type { Scope } from '../scope/scope.ts'
import type { Selected } from '../scope/selected.ts'
import type { Timeline } from '../scope/timeline.ts'
import { unknownsOfDumps } from './from_dumps.ts'
import { unknownsOfLogs } from './from_logs.ts'
import { unknownsOfScope, unknownsOfTimeline } from './from_scope.ts'
import type { Unknown } from './wording.ts'

/** What is known of a selection. */
interface Answers {
  readonly scope: Scope
  readonly timeline: Timeline
  readonly keys: readonly KeyFound[]
}

/** The unknowns that apply, by what they leave open: when, whose mail, how much, by whom, then what the files lack. */
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

/** The same for a part of a selection, and for tenants that are that part's alone. */
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
