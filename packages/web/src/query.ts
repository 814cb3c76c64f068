/**
 * A focus as it stands in an address: the same for the page, its API and a link that somebody keeps.
 *
 * @module
 */

/** What each member is called in an address; values of one may be repeated. */
export const FOCUS_LISTS = [
  'organisation',
  'group',
  'mailbox',
  'class',
  'principal',
  'session',
  'token',
  'ip',
  'operation',
] as const
export type FocusList = (typeof FOCUS_LISTS)[number]

/** A part of the selection, in the words of an address. */
export interface FocusQuery {
  /** ISO 8601, UTC; half-open. */
  readonly from?: string
  readonly to?: string
  readonly lists: Readonly<Partial<Record<FocusList, readonly string[]>>>
}

const MOST_VALUES = 200
const MOST_LETTERS = 512
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z$/u

/** @returns the focus, or undefined for one that no address of ours has: a bad time, or too much */
export function readFocus(params: URLSearchParams): FocusQuery | undefined {
  const lists: Partial<Record<FocusList, readonly string[]>> = {}
  for (const name of FOCUS_LISTS) {
    const values = [...new Set(params.getAll(name))].toSorted(byText)
    if (values.length > MOST_VALUES || values.some((value) => value.length > MOST_LETTERS))
      return undefined
    if (values.length > 0) lists[name] = values
  }
  const from = params.get('from') ?? undefined
  const to = params.get('to') ?? undefined
  if ([from, to].some((time) => time !== undefined && !isTime(time))) return undefined
  return { ...(from !== undefined && { from }), ...(to !== undefined && { to }), lists }
}

const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

function isTime(text: string): boolean {
  return TIME.test(text) && Number.isFinite(Date.parse(text))
}

/** In an order that does not depend on how the focus came about. */
export function writeFocus(focus: FocusQuery): URLSearchParams {
  const params = new URLSearchParams()
  if (focus.from !== undefined) params.set('from', focus.from)
  if (focus.to !== undefined) params.set('to', focus.to)
  for (const name of FOCUS_LISTS) {
    for (const value of (focus.lists[name] ?? []).toSorted(byText)) params.append(name, value)
  }
  return params
}

/** Whether it leaves nothing out. */
export function isWhole(focus: FocusQuery): boolean {
  return focus.from === undefined && focus.to === undefined && Object.keys(focus.lists).length === 0
}
