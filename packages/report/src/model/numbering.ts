/**
 * Numbers by which a report refers to its own parts, the same in every form of it. Computed from
 * the order alone. Pure: the page's components load it too.
 */
import type { Report } from './model.ts'

export interface Numbers {
  /** By section id: `3`. The summary, which is the first page, has none. */
  readonly sections: ReadonlyMap<string, string>
  /** By statement id: `3.2`. */
  readonly findings: ReadonlyMap<string, string>
  /** By table id: `12`. */
  readonly tables: ReadonlyMap<string, string>
  /** By the text of a query: `4`, its row of the table `queries`. */
  readonly queries: ReadonlyMap<string, string>
}

export function numbersOf({ sections }: Pick<Report, 'sections'>): Numbers {
  const numbered = sections.filter(({ id }) => id !== 'summary')
  const tables = sections.flatMap((section) => section.tables)
  const queries = tables.find(({ id }) => id === 'queries')?.rows ?? []
  return {
    sections: new Map(numbered.map(({ id }, at) => [id, String(at + 1)])),
    findings: new Map(
      numbered.flatMap(({ statements }, at) =>
        statements.map(({ id }, nth) => [id, `${at + 1}.${nth + 1}`] as const),
      ),
    ),
    tables: new Map(tables.map(({ id }, at) => [id, String(at + 1)])),
    queries: new Map(
      queries.flatMap(([, sql], at) => (typeof sql === 'string' ? [[sql, String(at + 1)]] : [])),
    ),
  }
}
