import type { View } from './route.svelte.ts'

export const VIEW_KEYS: Readonly<Record<View, string>> = {
  answer: 'a',
  timeline: 't',
  accounts: 'c',
  tokens: 'o',
  unknowns: 'u',
  evidence: 'e',
  hunts: 'h',
  custody: 's',
  keys: 'k',
  marks: 'm',
}

export const KEYS: readonly (readonly [keys: string, does: string])[] = [
  ['/', 'search'],
  ['?', 'this help'],
  ['j, k', 'next row, previous row'],
  ['←, →', 'previous cell, next cell'],
  ['Enter', 'open the row'],
  ['Space', 'filter by the cell, or copy it'],
  ['c', 'copy the cell'],
  ['x', 'tick the row'],
  ['Esc', 'close'],
]

export function isTaken(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.closest('[popover]') !== null || target.isContentEditable) return true
  if (target instanceof HTMLInputElement)
    return !['checkbox', 'radio', 'button'].includes(target.type)
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement
}

export function stepRow(by: 1 | -1): void {
  const root = document.querySelector('dialog[open]') ?? document.getElementById('main')
  const rows = [...(root?.querySelectorAll<HTMLElement>('[data-row]') ?? [])]
  const now = document.activeElement?.closest<HTMLElement>('[data-row]') ?? null
  const at = now === null ? -1 : rows.indexOf(now)
  const next = rows[at === -1 ? 0 : at + by]
  if (next === undefined) return
  const column = document.activeElement?.closest<HTMLElement>('[data-column]')?.dataset['column']
  const cells = [...next.querySelectorAll<HTMLElement>('[data-column]')]
  const cell = cells.find((one) => one.dataset['column'] === column) ?? cells[0]
  const to = cell ?? next.querySelector<HTMLElement>('a[href]')
  to?.focus()
}
