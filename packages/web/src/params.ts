/** Values of an address, bounded before anything is asked with them. @module */
import { MintmarkError } from '@mintmark/core'
import { type FocusQuery, readFocus, type Unread } from './query.ts'
import { readTable, type TableQuery } from './table.ts'

const MOST_OFFSET = 1_000_000_000
const MOST_LETTERS = 512

/** @throws {MintmarkError} `INPUT_INVALID`, which names the first invalid value */
export function focusParam(params: URLSearchParams): FocusQuery {
  const { focus, unread } = readFocus(params)
  requireRead(unread)
  return focus
}

/** @throws {MintmarkError} `INPUT_INVALID` */
export function tableParam(params: URLSearchParams, columns: readonly string[]): TableQuery {
  const { query, unread } = readTable(params, columns)
  requireRead(unread)
  return query
}

function requireRead([first]: readonly Unread[]): void {
  if (first !== undefined) throw invalid(`${first.name}: ${first.says}`, first.name)
}

/** @throws {MintmarkError} `INPUT_INVALID` */
export function pageParams(params: URLSearchParams): {
  readonly offset: number
  readonly limit: number
} {
  return {
    offset: numberParam(params, 'offset', { fallback: 0, least: 0, most: MOST_OFFSET }),
    limit: numberParam(params, 'limit', { fallback: 100, least: 1, most: 500 }),
  }
}

/** @throws {MintmarkError} `INPUT_INVALID` */
export function numberParam(
  params: URLSearchParams,
  name: string,
  {
    fallback,
    least,
    most,
  }: { readonly fallback: number; readonly least: number; readonly most: number },
): number {
  const text = params.get(name)
  if (text === null) return fallback
  const value = /^\d{1,12}$/u.test(text) ? Number(text) : Number.NaN
  if (value >= least && value <= most) return value
  throw invalid(`${name} is no number from ${least} to ${most}`, name)
}

/** @throws {MintmarkError} `INPUT_INVALID` */
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
