/**
 * What two judgements of one world differ in, as people read it.
 *
 * @module
 */
import type { Given, Said } from './law_judges.ts'
import type { SmallWorld } from './law_world.ts'

export const wordsOf = ({ verdict, reason, strength, rate }: Given): string =>
  [verdict, reason, strength, rate].filter(Boolean).join(' ')

export const boundsOf = ({ lower, upper }: Said): string =>
  `messages ${lower} to ${upper ?? 'no bound'}`

/** A line for each access with another verdict than before, and for other bounds. */
export function differences(one: Said, other: Said, { uses }: SmallWorld): string[] {
  const lines = uses.flatMap(({ what }, i) => {
    const [was, is] = [one.given[i], other.given[i]].map((given) => (given ? wordsOf(given) : ''))
    return was === is ? [] : [`${what}: ${was} -> ${is}`]
  })
  const bounds = [boundsOf(one), boundsOf(other)]
  return bounds[0] === bounds[1] ? lines : [...lines, bounds.join(' -> ')]
}
