import { keysFound } from '../../src/dumps/keys_found.ts'
import type { Session } from '../../src/engine/session.ts'
import { scope } from '../../src/scope/scope.ts'
import { withSelected } from '../../src/scope/select.ts'
import { timeline } from '../../src/scope/timeline.ts'
import { unknowns } from '../../src/unknowns/unknowns.ts'
import type { Unknown } from '../../src/unknowns/wording.ts'

/** The unknowns of what the evidence points at. */
export const unknownsOf = (session: Session): Promise<Unknown[]> =>
  withSelected(session, {}, async (selected) =>
    unknowns(session, selected, {
      scope: await scope(session, selected),
      timeline: await timeline(session, selected),
      keys: await keysFound(session),
    }),
  )
