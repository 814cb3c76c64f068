/**
 * Whom notices are for, as `--for` names them.
 *
 * @module
 */
import { everybody, type Scope, type Whom, whomOf } from '@mintmark/case'
import { type MintmarkError, safeText } from '@mintmark/core'
import { invalid } from './option_values.ts'

/** Everybody whom the accesses concern. */
const ALL = 'all'

/**
 * Recipients, each once; undefined where no notice is asked for.
 *
 * @throws {MintmarkError} `INPUT_INVALID` for a name that is nobody's in the scope
 */
export function recipientsOf(
  scope: Pick<Scope, 'accounts'>,
  names: readonly string[],
): readonly Whom[] | undefined {
  if (names.length === 0) return undefined
  const affected = everybody(scope)
  if (affected.length === 0) throw invalid('for', '--for: the accesses concern nobody by name')
  const chosen = names.flatMap((name) => {
    const whom = whomOf(scope, name)
    if (whom !== undefined) return [whom]
    if (name === ALL) return affected
    throw unknown(name, scope, affected)
  })
  return [...new Map(chosen.map((whom) => [`${whom.isOrganisation} ${whom.name}`, whom])).values()]
}

function unknown(
  name: string,
  { accounts }: Pick<Scope, 'accounts'>,
  affected: readonly Whom[],
): MintmarkError {
  const known = new Set([
    ...affected.map((whom) => whom.name),
    ...accounts.map((one) => one.mailbox),
  ])
  const [nearest = ''] = [...known].toSorted((a, b) => likeness(name, b) - likeness(name, a))
  const message = `--for: ${safeText(name, 100)} is no affected organisation or mailbox. Did you mean ${safeText(nearest, 100)}?`
  return invalid('for', message)
}

/** How many pairs of letters two names share, of all that they have. */
function likeness(a: string, b: string): number {
  const [some, others] = [pairsOf(a), pairsOf(b)]
  const shared = [...some].filter((pair) => others.has(pair)).length
  return shared / (some.size + others.size - shared || 1)
}

function pairsOf(name: string): Set<string> {
  const letters = name.toLowerCase()
  return new Set(Array.from({ length: letters.length - 1 }, (_, at) => letters.slice(at, at + 2)))
}
