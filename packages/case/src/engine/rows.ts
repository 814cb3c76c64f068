/**
 * Rows that the engine gives, as objects. A reader names the members in their order: `accesses` is read from the column
 * of that name in snake case, `accesses:n` from the column `n`. Columns of times have milliseconds and end in `_ms`.
 *
 * @module
 */
import { isoOf, type Json } from '@mintmark/core'
import type { Params, Session } from './session.ts'

/** The names in a text. */
type Member<S extends string> = S extends `${infer One} ${infer Rest}`
  ? Member<One> | Member<Rest>
  : S extends `${infer Name}:${string}`
    ? Name
    : S

/** Members of one kind, and how they are read. */
interface Fields<T> {
  readonly type?: T
  readonly cells: (row: Json) => (readonly [member: string, value: unknown])[]
}
type FieldsOf<V> = <S extends string>(names: S) => Fields<Readonly<Record<Member<S>, V>>>

type Merged<F extends readonly unknown[]> = F extends readonly [Fields<infer T>, ...infer Rest]
  ? T & Merged<Rest>
  : unknown

/** Members whose cells are read by one function. */
export function fieldsOf<V>(read: (cell: unknown) => V, suffix = ''): FieldsOf<V> {
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

const given = (cell: unknown): unknown => cell ?? ''
export const asText: FieldsOf<string> = fieldsOf((cell) => String(given(cell)))
/** The engine gives 64-bit numbers as text. */
export const asNumber: FieldsOf<number> = fieldsOf((cell) => Number(cell ?? 0))
export const asFlag: FieldsOf<boolean> = fieldsOf((cell) => Number(cell) === 1)
/** ISO 8601, UTC. */
export const asTime: FieldsOf<string> = fieldsOf((cell) => isoOf(Number(cell)), '_ms')
export const asTexts: FieldsOf<readonly string[]> = fieldsOf(textsOf)

export const asSide: FieldsOf<'issuance' | 'access'> = fieldsOf((cell) =>
  cell === 'issuance' ? 'issuance' : 'access',
)

/** A member that is made of the whole row. */
export const computed = <M extends string, V>(
  member: M,
  read: (row: Json) => V,
): Fields<Readonly<Record<M, V>>> => ({ cells: (row) => [[member, read(row)]] })

/** A list of the engine. */
export function textsOf(cell: unknown): string[] {
  return Array.isArray(cell) ? cell.map(String) : []
}

/** Reads rows into objects with these members. */
export function rowReader<F extends readonly Fields<unknown>[]>(
  ...fields: F
): (row: Json) => Merged<F> {
  return (row) =>
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each field has read its members
    Object.fromEntries(fields.flatMap(({ cells }) => cells(row))) as Merged<F>
}

/** The first row of an answer; without any an empty one. */
export async function firstRow(session: Session, sql: string, params?: Params): Promise<Json> {
  const [row = {}] = await session.rows(sql, params)
  return row
}

/** How many rows a table or subquery has, with what follows it. */
export async function countOf(session: Session, from: string, params?: Params): Promise<number> {
  return Number((await firstRow(session, `SELECT count() AS n FROM ${from}`, params))['n'] ?? 0)
}

/** A column of texts by a column of texts. */
export const textsBy = (rows: readonly Json[], key: string, value: string): Map<string, string> =>
  new Map(rows.map((row) => [String(row[key]), String(row[value])]))

/** A column of numbers by a column of texts. */
export const numbersBy = (rows: readonly Json[], key: string, value: string): Map<string, number> =>
  new Map(rows.map((row) => [String(row[key]), Number(row[value])]))
