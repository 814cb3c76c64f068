/** What the page may do to a case: mark, try and keep hunts. The evidence is never changed. */
import { existsSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as cases from '@mintmark/case'
import { isObject, MintmarkError, makeFolder, unwritable } from '@mintmark/core'
import { summary, type Viewer } from './answers.ts'
import type { Actions } from './api.ts'
import type { CaseViews } from './case_views.ts'
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
    const kind = cases.NOTE_KINDS.find((one) => one === textOf(body, 'kind'))
    if (kind === undefined) throw invalid('this is no note', 'kind')
    const text = isObject(body) && body['text'] === null ? null : textOf(body, 'text')
    const note = { kind, value: textOf(body, 'value'), text, who: viewer.who }
    return views.beside(() => cases.addNote(views.case.session, note))
  },
  '/api/hunts/try': async (body, { views }) => {
    const source = textOf(body, 'source')
    const { hits, accounts, rows } = await views.queued(() =>
      cases.tryHunt(views.case.session, source),
    )
    return { hits, accounts, rows }
  },
  '/api/hunts/save': async (body, { views, ownHunts }) => {
    const source = textOf(body, 'source')
    // Tried first: a hunt that the engine refuses would refuse every later answer.
    await views.queued(() => cases.tryHunt(views.case.session, source, 1))
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
    return () => cases.withdrawMarks(session, made, word)
  }
  if (party !== 'attacker' && party !== 'legitimate') throw invalid('this is no mark', 'party')
  if (selection !== undefined) {
    const query = focusParam(new URLSearchParams(textOf(body, 'selection')))
    return async (part) => cases.markSelected(session, await part(query), { ...word, party })
  }
  if (trait !== undefined) {
    const shared = cases.TRAITS.find((one) => one === trait)
    if (shared === undefined) throw invalid('this is no trait', 'trait')
    const like = { marked: { at: isoOf(body), party }, trait: shared } as const
    return async (part) => cases.markSimilar(session, await part({ lists: {} }), like, word)
  }
  const kind = cases.MARK_KINDS.find((one) => one === textOf(body, 'kind'))
  if (kind === undefined || !isTexts(values)) throw invalid('this is no mark', 'kind')
  return () => cases.addMarks(session, { ...word, party, kind, values })
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

export class OwnHunts {
  readonly #dirs: readonly string[]
  readonly #home: string | undefined

  /** `home`: where a saved hunt goes where no folder was named; undefined for nowhere. */
  constructor(dirs: readonly string[], home: string | undefined) {
    this.#dirs = dirs
    this.#home = dirs[0] ?? home
  }

  dirs(): readonly string[] {
    const home = this.#home
    const isExtra = home !== undefined && !this.#dirs.includes(home) && existsSync(home)
    return isExtra ? [...this.#dirs, home] : this.#dirs
  }

  /**
   * Replaces the user's own of that id, which it returns.
   * @throws {MintmarkError} `HUNT_INVALID`, `INPUT_INVALID`, `OUTPUT_UNWRITABLE`
   */
  save(source: string): string {
    if (this.#home === undefined)
      throw new MintmarkError('INPUT_INVALID', 'say with --hunts where hunts are to be kept', {
        option: 'hunts',
      })
    const { id } = cases.parseHunt(source, 'hunt')
    if (cases.huntList().some((hunt) => hunt.id === id))
      throw new MintmarkError('HUNT_INVALID', `hunt:1: the id ${id} is that of a built-in hunt`, {
        file: 'hunt',
        line: 1,
      })
    const path = join(this.#home, `${id}.sql`)
    try {
      makeFolder(this.#home)
      writeFileSync(`${path}.new`, source)
      renameSync(`${path}.new`, path)
    } catch (cause) {
      throw unwritable(path, cause)
    }
    return id
  }
}
