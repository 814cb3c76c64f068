/**
 * A world: the log files of tenants as parsed rows, and what really happened. A fault makes another
 * world of it. It changes or removes rows; the truth stays what it was.
 */

export type Json = Readonly<Record<string, unknown>>

/** One record of a log. */
export interface Row {
  readonly data: Json
  /** The text of the record ends after so many characters; 0 where it is whole. */
  readonly cut: number
}

export type Category = 'interactive' | 'non-interactive' | 'service-principal' | 'managed-identity'

/** How a file writes its rows. */
export type Format =
  /** `AuditData` objects, one a line. */
  | 'ual-ndjson'
  /** `AuditData` objects in an array, as a blob of the management API. */
  | 'ual-array'
  /** The download of the compliance portal. */
  | 'purview-csv'
  /** Sign-ins of diagnostic settings, one a line. */
  | 'diagnostic'
  /** An answer of Graph's list of sign-ins. */
  | 'graph-json'
  /** Sign-ins as a table of Log Analytics. */
  | 'log-analytics-csv'
  /** The table of Graph activity, one row a line. */
  | 'graph-activity'

/** One log file. Rows of `audit` are `AuditData`; of `sign-in`, Graph's `signIn`; of `graph`, the table's. */
export interface LogFile {
  /** Path within the evidence. */
  readonly path: string
  /** The tenant whose system exported the file. */
  readonly owner: string
  readonly kind: 'audit' | 'sign-in' | 'graph'
  /** `''` where the file holds no sign-ins. */
  readonly category: Category | ''
  readonly format: Format
  readonly wrapping: 'plain' | 'gzip' | 'utf16'
  /** Day before month in the dates of a table. */
  readonly isDayFirst: boolean
  /** Whether an answer of Graph's names a next page. */
  readonly isPartial?: boolean
  readonly rows: readonly Row[]
}

/** A file that no fault looks into. */
export interface OtherFile {
  readonly path: string
  readonly content: string | Uint8Array
}

/** What one access really was. */
export interface TrueAccess {
  readonly id: string
  readonly atMs: number
  /** `''` for an ordinary access; else how its token was made. */
  readonly forged: string
  /** Whether the evidence, with nothing lost, suffices for a verdict. */
  readonly isDeterminable: boolean
  readonly principal: string
  readonly mailbox: string
  readonly ip: string
  readonly app: string
  readonly client: string
  /** Ids of the messages that a forged access read; empty for an ordinary one. */
  readonly messages: readonly string[]
}

/** How many distinct messages forged tokens read. */
export interface Exposure {
  readonly mailboxes: ReadonlyMap<string, number>
  /**
   * The same of genuine tokens in the wrong hands: a lower bound may count it, and an upper bound
   * need not, since the provider issued them. Absent where there are none.
   */
  readonly misused?: ReadonlyMap<string, number>
  /** Undefined where the whole is not known. */
  readonly inAll: number | undefined
}

export interface World {
  readonly name: string
  readonly seed: number
  readonly people: number
  readonly files: readonly LogFile[]
  readonly others: readonly OtherFile[]
  /** Logs of a partner's, which are no evidence until a fault adds them. */
  readonly partner: readonly LogFile[]
  /** Every access that happened, by its record's id: also those that a fault removes. */
  readonly truth: ReadonlyMap<string, TrueAccess>
  /** Accesses of which no verdict is wrong: by genuine tokens in the wrong hands. */
  readonly unjudged: ReadonlySet<string>
  readonly exposure: Exposure
  /** Names of mailboxes that have two: their bounds are those of a part. */
  readonly renamed: ReadonlySet<string>
  /** Whether access records were lost in a way that leaves no mark: then an upper bound may miss them. */
  readonly isSilent: boolean
  /** The faults that were applied. */
  readonly faults: readonly string[]
}

/** Distinct messages that the forged accesses of a truth read. */
export function exposureOf(truth: ReadonlyMap<string, TrueAccess>): Exposure {
  const read = new Map<string, Set<string>>()
  const all = new Set<string>()
  for (const { forged, mailbox, messages } of truth.values()) {
    if (forged === '') continue
    const own = read.get(mailbox) ?? new Set()
    for (const message of messages) {
      own.add(message)
      all.add(message)
    }
    read.set(mailbox, own)
  }
  const mailboxes = new Map([...read].map(([mailbox, own]) => [mailbox, own.size]))
  return { mailboxes, inAll: all.size }
}

/** A row that is whole. */
export function row(data: Json): Row {
  return { data, cut: 0 }
}

/** Text of a member; `''` where it has none. */
export function textOf(data: Json, name: string): string {
  const value = data[name]
  return typeof value === 'string' ? value : ''
}

/** An object that is a member; empty where there is none. */
export function objectOf(data: Json, name: string): Json {
  const value = data[name]
  return isJson(value) ? value : {}
}

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The same world with other files of one kind, or of all kinds. */
export function withFiles(
  world: World,
  change: (file: LogFile) => LogFile | readonly LogFile[],
): World {
  return { ...world, files: world.files.flatMap((file) => change(file)) }
}

/** The same file with the rows that `keep` lets through. */
export function keepRows(file: LogFile, keep: (data: Json) => boolean): LogFile {
  return { ...file, rows: file.rows.filter(({ data }) => keep(data)) }
}

/** The same file with each row's content changed. */
export function mapRows(file: LogFile, change: (data: Json) => Json): LogFile {
  return { ...file, rows: file.rows.map(({ data, cut }) => ({ data: change(data), cut })) }
}
