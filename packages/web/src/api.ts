/** The API between the server and the page, as types: what each address takes and answers. */
import type * as cases from '@mintmark/case'

/** Long lists. With `format` (`csv`, `json`) the whole list is a file, with its `columns` alone. */
export interface Lists {
  readonly '/api/accesses': cases.AccessPage
  readonly '/api/tokens': ListPage<cases.TokenVerdict>
  readonly '/api/sessions': ListPage<cases.SessionVerdict>
  /** `file`: an evidence id, 0 for all. */
  readonly '/api/rejects': ListPage<cases.RejectRow>
  /** `id`: of a hunt. */
  readonly '/api/hits': ListPage<Omit<cases.HuntRow, 'content'>>
}

interface ListPage<T> {
  readonly total: number
  readonly rows: readonly T[]
}

/** What the page asks for, by address. Query values are those of `./query.ts` and the ones named here. */
export interface Api extends Lists {
  '/api/answer': AnswerView
  /** `zoomFrom` and `zoomTo` (ISO 8601), `frame` (`all`) and `bins` frame the chart; the focus's own times do not. */
  '/api/bins': cases.TimeBins
  '/api/access': readonly cases.AccessDetail[]
  '/api/why': cases.Explained
  '/api/lineage': cases.Lineage
  /** `q`: a name, an address, an id, in any spelling. */
  '/api/search': SearchView
  '/api/evidence': cases.Answer['evidence']
  '/api/hunt': HuntView
  /** `artefact`: a part of a path, or a hash. */
  '/api/custody': readonly cases.Custody[]
  '/api/covered': readonly cases.CoveredLog[]
  '/api/marks': readonly cases.MarkAction[]
  '/api/notes': readonly cases.Note[]
  /** `at` of marks that were made at once, and their `party`. */
  '/api/similar': readonly cases.Similar[]
  '/api/upper-bounds': Readonly<Record<string, never>>
}

/** What the page does. Each is refused on a case that is served for reading alone. */
export interface Actions {
  '/api/marks': { readonly takes: MarkRequest; readonly gives: { readonly at: string } }
  '/api/notes': { readonly takes: NoteRequest; readonly gives: cases.Note }
  '/api/hunts/try': { readonly takes: { readonly source: string }; readonly gives: TrialView }
  '/api/hunts/save': { readonly takes: { readonly source: string }; readonly gives: HuntSummary }
}

export interface NoteRequest {
  readonly kind: cases.NoteKind
  readonly value: string
  /** Null takes one's own note back. */
  readonly text: string | null
}

export type MarkTarget =
  | { readonly kind: cases.MarkKind; readonly values: readonly string[] }
  | { readonly selection: string }

export type MarkRequest = { readonly reason: string } & (
  | (MarkTarget & { readonly party: cases.MarkParty })
  | { readonly party: cases.MarkParty; readonly at: string; readonly trait: cases.Trait }
  | { readonly party: null; readonly at: string; readonly by: string }
)

export interface AnswerView
  extends Omit<
    cases.Answer,
    'schema' | 'tokens' | 'sessions' | 'evidence' | 'hunts' | 'custody' | 'marks' | 'notes'
  > {
  readonly said: cases.ConclusionText
  readonly evidence: { readonly files: number; readonly records: number; readonly rejected: number }
  readonly hunts: readonly HuntSummary[]
  readonly isNarrow: boolean
  /** Upper bounds are from before the last mark: `/api/upper-bounds` answers when they are not any more. */
  readonly isRefreshing: boolean
  readonly canWrite: boolean
  readonly who: string
}

export interface SearchView {
  readonly accesses: readonly cases.Found[]
  readonly things: readonly Thing[]
}

export interface Thing {
  readonly kind: 'organisation' | 'group' | 'mailbox' | 'hunt' | 'key' | 'evidence'
  readonly value: string
  readonly name: string
}

export interface HuntSummary extends Omit<cases.HuntResult, 'rows'> {
  readonly isOwn: boolean
  /** Of its hits, those in the part that was asked for; all of them where that is the whole. */
  readonly within: number
}

export interface HuntView extends HuntSummary {
  readonly source: string
}

export interface TrialView {
  readonly hits: number
  readonly accounts: number
  readonly rows: readonly cases.HuntRow[]
}

export interface Problem {
  readonly title: string
  readonly status: number
  readonly code: string
  readonly detail: string
  readonly parameter?: string
}
