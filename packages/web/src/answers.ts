/**
 * What each address of the API answers, out of the case on the desk.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import {
  accessDetails,
  conclusionText,
  coverageIn,
  custody,
  explain,
  type HuntResult,
  hitsWithin,
  huntList,
  lineage,
  markHistory,
  notes,
  search,
  similar,
  timeBins,
} from '@mintmark/case'
import { readTokenId } from '@mintmark/core'
import type { AnswerView, Api, HuntSummary } from './api.ts'
import type { Desk } from './desk.ts'
import { listPage } from './lists.ts'
import { focusParam, invalid, numberParam, textParam, timeParam } from './params.ts'
import { isWhole } from './query.ts'
import { thingsOf } from './things.ts'

/** Who looks at the case, and what they may do. */
export interface Viewer {
  readonly who: string
  readonly canWrite: boolean
}

type Answers = {
  readonly [P in keyof Api]: (
    desk: Desk,
    params: URLSearchParams,
    viewer: Viewer,
    signal?: AbortSignal,
  ) => Promise<Api[P]>
}

const MOST_BINS = 2000

/** Each throws `INPUT_INVALID` for a value that its address cannot have; else as the question that it puts. */
export const ANSWERS: Answers = {
  '/api/answer': answerView,
  '/api/bins': (desk, params, _viewer, signal) => {
    const { lists } = focusParam(params)
    const fromMs = timeParam(params, 'zoomFrom')
    const toMs = timeParam(params, 'zoomTo')
    const bins = numberParam(params, 'bins', { fallback: 240, least: 1, most: MOST_BINS })
    const isAll = params.get('frame') === 'all'
    const frame = {
      isAll,
      ...(fromMs !== undefined && { fromMs }),
      ...(toMs !== undefined && { toMs }),
    }
    return desk.ask(
      { lists },
      (selected) => timeBins(desk.case.session, selected, { ...frame, bins }),
      signal,
    )
  },
  '/api/accesses': (desk, params, _viewer, signal) =>
    listPage('/api/accesses', { desk, params, signal }),
  '/api/tokens': (desk, params, _viewer, signal) =>
    listPage('/api/tokens', { desk, params, signal }),
  '/api/sessions': (desk, params, _viewer, signal) =>
    listPage('/api/sessions', { desk, params, signal }),
  '/api/rejects': (desk, params, _viewer, signal) =>
    listPage('/api/rejects', { desk, params, signal }),
  '/api/hits': (desk, params, _viewer, signal) => listPage('/api/hits', { desk, params, signal }),
  '/api/access': (desk, params) => {
    const id = textParam(params, 'id')
    return desk.beside(() => accessDetails(desk.case.session, id))
  },
  '/api/why': (desk, params) => {
    const id = textParam(params, 'id')
    return desk.beside(() => explain(desk.case.session, id))
  },
  '/api/lineage': (desk, params) => {
    const { tokenId } = readTokenId(textParam(params, 'id'))
    if (tokenId === '') throw invalid('id is no token id', 'id')
    return desk.beside(() => lineage(desk.case.session, tokenId))
  },
  '/api/search': async (desk, params, _viewer, signal) => {
    const q = textParam(params, 'q')
    const { session } = desk.case
    const accesses = await desk.ask({ lists: {} }, (whole) => search(session, whole, q), signal)
    return { accesses, things: thingsOf(desk, q) }
  },
  '/api/evidence': (desk) => Promise.resolve(desk.answer.evidence),
  '/api/hunt': (desk, params) => {
    const id = textParam(params, 'id')
    const result = desk.answer.hunts.find((hunt) => hunt.id === id)
    const file = huntFile(desk, id)
    if (result === undefined || file === undefined) throw invalid('there is no such hunt', 'id')
    return Promise.resolve({ ...summary()(result), source: file })
  },
  '/api/custody': (desk, params) => {
    const artefact = textParam(params, 'artefact')
    if (artefact === '' && isWhole(focusParam(params))) return Promise.resolve(desk.answer.custody)
    return desk.ask(focusParam(params), (selected) =>
      custody(desk.case.session, artefact === '' ? { selected } : { artefact }),
    )
  },
  '/api/covered': (desk, params, _viewer, signal) => {
    const { from, to } = focusParam(params)
    const time = {
      ...(from !== undefined && { fromMs: Date.parse(from) }),
      ...(to !== undefined && { toMs: Date.parse(to) }),
    }
    return desk.ask({ lists: {} }, (whole) => coverageIn(desk.case.session, whole, time), signal)
  },
  '/api/marks': (desk) => desk.beside(() => markHistory(desk.case.session)),
  '/api/notes': (desk) => desk.beside(() => notes(desk.case.session)),
  '/api/similar': (desk, params) => {
    const at = timeParam(params, 'at')
    const party = textParam(params, 'party')
    if (at === undefined || (party !== 'theirs' && party !== 'ours'))
      throw invalid('this is no mark', 'at')
    const marked = { at: new Date(at).toISOString(), party } as const
    return desk.ask({ lists: {} }, (selected) => similar(desk.case.session, selected, marked))
  },
  '/api/settled': async (desk) => {
    await desk.settled()
    return {}
  },
}

async function answerView(
  desk: Desk,
  params: URLSearchParams,
  { who, canWrite }: Viewer,
  signal?: AbortSignal,
): Promise<AnswerView> {
  const query = focusParam(params)
  const part = await desk.answerTo(query, signal)
  const within = isWhole(query)
    ? undefined
    : await desk.ask(query, ({ table }) => hitsWithin(desk.case.session, table), signal)
  const {
    schema: _,
    tokens: _tokens,
    sessions: _sessions,
    evidence,
    hunts,
    custody: _files,
    marks: _marks,
    notes: _notes,
    ...kept
  } = desk.answer
  return {
    ...kept,
    said: conclusionText(kept.conclusion),
    scope: part.scope,
    timeline: part.timeline,
    unknowns: part.unknowns,
    selection: { ...kept.selection, accesses: part.scope.accesses },
    evidence: {
      files: evidence.length,
      records: evidence.reduce((sum, { rows }) => sum + rows, 0),
      rejected: evidence.reduce(
        (sum, { rejected }) => sum + rejected.file + rejected.row + rejected.payload,
        0,
      ),
    },
    hunts: hunts.map(summary(within)),
    isNarrow: !isWhole(query),
    isSettling: desk.isSettling,
    who,
    canWrite,
  }
}

/**
 * A hunt without the accesses that it points at.
 *
 * @param within hits that lie in a part, by hunt; left out: the part is the whole
 */
export function summary(within?: ReadonlyMap<string, number>): (result: HuntResult) => HuntSummary {
  const builtIn = new Set(huntList().map(({ id }) => id))
  return ({ rows: _rows, ...rest }) => ({
    ...rest,
    isOwn: !builtIn.has(rest.id),
    within: within === undefined ? rest.hits : (within.get(rest.id) ?? 0),
  })
}

function huntFile(desk: Desk, id: string): string | undefined {
  const hunt = huntList({ dirs: desk.huntDirs() }).find((one) => one.id === id)
  return hunt === undefined ? undefined : readFileSync(hunt.file, 'utf8')
}
