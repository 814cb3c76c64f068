/**
 * The report of a case as data: what `report.json` holds, and what every other form of it is made
 * from. A report is a list of sections; a section is statements, figures and tables.
 */
export const REPORT_SCHEMA = 'mintmark-report/1'

export type NonEmpty<T> = readonly [T, ...T[]]

/**
 * How far the evidence carries something.
 *
 * - `established`: records of the evidence name it.
 * - `bounded`: the evidence gives two numbers, and it is between them; an `upper` of null is no bound.
 * - `not-excluded`: no record names it, and the evidence cannot exclude it.
 * - `lead`: something is missing or odd, and ordinary causes remain: it accuses nobody.
 * - `unknown`: the records at hand neither show it nor prove that there is none.
 * - `not-searched`: nobody looked.
 *
 * Absence is `established` only where coverage proves it, and names that: zero, unknown and not searched are three.
 */
export type Strength =
  | 'established'
  | 'bounded'
  | 'not-excluded'
  | 'lead'
  | 'unknown'
  | 'not-searched'

export type Evidence =
  /** An input of the case; `line` where it is one line. */
  | {
      readonly kind: 'input'
      readonly path: string
      readonly sha256: string
      readonly line?: number
    }
  /** All inputs: their table is `inputs`. */
  | { readonly kind: 'inputs'; readonly files: number }
  | { readonly kind: 'table'; readonly table: string }
  /** Rows of a file beside the report; with `column`, those whose cell in it is `value`. */
  | {
      readonly kind: 'export'
      readonly file: (typeof EXPORTS)[number]
      readonly column?: string
      readonly value?: string
    }
  /** A question to the case whose rows these are: `mintmark sql QUERY --case CASE`. */
  | { readonly kind: 'query'; readonly sql: string }
  /** What the rules of a document make of the records: a verdict, a bound, a hunt. */
  | { readonly kind: 'rule'; readonly document: string; readonly heading: string }
  | { readonly kind: 'finding'; readonly statement: string }

const EXPORTS = [
  'accounts.csv',
  'messages.csv',
  'timeline.jsonl',
  'events.ocsf.ndjson',
  'bundle.stix.json',
] as const

export interface Statement {
  readonly id: string
  /** What it is about, in two or three words, where it is prose of the first page. */
  readonly label?: string
  readonly text: string
  readonly strength: Strength
  readonly evidence: NonEmpty<Evidence>
  /** What it must not be taken for. */
  readonly cannotMean?: string
  /** Of what is not known: which log, licence or period would settle it. */
  readonly settledBy?: string
}

/** A count that the evidence gives as two numbers; `upper` is null where nothing bounds it. */
export interface Range {
  readonly lower: number
  readonly upper: number | null
}

export interface Figure {
  readonly id: string
  /** What is counted, in the plural: `mailboxes`. */
  readonly label: string
  /** A count, or two where the evidence gives two; null of what is unknown or was not searched. */
  readonly value: number | Range | null
  readonly strength: Strength
  readonly evidence: NonEmpty<Evidence>
}

/**
 * What the cells of a column are, and so how they are shown. `text`, `time` (ISO), `day`
 * (YYYY-MM-DD), `hash` and `id` are strings; `count` and `share` (0 to 1) are numbers; `range` is a
 * `Range`; `strength` is a {@link Strength}. A cell of any column may be null: not known.
 */
export type CellType =
  | 'text'
  | 'time'
  | 'day'
  | 'hash'
  | 'id'
  | 'count'
  | 'share'
  | 'range'
  | 'strength'

export type Cell = string | number | Range | null

export interface Column {
  readonly id: string
  readonly title: string
  readonly type: CellType
}

export interface Table {
  readonly id: string
  readonly title: string
  readonly columns: NonEmpty<Column>
  readonly rows: readonly (readonly Cell[])[]
  /** How many rows there are; more than `rows` where the table is cut. */
  readonly total: number
  /** Where paper shows a part alone: rows and ids of columns, and the file beside the report that has them all. */
  readonly paper?: {
    readonly rows: number
    readonly columns: readonly string[]
    readonly file: string
  }
  readonly strength: Strength
  readonly evidence: NonEmpty<Evidence>
}

export const SECTION_IDS = [
  'summary',
  'answer',
  'scope',
  'timeline',
  'lineage',
  'hunts',
  'custody',
  'keys',
  'marks',
  'notes',
  'unknowns',
  'actions',
  'method',
  'glossary',
  'inputs',
  'appendices',
] as const

type SectionId = (typeof SECTION_IDS)[number]

export interface Section {
  readonly id: SectionId
  readonly title: string
  readonly statements: readonly Statement[]
  readonly figures: readonly Figure[]
  readonly tables: readonly Table[]
}

export type Redaction = 'names' | 'addresses'

export interface Report {
  readonly schema: typeof REPORT_SCHEMA
  readonly title: string
  readonly case: string
  readonly version: string
  readonly redacted: readonly Redaction[]
  readonly prepared: Prepared
  /** Who may read it, as given: `TLP:AMBER`; null where nobody said. */
  readonly classification: string | null
  /** Whom it is for where it is a notice: an organisation or an account; null: whoever has the case. */
  readonly recipient: string | null
  readonly sections: readonly Section[]
  readonly course: Course
  readonly lineage: Lineage
}

export interface Cover {
  /** Default: `Case` and the name of the case. */
  readonly title?: string
  readonly prepared?: Prepared
  readonly classification?: string
  readonly redacted?: readonly Redaction[]
  /** Puts pseudonyms into a text; left out: none. */
  readonly replace?: (text: string) => string
}

