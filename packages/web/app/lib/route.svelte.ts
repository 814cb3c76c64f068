/** Where the reader is: all of it is in the address, so that a link shows the same. */
import type { FocusList, FocusQuery, Unread, View } from '../../src/query.ts'
import { FOCUS_LISTS, quoted, readFocus, VIEWS, writeFocus } from '../../src/query.ts'
import { TABLE_NAMES } from '../../src/table.ts'

export { VIEWS, type View }

/** Values that are no part of the selection: what a view shows of it. An empty one is not in the address. */
export type Shown = Readonly<Record<string, string | readonly string[]>>
const SHOWN = ['open', 'frame', 'zoomFrom', 'zoomTo', 'by', 'file', 'hunt'] as const
export type ShownName = (typeof SHOWN)[number]
/** Of a table: by itself where the view has one, else after the table's name and a dot. */
const TABLE_NAME = new RegExp(`^(?:[a-z0-9]+\\.)?(?:${TABLE_NAMES.join('|')})$`, 'u')

const address = $state({ path: location.pathname, search: location.search })

addEventListener('popstate', () => {
  address.path = location.pathname
  address.search = location.search
})

const params = $derived(new URLSearchParams(address.search))
const view = $derived(VIEWS.find((name) => `/${name}` === address.path) ?? 'answer')
const read = $derived(readFocus(params))
const focus = $derived(read.focus)
const isShown = (name: string) => SHOWN.some((one) => one === name) || TABLE_NAME.test(name)

const OF_OPEN = /^open[a-z0-9]+\./u

const SHAPES: Readonly<Partial<Record<ShownName, RegExp>>> = {
  open: /^(?:access|token|session):./u,
  by: /^(?:account|organisation|group)$/u,
  file: /^\d{1,9}$/u,
}

function unreadOf(): readonly Unread[] {
  const known = new Set<string>(['from', 'to', ...FOCUS_LISTS])
  const strange = [...new Set(params.keys())].filter((name) => !known.has(name) && !isShown(name))
  const misshapen = SHOWN.filter((name) => {
    const value = params.get(name) ?? ''
    return value !== '' && SHAPES[name]?.test(value) === false
  })
  return [
    ...read.unread,
    ...misshapen.map((name) => ({
      name,
      says: `${quoted(params.get(name) ?? '')} is not one of its values`,
    })),
    ...strange.map((name) => ({ name, says: 'no view has such a value' })),
  ]
}

export const route = {
  get view(): View {
    return view
  },
  get focus(): FocusQuery {
    return focus
  },
  shown(name: ShownName): string {
    return params.get(name) ?? ''
  },
  get params(): URLSearchParams {
    return params
  },
  get unread(): readonly Unread[] {
    return unreadOf()
  },
}

/** The address of a view with a selection; what a view shows goes with it only where it is named. */
export function hrefOf(to: {
  readonly view?: View
  readonly focus?: FocusQuery
  readonly shown?: Shown
}): string {
  const query = writeFocus(to.focus ?? focus)
  for (const [name, value] of Object.entries(to.shown ?? {}))
    for (const one of [value].flat()) if (one !== '') query.append(name, one)
  const target = to.view ?? view
  const text = query.toString()
  return `/${target === 'answer' ? '' : target}${text === '' ? '' : `?${text}`}`
}

/** This view with some of what it shows changed; an empty value takes one away. */
export function shownHref(changes: Shown, within: FocusQuery = focus): string {
  const isKept = (name: string) =>
    isShown(name) && !(changes['open'] !== undefined && OF_OPEN.test(name))
  const names = [...new Set(params.keys())].filter(isKept)
  const kept = Object.fromEntries(names.map((name) => [name, params.getAll(name)]))
  return hrefOf({ focus: within, shown: { ...kept, ...changes } })
}

export const openHref = (kind: 'access' | 'token' | 'session', id: string): string | undefined =>
  id === '' ? undefined : shownHref({ open: `${kind}:${id}` })

export function toggled(name: FocusList, value: string): FocusQuery {
  const held = focus.lists[name] ?? []
  const next = held.includes(value) ? held.filter((one) => one !== value) : [...held, value]
  const { [name]: _, ...others } = focus.lists
  return { ...focus, lists: next.length === 0 ? others : { ...others, [name]: next } }
}

export function timed(span: { readonly from: string; readonly to: string } | null): FocusQuery {
  const { lists } = focus
  return span === null ? { lists } : { ...span, lists }
}

export function go(href: string, how: 'push' | 'replace' = 'push'): void {
  if (how === 'push') history.pushState(null, '', href)
  else history.replaceState(null, '', href)
  address.path = location.pathname
  address.search = location.search
}

export function followLinks(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0) return
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
  const link = event.target instanceof Element ? event.target.closest('a[href]') : null
  const href = link?.getAttribute('href') ?? ''
  if (!/^\/(?!\/)/u.test(href) || link?.hasAttribute('download') === true) return
  event.preventDefault()
  follow(href)
}

/** As a link does: another view begins at its top. */
export function follow(href: string): void {
  const before = view
  go(href)
  if (view === before) return
  scrollTo(0, 0)
  document.getElementById('main')?.focus({ preventScroll: true })
}
