/**
 * What the page may do to a case: mark, try a hunt, keep a hunt. Nothing of the evidence is ever changed.
 *
 * @module
 */
import { MARK_KINDS, marks, tryHunt } from '@mintmark/case'
import { isObject } from '@mintmark/core'
import { summary, type Viewer } from './answers.ts'
import type { Deeds } from './api.ts'
import type { Desk } from './desk.ts'
import type { OwnHunts } from './own_hunts.ts'
import { invalid } from './params.ts'

interface Doing {
  readonly desk: Desk
  readonly viewer: Viewer
  readonly ownHunts: OwnHunts
}

type Doers = {
  readonly [P in keyof Deeds]: (body: unknown, doing: Doing) => Promise<Deeds[P]['gives']>
}

/** Each throws `INPUT_INVALID` for a body that is none; else as what it does. */
export const DOERS: Doers = {
  '/api/marks': async (body, { desk, viewer }) => {
    const mark = markOf(body)
    await desk.mark({ ...mark, who: viewer.who })
    return { marks: await desk.turn(() => marks(desk.case.session)) }
  },
  '/api/hunts/try': async (body, { desk }) => {
    const source = textOf(body, 'source')
    const { hits, accounts, rows } = await desk.turn(() => tryHunt(desk.case.session, source))
    return { hits, accounts, rows }
  },
  '/api/hunts/save': async (body, { desk, ownHunts }) => {
    const source = textOf(body, 'source')
    // Tried first: a hunt that the engine refuses would refuse every later answer.
    await desk.turn(() => tryHunt(desk.case.session, source, 1))
    const id = ownHunts.save(source)
    await desk.again()
    const made = desk.answer.hunts.find((hunt) => hunt.id === id)
    if (made === undefined) throw invalid('the hunt was saved and is not found again', 'source')
    return summary()(made)
  },
}

function markOf(body: unknown): Deeds['/api/marks']['takes'] {
  const kind = MARK_KINDS.find((one) => one === textOf(body, 'kind'))
  const party = isObject(body) ? body['party'] : undefined
  const isParty = party === 'theirs' || party === 'ours' || party === null
  if (kind === undefined || !isParty) throw invalid('this is no mark', 'kind')
  return { kind, value: textOf(body, 'value'), party, reason: textOf(body, 'reason') }
}

function textOf(body: unknown, name: string): string {
  const value = isObject(body) ? body[name] : undefined
  if (typeof value === 'string') return value
  throw invalid(`${name} is missing`, name)
}
