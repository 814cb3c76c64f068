/**
 * Where the reader is: the view, the selection, and what is open. All of it stands in the address, so that a link
 * shows the same to somebody else, and the back button takes back what was done last.
 *
 * @module
 */
import { type FocusList, type FocusQuery, readFocus, writeFocus } from '../../src/query.ts'

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

/** Values that are no part of the selection: what a view shows of it. */
export type Shown = Readonly<Record<string, string>>
const SHOWN = ['open', 'zoomFrom', 'zoomTo', 'by', 'page', 'file', 'hunt', 'q', 'sort'] as const
export type ShownName = (typeof SHOWN)[number]

const address = $state({ path: location.pathname, search: location.search })

addEventListener('popstate', () => {
  address.path = location.pathname
  address.search = location.search
})

const params = $derived(new URLSearchParams(address.search))
const view = $derived(VIEWS.find((name) => `/${name}` === address.path) ?? 'answer')
const focus: FocusQuery = $derived(readFocus(params) ?? { lists: {} })

export const place = {
  get view(): View {
    return view
  },
  get focus(): FocusQuery {
    return focus
  },
  /** A value of the address, `''` where it has none. */
  shown(name: ShownName): string {
    return params.get(name) ?? ''
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
    if (value !== '') query.set(name, value)
  const target = to.view ?? view
  const text = query.toString()
  return `/${target === 'answer' ? '' : target}${text === '' ? '' : `?${text}`}`
}

/** This view with some of what it shows changed; an empty value takes one away. */
export function shownHref(changes: Shown, within: FocusQuery = focus): string {
  const kept = Object.fromEntries(SHOWN.map((name) => [name, params.get(name) ?? '']))
  return hrefOf({ focus: within, shown: { ...kept, ...changes } })
}

/** The selection with a value more or, where it has it, less. */
export function toggled(name: FocusList, value: string): FocusQuery {
  const held = focus.lists[name] ?? []
  const next = held.includes(value) ? held.filter((one) => one !== value) : [...held, value]
  const { [name]: _, ...others } = focus.lists
  return { ...focus, lists: next.length === 0 ? others : { ...others, [name]: next } }
}

/** The selection narrowed to a time; null for any time. */
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

/** Follows links of the page without loading it again. */
export function followLinks(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0) return
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
  const link = event.target instanceof Element ? event.target.closest('a[href]') : null
  const href = link?.getAttribute('href') ?? ''
  if (!/^\/(?!\/)/u.test(href) || link?.hasAttribute('target') === true) return
  event.preventDefault()
  const before = view
  go(href)
  if (view !== before) {
    scrollTo(0, 0)
    document.getElementById('main')?.focus({ preventScroll: true })
  }
}
