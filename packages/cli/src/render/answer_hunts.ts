/**
 * What hunts found, one line a class: established ones first, and before all others what was issued and is in the
 * wrong hands, because no verdict shows that.
 *
 * @module
 */
import type { HuntResult } from '@mintmark/case'
import { count, plural } from './table.ts'

const WIDTH = 110
const CLASSES = ['replayed', 'mis-granted', 'forged', 'context'] as const
const STRENGTHS = ['established', 'lead'] as const

/** Lines of no more than a terminal's width; empty where no hunt hit anything. */
export function huntLines(hunts: readonly HuntResult[]): string[] {
  return STRENGTHS.flatMap((strength) =>
    CLASSES.flatMap((kind) => {
      const alike = hunts
        .filter((hunt) => hunt.strength === strength && hunt.class === kind && hunt.hits > 0)
        .toSorted((a, b) => b.hits - a.hits)
      const label = `  ${`${kind} (${strength})`.padEnd(20)} `
      return alike.length === 0 ? [] : [`${label}${named(alike, WIDTH - label.length)}`]
    }),
  )
}

/** As many hunts as there is room for, the one with most hits first; of a single one more is said. */
function named(alike: readonly HuntResult[], room: number): string {
  const [first, ...others] = alike
  if (first === undefined) return ''
  if (others.length === 0) return single(first)
  const names = alike.map(({ id, hits }) => `${id} ${count(hits)}`)
  for (let shown = names.length; shown > 1; shown--) {
    const text = `${names.slice(0, shown).join(', ')}${shown < names.length ? ', …' : ' accesses'}`
    if (text.length <= room) return text
  }
  return `${names[0] ?? ''}, …`
}

function single({ id, hits, accounts, first, last }: HuntResult): string {
  const days =
    first === null || last === null ? '' : `, ${first.slice(0, 10)} to ${last.slice(0, 10)}`
  return `${id}: ${plural(hits, 'access', 'accesses')}, ${plural(accounts, 'account')}${days}`
}