/** Who prepared a report, and when: a report has no clock of its own. */
export interface Prepared {
  readonly by: string | null
  /** YYYY-MM-DD. */
  readonly on: string | null
}

/** What the drawing of the timeline shows; its numbers are those of the tables in section `timeline`. */
export interface Course {
  readonly first: string | null
  readonly last: string | null
  readonly days: readonly { readonly day: string; readonly accesses: number }[]
  readonly hours: readonly number[]
  readonly weekdays: readonly number[]
  readonly phases: readonly {
    readonly from: string
    readonly to: string
    readonly label: string
    readonly accesses: number
  }[]
  /** Where a log has records: outside its bands, and in its gaps, silence says nothing. */
  readonly bands: readonly {
    readonly side: 'issuance' | 'access'
    readonly source: string
    readonly category: string
    readonly tenant: string
    readonly from: string
    readonly to: string
    readonly gaps: readonly { readonly from: string; readonly to: string }[]
  }[]
  /** Before this the evidence excludes nothing; null: there is no such time. */
  readonly horizon: string | null
}

/** How the accesses hang together. An edge goes from what gave to what was given. */
export interface Lineage {
  readonly nodes: readonly LineageNode[]
  readonly edges: readonly LineageEdge[]
  /** Tokens that there are, and those that the drawing leaves out. */
  readonly tokens: number
  readonly tokensLeftOut: number
}

export interface LineageNode {
  readonly id: string
  readonly kind: 'key' | 'issuer' | 'token' | 'session' | 'account'
  /** A hash of a public key, a token id, a session id, an account; `''` of what no record names. */
  readonly name: string
  readonly verdict?: string
}

export interface LineageEdge {
  readonly from: string
  readonly to: string
  readonly accesses: number
  readonly strength: Strength
}

/** Evidence in short: the id of a table, the name of an export, `docs/page.md#heading`, a query, `#finding`. */
export type Source = Evidence | string

export type Draft<Part extends { readonly evidence: NonEmpty<Evidence> }> = Omit<
  Part,
  'evidence'
> & {
  readonly evidence: NonEmpty<Source>
}

export function sourceOf(source: Source): Evidence {
  if (typeof source !== 'string') return source
  const [, document, finding] = /^(docs\/.*?)?#(.*)$/s.exec(source) ?? []
  if (source.startsWith('SELECT ')) return { kind: 'query', sql: source }
  if (document !== undefined) return { kind: 'rule', document, heading: finding ?? '' }
  if (finding !== undefined) return { kind: 'finding', statement: finding }
  const file = EXPORTS.find((name) => name === source)
  return file === undefined ? { kind: 'table', table: source } : { kind: 'export', file }
}

/** @throws {TypeError} for a statement that rests on nothing, or says nothing */
export function statement(given: Draft<Statement>): Statement {
  if (given.text.trim() === '') throw new TypeError(`statement ${given.id} says nothing`)
  return { ...given, evidence: evidenceOf('statement', given) }
}

/** @throws {TypeError} for a figure that rests on nothing, or whose strength its value contradicts */
export function figure(draft: Draft<Figure>): Figure {
  const given = { ...draft, evidence: evidenceOf('figure', draft) }
  const { value, strength } = given
  if ((value === null) !== VALUELESS.has(strength))
    throw new TypeError(`figure ${given.id} has a number that nobody knows, or lacks one`)
  if (value === null) return given
  if (typeof value !== 'number' && value.upper !== null && value.upper < value.lower)
    throw new TypeError(`figure ${given.id} has its upper bound below its lower one`)
  const isExact = typeof value === 'number' || value.lower === value.upper
  if (strength === 'established' && !isExact)
    throw new TypeError(`figure ${given.id} has two numbers and calls them one`)
  const most = typeof value === 'number' ? value : value.upper
  if (most === 0 && strength === 'established') requireCoverage(given)
  return given
}

const VALUELESS: ReadonlySet<Strength> = new Set(['unknown', 'not-searched'])
/** Tables that can prove an absence: what the logs cover, and which dumps were searched. */
const PROVES_ABSENCE: ReadonlySet<string> = new Set(['coverage', 'dumps'])

function requireCoverage({ id, evidence }: Figure): void {
  if (!evidence.some((one) => one.kind === 'table' && PROVES_ABSENCE.has(one.table)))
    throw new TypeError(`figure ${id} calls an absence established, and names no coverage`)
}

/** @throws {TypeError} for a table that rests on nothing, or has a row of another width */
export function table(given: Draft<Table>): Table {
  if (given.rows.some((row) => row.length !== given.columns.length))
    throw new TypeError(`table ${given.id} has a row that is not as wide as its head`)
  return { ...given, evidence: evidenceOf('table', given) }
}

function evidenceOf(
  what: string,
  { id, evidence }: { readonly id: string; readonly evidence: readonly Source[] },
): NonEmpty<Evidence> {
  const [first, ...more] = evidence
  if (first === undefined) throw new TypeError(`${what} ${id} rests on no evidence`)
  return [sourceOf(first), ...more.map(sourceOf)]
}

export function strengthOf({ lower, upper }: Range): Strength {
  if (lower === upper) return 'established'
  return upper === null && lower === 0 ? 'not-excluded' : 'bounded'
}

/** An account with ambiguous accesses alone was perhaps not opened; marks alone establish nothing. */
export function accountStrength({ accesses, marked, messages }: AccountCounts): Strength {
  if (accesses === 0) return 'not-excluded'
  if (marked === accesses) return 'lead'
  // Opened for sure, also where no record says how much was read.
  return messages.lower === messages.upper ? 'established' : 'bounded'
}

interface AccountCounts {
  readonly accesses: number
  readonly marked: number
  readonly messages: Range
}
