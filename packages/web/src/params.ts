/** Values of an address, bounded before anything is asked with them. */
import { MintmarkError } from '@mintmark/core'
import { type FocusQuery, readFocus, type Unread } from './query.ts'
import { readTable, type TableQuery } from './table.ts'

const MOST_LETTERS = 512

/** @throws {MintmarkError} `INPUT_INVALID`, which names the first invalid value */
export function focusParam(params: URLSearchParams): FocusQuery {
  const { focus, unread } = readFocus(params)
  requireRead(unread)
  return focus
}

export function tableParam(
  params: URLSearchParams,
  columns: readonly { readonly name: string }[],
): TableQuery {
  const names = columns.map(({ name }) => name)
  const { query, unread } = readTable(params, names)
  requireRead(unread)
  return query
}

function requireRead([first]: readonly Unread[]): void {
  if (first !== undefined) throw invalid(`${first.name}: ${first.says}`, first.name)
}

export function numberParam(
  params: URLSearchParams,
  name: string,
  { fallback, least, most }: Readonly<Record<'fallback' | 'least' | 'most', number>>,
): number {
  const text = params.get(name)
  if (text === null) return fallback
  const value = /^\d{1,12}$/u.test(text) ? Number(text) : Number.NaN
  if (value >= least && value <= most) return value
  throw invalid(`${name} is no number from ${least} to ${most}`, name)
}

export function textParam(params: URLSearchParams, name: string): string {
  const text = params.get(name) ?? ''
  if (text.length <= MOST_LETTERS) return text
  throw invalid(`${name} is too long`, name)
}

/** Undefined where it is not given. @throws {MintmarkError} `INPUT_INVALID` */
export function timeParam(params: URLSearchParams, name: string): number | undefined {
  const text = params.get(name)
  if (text === null) return undefined
  const ms = /^\d{4}-\d\d-\d\dT[\d:.]{8,12}Z$/u.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isFinite(ms)) return ms
  throw invalid(`${name} is no time`, name)
}

export const invalid = (message: string, option: string): MintmarkError =>
  new MintmarkError('INPUT_INVALID', message, { option })
