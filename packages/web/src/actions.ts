/**
 * What the page may do to a case: mark, try a hunt, keep a hunt. Nothing of the evidence is ever changed.
 *
 * @module
 */
import {
  addMarks,
  addNote,
  MARK_KINDS,
  markSelected,
  markSimilar,
  NOTE_KINDS,
  TRAITS,
  tryHunt,
  withdrawMarks,
} from '@mintmark/case'
import { isObject } from '@mintmark/core'
import { summary, type Viewer } from './answers.ts'
import type { Actions } from './api.ts'
import type { CaseViews } from './case_views.ts'
import type { OwnHunts } from './own_hunts.ts'
import { focusParam, invalid } from './params.ts'

interface Doing {
  readonly views: CaseViews
  readonly viewer: Viewer
  readonly ownHunts: OwnHunts
}

type Doers = {
  readonly [P in keyof Actions]: (body: unknown, doing: Doing) => Promise<Actions[P]['gives']>
}

/** Each throws `INPUT_INVALID` for an invalid body; else as the action. */
export const ACTIONS: Doers = {
  '/api/marks': async (body, doing) => ({ at: await doing.views.mark(markingOf(body, doing)) }),
  '/api/notes': async (body, { views, viewer }) => {
    const kind = NOTE_KINDS.find((one) => one === textOf(body, 'kind'))
    if (kind === undefined) throw invalid('this is no note', 'kind')
    const text = isObject(body) && body['text'] === null ? null : textOf(body, 'text')
    const note = { kind, value: textOf(body, 'value'), text, who: viewer.who }
    return views.beside(() => addNote(views.case.session, note))
  },
  '/api/hunts/try': async (body, { views }) => {
    const source = textOf(body, 'source')
    const { hits, accounts, rows } = await views.turn(() => tryHunt(views.case.session, source))
    return { hits, accounts, rows }
  },
  '/api/hunts/save': async (body, { views, ownHunts }) => {
    const source = textOf(body, 'source')
    // Tried first: a hunt that the engine refuses would refuse every later answer.
    await views.turn(() => tryHunt(views.case.session, source, 1))
    const id = ownHunts.save(source)
    await views.again()
    const made = views.answer.hunts.find((hunt) => hunt.id === id)
    if (made === undefined) throw invalid('the hunt was saved and is not found again', 'source')
    return summary()(made)
  },
}

/** How a body's marks are written. @throws {MintmarkError} `INPUT_INVALID` */
function markingOf(body: unknown, { views, viewer }: Doing): Parameters<CaseViews['mark']>[0] {
  const { session } = views.case
  const word = { who: viewer.who, reason: textOf(body, 'reason') }
  const { party, values, selection, trait } = isObject(body) ? body : {}
  if (party === null) {
    const made = { at: isoOf(body), by: textOf(body, 'by') }
    return () => withdrawMarks(session, made, word)
  }
  if (party !== 'theirs' && party !== 'ours') throw invalid('this is no mark', 'party')
  if (selection !== undefined) {
    const query = focusParam(new URLSearchParams(textOf(body, 'selection')))
    return async (part) => markSelected(session, await part(query), { ...word, party })
  }
  if (trait !== undefined) {
    const shared = TRAITS.find((one) => one === trait)
    if (shared === undefined) throw invalid('this is no trait', 'trait')
    const like = { marked: { at: isoOf(body), party }, trait: shared } as const
    return async (part) => markSimilar(session, await part({ lists: {} }), like, word)
  }
  const kind = MARK_KINDS.find((one) => one === textOf(body, 'kind'))
  if (kind === undefined || !isTexts(values)) throw invalid('this is no mark', 'kind')
  return () => addMarks(session, { ...word, party, kind, values })
}

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string')

function isoOf(body: unknown): string {
  const ms = Date.parse(textOf(body, 'at'))
  if (Number.isFinite(ms)) return new Date(ms).toISOString()
  throw invalid('at is no time', 'at')
}

function textOf(body: unknown, name: string): string {
  const value = isObject(body) ? body[name] : undefined
  if (typeof value === 'string') return value
  throw invalid(`${name} is missing`, name)
}
