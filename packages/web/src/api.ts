/**
 * The API between the server and the page, as types: what each address takes and answers.
 *
 * @module
 */
import type {
  AccessDetail,
  AccessPage,
  Answer,
  ConclusionText,
  Custody,
  Explained,
  Found,
  HuntResult,
  HuntRow,
  Lineage,
  Mark,
  RejectRow,
  SessionVerdict,
  TimeBins,
  TokenVerdict,
} from '@mintmark/case'

/**
 * Long lists, by address: with `offset` and `limit`, and the values of `./table.ts`. With `format` (`csv`, `json`) the
 * whole list is a file, with its `columns` alone.
 */
export interface Lists {
  readonly '/api/accesses': AccessPage
  readonly '/api/tokens': ListPage<TokenVerdict>
  /** Sessions of accesses without a usable token id that point at somebody. */
  readonly '/api/sessions': ListPage<SessionVerdict>
  /** `file`: an evidence id, 0 for all. */
  readonly '/api/rejects': ListPage<RejectRow>
  /** `id`: of a hunt. */
  readonly '/api/hits': ListPage<Omit<HuntRow, 'content'>>
}

interface ListPage<T> {
  /** Of the whole list, as it is filtered. */
  readonly total: number
  readonly rows: readonly T[]
}

/** What the page asks for, by address. Query values are those of `./query.ts` and the ones named here. */
export interface Api extends Lists {
  '/api/answer': AnswerView
  /** `zoomFrom` and `zoomTo` (ISO 8601) and `bins` frame the chart; the focus's own times do not. */
  '/api/bins': TimeBins
  /** `id`: a record id. */
  '/api/access': readonly AccessDetail[]
  /** `id`: of an access, a token or a session. */
  '/api/why': Explained
  /** `id`: a token id. */
  '/api/lineage': Lineage
  /** `q`: a name, an address, an id, in any spelling. */
  '/api/search': SearchView
  '/api/evidence': Answer['evidence']
  /** `id`. */
  '/api/hunt': HuntView
  /** `artefact`: a part of a path, or a hash. */
  '/api/custody': readonly Custody[]
  '/api/marks': readonly Mark[]
}

/** What the page does. Each is refused on a case that is served for reading alone. */
export interface Deeds {
  '/api/marks': { readonly takes: MarkDeed; readonly gives: { readonly marks: readonly Mark[] } }
  '/api/hunts/try': { readonly takes: { readonly source: string }; readonly gives: TrialView }
  '/api/hunts/save': { readonly takes: { readonly source: string }; readonly gives: HuntSummary }
}

interface MarkDeed {
  readonly kind: Mark['kind']
  readonly value: string
  /** Null takes a mark back. */
  readonly party: Mark['party']
  readonly reason: string
}

/** The answer without its long lists. */
export interface AnswerView
  extends Omit<Answer, 'schema' | 'tokens' | 'sessions' | 'evidence' | 'hunts' | 'custody'> {
  /** The conclusion in the words of every view. */
  readonly said: ConclusionText
  readonly evidence: { readonly files: number; readonly records: number; readonly rejected: number }
  readonly hunts: readonly HuntSummary[]
  /** Whether this is about a part of the selection. */
  readonly isNarrow: boolean
  readonly canWrite: boolean
  /** Under whose name marks are made. */
  readonly who: string
}

export interface SearchView {
  /** What the accesses have of it. */
  readonly accesses: readonly Found[]
  /** What else of the case has it as a part of its name or id. */
  readonly things: readonly Thing[]
}

export interface Thing {
  readonly kind: 'organisation' | 'group' | 'mailbox' | 'hunt' | 'key' | 'evidence'
  /** As the selection, or the thing's view, takes it. */
  readonly value: string
  /** As it is shown. */
  readonly name: string
}

export interface HuntSummary extends Omit<HuntResult, 'rows'> {
  readonly isOwn: boolean
  /** Of its hits, those in the part that was asked for; all of them where that is the whole. */
  readonly within: number
}

export interface HuntView extends HuntSummary {
  /** The whole file. */
  readonly source: string
}

export interface TrialView {
  readonly hits: number
  readonly accounts: number
  readonly rows: readonly HuntRow[]
}

/** A failure, as RFC 9457 has it, with the code of `docs/errors.md`. */
export interface Problem {
  readonly title: string
  readonly status: number
  readonly code: string
  readonly detail: string
  /** The value of the address that could not be read. */
  readonly parameter?: string
}
