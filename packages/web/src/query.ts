/** A focus as an address has it: the same for the page, its API and a link. */
import { utcMs } from '@mintmark/core/times'

export const VIEWS = [
  'answer',
  'timeline',
  'accounts',
  'tokens',
  'unknowns',
  'evidence',
  'hunts',
  'custody',
  'keys',
  'marks',
] as const
export type View = (typeof VIEWS)[number]

export interface Unread {
  readonly name: string
  readonly says: string
}

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

export interface FocusQuery {
  /** ISO 8601, UTC; half-open. */
  readonly from?: string
  readonly to?: string
  readonly lists: Readonly<Partial<Record<FocusList, readonly string[]>>>
}

const MOST_VALUES = 200
export const MOST_LETTERS = 512
const CLASSES = ['forged', 'replayed', 'mis-granted', 'context', 'named']
const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/iu

/** Of several values of one kind all unread go: those left would show less than was meant. */
export function readFocus(params: URLSearchParams): {
  readonly focus: FocusQuery
  readonly unread: readonly Unread[]
} {
  const unread: Unread[] = []
  const lists: Partial<Record<FocusList, readonly string[]>> = {}
  for (const name of FOCUS_LISTS) {
    const values = [...new Set(params.getAll(name))].toSorted(byText)
    const says = faultOf(name, values)
    if (says !== '') unread.push({ name, says })
    else if (values.length > 0) lists[name] = values
  }
  const [from, to] = (['from', 'to'] as const).map((name) => {
    const [text, ...more] = params.getAll(name)
    if (text === undefined) return undefined
    const ms = more.length > 0 ? undefined : utcMs(text)
    if (more.length > 0) unread.push({ name, says: 'it is given more than once' })
    else if (ms === undefined)
      unread.push({ name, says: `${quoted(text)} is not a time. Use 2023-05-15T10:00Z` })
    return ms
  })
  const isTurned = from !== undefined && to !== undefined && from >= to
  if (isTurned) unread.push({ name: 'to', says: 'it is not after from' })
  return {
    focus: {
      ...(from !== undefined && { from: new Date(from).toISOString() }),
      ...(to !== undefined && !isTurned && { to: new Date(to).toISOString() }),
      lists,
    },
    unread,
  }
}

function faultOf(name: FocusList, values: readonly string[]): string {
  if (values.length > MOST_VALUES) return `there are more than ${MOST_VALUES} values`
  if (values.some((value) => value.length > MOST_LETTERS)) return 'a value is too long'
  const wrong = values.find(
    (value) =>
      (name === 'class' && !CLASSES.includes(value)) || (name === 'token' && !GUID.test(value)),
  )
  if (wrong === undefined) return ''
  return `${quoted(wrong)} is not ${name === 'class' ? `one of ${CLASSES.join(', ')}` : 'a token id'}`
}

const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

export const quoted = (text: string): string =>
  JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)

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

export const isWhole = (focus: FocusQuery): boolean =>
  focus.from === undefined && focus.to === undefined && Object.keys(focus.lists).length === 0
