import { readFileSync } from 'node:fs'
import * as cases from '@mintmark/case'
import { readTokenId } from '@mintmark/core'
import type { AnswerView, Api, HuntSummary, Lists, Thing } from './api.ts'
import type { CaseViews } from './case_views.ts'
import { focusParam, invalid, numberParam, textParam, timeParam } from './params.ts'
import { isWhole } from './query.ts'

export interface Viewer {
  readonly who: string
  readonly canWrite: boolean
}

export interface Asked {
  readonly views: CaseViews
  readonly params: URLSearchParams
  readonly viewer: Viewer
  /** Of who asks: nothing is begun for somebody who has gone. */
  readonly signal: AbortSignal
}

type Answers = {
  readonly [P in Exclude<keyof Api, keyof Lists>]: (asked: Asked) => Promise<Api[P]>
}

const MOST_BINS = 2000

/** Each throws `INPUT_INVALID` for a value that its address cannot have; else as the question that it puts. */
export const ANSWERS: Answers = {
  '/api/answer': answerView,
  '/api/bins': ({ views, params, signal }) => {
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
    return views.ask(
      { lists },
      (selected) => cases.timeBins(views.case.session, selected, { ...frame, bins }),
      signal,
    )
  },
  '/api/access': byId(cases.accessDetails),
  '/api/why': byId(cases.explain),
  '/api/lineage': ({ views, params }) => {
    const { tokenId } = readTokenId(textParam(params, 'id'))
    if (tokenId === '') throw invalid('id is no token id', 'id')
    return views.beside(() => cases.lineage(views.case.session, tokenId))
  },
  '/api/search': async ({ views, params, signal }) => {
    const q = textParam(params, 'q')
    const { session } = views.case
    const accesses = await views.ask(
      { lists: {} },
      (whole) => cases.search(session, whole, q),
      signal,
    )
    return { accesses, things: thingsOf(views, q) }
  },
  '/api/evidence': ({ views }) => Promise.resolve(views.answer.evidence),
  '/api/hunt': ({ views, params }) => {
    const id = textParam(params, 'id')
    const result = views.answer.hunts.find((hunt) => hunt.id === id)
    const file = huntFile(views, id)
    if (result === undefined || file === undefined) throw invalid('there is no such hunt', 'id')
    return Promise.resolve({ ...summary()(result), source: file })
  },
  '/api/custody': ({ views, params }) => {
    const artefact = textParam(params, 'artefact')
    if (artefact === '' && isWhole(focusParam(params))) return Promise.resolve(views.answer.custody)
    return views.ask(focusParam(params), (selected) =>
      cases.custody(views.case.session, artefact === '' ? { selected } : { artefact }),
    )
  },
  '/api/covered': ({ views, params, signal }) => {
    const { from, to } = focusParam(params)
    const time = {
      ...(from !== undefined && { fromMs: Date.parse(from) }),
      ...(to !== undefined && { toMs: Date.parse(to) }),
    }
    return views.ask(
      { lists: {} },
      (whole) => cases.coverageIn(views.case.session, whole, time),
      signal,
    )
  },
  '/api/marks': ({ views }) => views.beside(() => cases.markHistory(views.case.session)),
  '/api/notes': ({ views }) => views.beside(() => cases.notes(views.case.session)),
  '/api/similar': ({ views, params }) => {
    const at = timeParam(params, 'at')
    const party = textParam(params, 'party')
    if (at === undefined || (party !== 'attacker' && party !== 'legitimate'))
      throw invalid('this is no mark', 'at')
    const marked = { at: new Date(at).toISOString(), party } as const
    return views.ask({ lists: {} }, (selected) =>
      cases.similar(views.case.session, selected, marked),
    )
  },
  '/api/upper-bounds': async ({ views }) => {
    await views.refreshed()
    return {}
  },
}

async function answerView(asked: Asked): Promise<AnswerView> {
  const { views, params, viewer, signal } = asked
  const query = focusParam(params)
  const part = await views.answerTo(query, signal)
  const within = await withinPart(asked, cases.hitsWithin)
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
  } = views.answer
  return {
    ...kept,
    said: cases.conclusionText(kept.conclusion),
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
    isRefreshing: views.isRefreshing,
    ...viewer,
  }
}

/** What a question says of the part that is asked for, by its table; undefined where that is the whole. */
export async function withinPart<T>(
  { views, params, signal }: Asked,
  question: (session: cases.Session, table: string) => Promise<T>,
): Promise<T | undefined> {
  const query = focusParam(params)
  if (isWhole(query)) return undefined
  return await views.ask(query, ({ table }) => question(views.case.session, table), signal)
}

export function summary(
  within?: ReadonlyMap<string, number>,
): (result: cases.HuntResult) => HuntSummary {
  const builtIn = new Set(cases.huntList().map(({ id }) => id))
  return ({ rows: _rows, ...rest }) => ({
    ...rest,
    isOwn: !builtIn.has(rest.id),
    within: within === undefined ? rest.hits : (within.get(rest.id) ?? 0),
  })
}

function huntFile(views: CaseViews, id: string): string | undefined {
  const hunt = cases.huntList({ dirs: views.huntDirs() }).find((one) => one.id === id)
  return hunt === undefined ? undefined : readFileSync(hunt.file, 'utf8')
}

const MOST = 6
const SHORTEST = 2

const THINGS: readonly (readonly [Thing['kind'], (answer: cases.Answer) => readonly string[][]])[] =
  [
    ['mailbox', ({ scope }) => scope.accounts.map(({ mailbox }) => [mailbox])],
    ['organisation', ({ scope }) => scope.organisation_list.map(({ name }) => [name])],
    ['group', ({ scope }) => scope.groups.map(({ name }) => [name])],
    ['hunt', ({ hunts }) => hunts.map(({ id, title }) => [id, title])],
    ['key', ({ keys }) => keys.map(keyNames)],
    ['evidence', ({ evidence }) => evidence.map(({ path, sha256 }) => [path, path, sha256])],
  ]

const keyNames = ({ spkiSha256, kind, bits, kid, jwkThumbprint, subject }: cases.KeyFound) => [
  spkiSha256,
  `${kind} ${bits}`,
  ...[kid, jwkThumbprint, subject].map((name) => name ?? ''),
]

function thingsOf({ answer }: CaseViews, text: string): readonly Thing[] {
  const part = cases.soughtText(text).toLowerCase()
  if (part.length < SHORTEST) return []
  return THINGS.flatMap(([kind, namesIn]) =>
    namesIn(answer)
      .filter((names) => names.some((name) => name.toLowerCase().includes(part)))
      .slice(0, MOST)
      .map(([value = '', name = value]) => ({ kind, value, name })),
  )
}

function byId<T>(question: (session: cases.Session, id: string) => Promise<T>) {
  return ({ views, params }: Asked): Promise<T> => {
    const id = textParam(params, 'id')
    return views.beside(() => question(views.case.session, id))
  }
}
