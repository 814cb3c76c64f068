/** Rows in and out. `accesses:n` reads column `n`; time columns are in milliseconds, `_ms`. */
import { isoOf, type Json } from '@mintmark/core'
import type { Params, Session } from './session.ts'

type Member<S extends string> = S extends `${infer One} ${infer Rest}`
  ? Member<One> | Member<Rest>
  : S extends `${infer Name}:${string}`
    ? Name
    : S

export type Texts<S extends string> = Readonly<Record<Member<S>, string>>
export type Numbers<S extends string> = Readonly<Record<Member<S>, number>>

interface Fields<T> {
  readonly type?: T
  readonly cells: (row: Json) => (readonly [member: string, value: unknown])[]
}
type FieldsOf<V> = <S extends string>(names: S) => Fields<Readonly<Record<Member<S>, V>>>

type Merged<F extends readonly unknown[]> = F extends readonly [Fields<infer T>, ...infer Rest]
  ? T & Merged<Rest>
  : unknown

export function fieldsOf<V>(read: (value: unknown) => V, suffix = ''): FieldsOf<V> {
  return (names) => {
    const members = names.split(' ').map((name) => {
      const [member = '', column = `${snakeCase(member)}${suffix}`] = name.split(':')
      return { member, column }
    })
    return { cells: (row) => members.map(({ member, column }) => [member, read(row[column])]) }
  }
}

const snakeCase = (name: string): string =>
  name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

const given = (value: unknown): unknown => value ?? ''

interface Cells {
  readonly text: FieldsOf<string>
  /** The engine gives 64-bit numbers as text. */
  readonly number: FieldsOf<number>
  readonly flag: FieldsOf<boolean>
  readonly time: FieldsOf<string>
  readonly texts: FieldsOf<readonly string[]>
  readonly side: FieldsOf<'issuance' | 'access'>
  readonly made: <M extends string, V>(
    member: M,
    read: (row: Json) => V,
  ) => Fields<Readonly<Record<M, V>>>
}

export const cell: Cells = {
  text: fieldsOf((value) => String(given(value))),
  number: fieldsOf((value) => Number(value ?? 0)),
  flag: fieldsOf((value) => Number(value) === 1),
  time: fieldsOf((value) => isoOf(Number(value)), '_ms'),
  texts: fieldsOf(textsOf),
  side: fieldsOf((value) => (value === 'issuance' ? 'issuance' : 'access')),
  made: (member, read) => ({ cells: (row) => [[member, read(row)]] }),
}

export function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : []
}

export const listsOf = (value: unknown): string[][] =>
  Array.isArray(value) ? value.map(textsOf) : []

export function rowReader<F extends readonly Fields<unknown>[]>(
  ...fields: F
): (row: Json) => Merged<F> {
  return (row) =>
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each field has read its members
    Object.fromEntries(fields.flatMap(({ cells }) => cells(row))) as Merged<F>
}

export async function firstRow(session: Session, sql: string, params?: Params): Promise<Json> {
  const [row = {}] = await session.rows(sql, params)
  return row
}

export async function countOf(session: Session, from: string, params?: Params): Promise<number> {
  return Number((await firstRow(session, `SELECT count() AS n FROM ${from}`, params))['n'] ?? 0)
}

export const textsBy = (rows: readonly Json[], key: string, value: string): Map<string, string> =>
  new Map(rows.map((row) => [String(row[key]), String(row[value])]))

export const numbersBy = (rows: readonly Json[], key: string, value: string): Map<string, number> =>
  new Map(rows.map((row) => [String(row[key]), Number(row[value])]))

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\\', '\\\\'],
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\0', '\\0'],
])

type Cell = string | number | null

const escapedCell = (value: Cell): string =>
  value === null
    ? '\\N'
    : String(value).replaceAll(/[\\\t\n\r\0]/g, (character) => ESCAPES.get(character) ?? '')

/** 2299-12-31: the last day that DateTime64 knows. */
const LAST_MS = 10_413_791_999_999

/** A time as the engine reads it, `2023-06-01 00:00:00.000`; null for none. */
export function timeCell(ms: number): string | null {
  const within = Math.floor(Math.min(ms, LAST_MS))
  return ms > 0 ? new Date(within).toISOString().slice(0, 23).replace('T', ' ') : null
}

const ROWS_AT_ONCE = 50_000

export async function insertRows(
  session: Session,
  table: string,
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
): Promise<void> {
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
    const lines = rows
      .slice(at, at + ROWS_AT_ONCE)
      .map((cells) => `${cells.map(escapedCell).join('\t')}\n`)
    await session.insert(table, columns, 'TabSeparated', Buffer.from(lines.join('')))
  }
}
