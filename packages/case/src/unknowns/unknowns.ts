/**
 * What the evidence cannot show in this case: one line for each thing, as in `docs/unknowns.md`, with what would settle
 * it.
 *
 * @module
 */
import { type KeyFound, keysFound } from '../dumps/keys_found.ts'
import type { Session } from '../engine/session.ts'
import { type Scope, scope } from '../scope/scope.ts'
import { withSelected } from '../scope/select.ts'
import type { Selected } from '../scope/selected.ts'
import type { Selection } from '../scope/selection.ts'
import { type Timeline, timeline } from '../scope/timeline.ts'
import { unknownsOfDumps } from './from_dumps.ts'
import { unknownsOfLogs } from './from_logs.ts'
import { unknownsOfScope, unknownsOfTimeline } from './from_scope.ts'
import type { Unknown } from './wording.ts'

/** Answers that are there already, so that they are not asked for again. */
interface Answers {
  readonly scope?: Scope
  readonly timeline?: Timeline
  readonly keys?: readonly KeyFound[]
}

/**
 * The unknowns that apply, by what they leave open: when, whose mail, how much, by whom, then what the files lack.
 * @throws {MintmarkError} `INPUT_INVALID` for a bad value in the selection
 */
export async function unknowns(
  session: Session,
  selection: Selection | Selected,
  answers: Answers = {},
): Promise<Unknown[]> {
  return await withSelected(session, selection, async (selected) => [
    ...unknownsOfTimeline(answers.timeline ?? (await timeline(session, selected))),
    ...unknownsOfScope(answers.scope ?? (await scope(session, selected))),
    ...(await unknownsOfDumps(session, answers.keys ?? (await keysFound(session)))),
    ...(await unknownsOfLogs(session, selected)),
  ])
}

/** The same for a part of a selection, and for tenants that are that part's alone. */
export async function unknownsConcerning(
  session: Session,
  part: { readonly selected: Selected; readonly scope: Scope; readonly timeline: Timeline },
  tenants: readonly string[],
): Promise<Unknown[]> {
  return [
    ...unknownsOfTimeline(part.timeline),
    ...unknownsOfScope(part.scope),
    ...(await unknownsOfLogs(session, part.selected, tenants)),
  ]
}
