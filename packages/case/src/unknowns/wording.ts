/** Numbers and names in the sentences of unknowns. */

/** `1 mailbox`, `12,000 mailboxes`. */
export function counted(count: number, one: string, many: string): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`
}

const NAMED = 3

/** The first few names, cut short, and how many more there are. */
export function someOf(names: readonly string[]): string {
  const some = names.slice(0, NAMED).map((name) => (name === '' ? '(no name)' : name.slice(0, 100)))
  const rest = names.length - some.length
  return rest === 0
    ? some.join(', ')
    : `${some.join(', ')} and ${rest.toLocaleString('en-US')} more`
}

/** The name in brackets, where there is one. */
export const bracketed = (name: string): string => (name === '' ? '' : ` (${name.slice(0, 100)})`)
