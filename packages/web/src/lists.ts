/** Long lists: sorted, filtered and cut into pages by the server, and exported whole. */
import * as cases from '@mintmark/case'
import { type Asked, withinPart } from './answers.ts'
import type { Lists } from './api.ts'
import { ACCESS_CLASS, ACCESS_TARGET, BASE_RATE, HIT_ACCOUNT } from './columns.ts'
import { focusParam, invalid, numberParam, tableParam, textParam } from './params.ts'
import { arranged, type ColumnOf, csvOf, jsonOf, type TableQuery } from './table.ts'

/** Rows that are asked for at a time: an export of a million stays within memory, and lets others ask between. */
const EXPORTED_AT_ONCE = 50_000
const MOST_OFFSET = 1_000_000_000

type RowOf<P extends keyof Lists> = Lists[P]['rows'][number]
type PageQuery = cases.ListQuery & TableQuery

interface List<T extends object> {
  readonly columns: readonly ColumnOf<T>[]
  page(
    asked: Asked,
    query: PageQuery,
    most?: number,
  ): Promise<{ total: number; rows: readonly T[] }>
}

const named = <T>(names: readonly string[], own: readonly ColumnOf<T>[] = []): ColumnOf<T>[] =>
  names.map((name) => own.find((one) => one.name === name) ?? { name })
const VERDICT_COLUMNS = ['verdict', 'reason', 'strength', 'accesses', 'principals', 'first', 'last']

export const LISTS: { readonly [P in keyof Lists]: List<RowOf<P>> } = {
  '/api/accesses': {
    columns: named<cases.ListedAccess>(cases.ACCESS_COLUMNS, [ACCESS_CLASS, ACCESS_TARGET]),
    page: ({ views, params, signal }, query, most) =>
      views.ask(
        focusParam(params),
        (selected) => cases.accessPage(views.case.session, selected, query, most),
        signal,
      ),
  },
  '/api/tokens': {
    columns: [...named(['tokenId', ...VERDICT_COLUMNS]), BASE_RATE],
    page: async (asked, query) => pageOf(await tokensAsked(asked), LISTS['/api/tokens'], query),
  },
  '/api/sessions': {
    columns: [...named(['sessionId', 'tenant', 'field', ...VERDICT_COLUMNS]), BASE_RATE],
    page: async (asked, query) => pageOf(await sessionsAsked(asked), LISTS['/api/sessions'], query),
  },
  '/api/rejects': {
    columns: named(cases.REJECT_COLUMNS),
    page: ({ views, params, signal }, query, most) => {
      const evidenceId = numberParam(params, 'file', { fallback: 0, least: 0, most: 4_294_967_295 })
      return views.queued(
        () => cases.rejectPage(views.case.session, { ...query, evidenceId }, most),
        signal,
      )
    },
  },
  '/api/hits': {
    columns: named(cases.HIT_COLUMNS, [HIT_ACCOUNT]),
    page: ({ views, params, signal }, query, most) => {
      const id = textParam(params, 'id')
      return views.queued(() => cases.hitPage(views.case.session, id, query, most), signal)
    },
  },
}

export const LIST_PATHS: readonly (keyof Lists)[] = [
  '/api/accesses',
  '/api/tokens',
  '/api/sessions',
  '/api/rejects',
  '/api/hits',
]

/** @throws {MintmarkError} `INPUT_INVALID` for a value that the list cannot have; else as its question */
export function listPage<P extends keyof Lists>(path: P, asked: Asked): Promise<Lists[P]> {
  const list: List<RowOf<P>> = LISTS[path]
  const { params } = asked
  const offset = numberParam(params, 'offset', { fallback: 0, least: 0, most: MOST_OFFSET })
  const limit = numberParam(params, 'limit', { fallback: 100, least: 1, most: 500 })
  const query = { ...tableParam(params, list.columns), offset, limit }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the rows are those of the list
  return list.page(asked, query) as Promise<Lists[P]>
}

function pageOf<T extends object>(
  { rows, total }: { readonly rows: readonly T[]; readonly total: number },
  { columns }: List<T>,
  query: PageQuery,
): { total: number; rows: readonly T[] } {
  const { offset = 0, limit = 100 } = query
  const left = arranged(rows, columns, query)
  return {
    total: left.length === rows.length ? total : left.length,
    rows: left.slice(offset, offset + limit),
  }
}

/** Tokens of the part that is asked for; `total` counts those too that the answer does not list. */
async function tokensAsked(asked: Asked) {
  const { tokens, tokensTotal } = asked.views.answer
  const within = await withinPart(asked, cases.tokensOf)
  if (within === undefined) return { rows: tokens, total: tokensTotal }
  const rows = tokens.filter(({ tokenId }) => within.has(tokenId))
  return { rows, total: rows.length }
}

async function sessionsAsked(asked: Asked) {
  const within = await withinPart(asked, cases.sessionsOf)
  const rows = asked.views.answer.sessions
    .filter(({ verdict }) => verdict === 'unissued' || verdict === 'mismatched')
    .filter(({ sessionId }) => within?.has(sessionId) ?? true)
  return { rows, total: rows.length }
}

export async function exportOf(path: keyof Lists, asked: Asked): Promise<Response | undefined> {
  const format = asked.params.get('format')
  if (format === null) return undefined
  if (format !== 'csv' && format !== 'json') throw invalid('format: it is csv or json', 'format')
  const list: List<object> = LISTS[path]
  const pages = pagesOf(list, asked, format)
  // What cannot be asked for is refused before the file begins.
  const first = await pages.next()
  const body = ReadableStream.from(encoded(String(first.value), pages))
  const type = format === 'csv' ? 'text/csv; charset=utf-8' : 'application/json; charset=utf-8'
  const name = `${path.slice('/api/'.length)}.${format}`
  return new Response(body, {
    headers: { 'Content-Type': type, 'Content-Disposition': `attachment; filename="${name}"` },
  })
}

async function* encoded(first: string, rest: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder()
  yield encoder.encode(first)
  for await (const text of rest) yield encoder.encode(text)
}

/** @throws {Error} where the list changes meanwhile: half of one and half of another is no list */
async function* pagesOf<T extends object>(
  list: List<T>,
  asked: Asked,
  format: 'csv' | 'json',
): AsyncGenerator<string, undefined> {
  const query = tableParam(asked.params, list.columns)
  const columns =
    query.columns?.flatMap((name) => list.columns.find((one) => one.name === name) ?? []) ??
    list.columns
  const limit = EXPORTED_AT_ONCE
  const { answer } = asked.views
  for (let offset = 0, total = 1; offset < total; offset += limit) {
    // oxlint-disable-next-line no-await-in-loop -- memory is that of one page
    const page = await list.page(asked, { ...query, offset, limit }, limit)
    if (asked.views.answer !== answer) throw new Error('the case has changed during the export')
    total = page.total
    if (format === 'csv') yield csvOf(page.rows, columns, offset === 0)
    else yield (offset === 0 ? '[\n' : ',\n') + jsonOf(page.rows, columns)
  }
  if (format === 'json') yield '\n]\n'
}
