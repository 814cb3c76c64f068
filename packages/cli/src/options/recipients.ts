/** Whom notices are for, as `--for` names them. @module */
import { everybody, type Whom, whomOf } from '@mintmark/case'
import { type MintmarkError, safeText } from '@mintmark/core'
import { invalid } from './option_values.ts'

type Affected = Parameters<typeof everybody>[0]

/** Everybody whom the accesses concern, whoever has this name: `ALL` is an organisation that is called so. */
const ALL = 'all'

/**
 * Recipients, each once; undefined where no notice is asked for.
 *
 * @throws {MintmarkError} `INPUT_INVALID` for a name that is nobody's in the scope, or several parties'
 */
export function recipientsOf(
  scope: Affected,
  names: readonly string[],
): readonly Whom[] | undefined {
  if (names.length === 0) return undefined
  const affected = everybody(scope)
  if (affected.length === 0) throw invalid('for', '--for: the accesses concern nobody by name')
  const chosen = names.flatMap((name): readonly Whom[] => {
    if (name === ALL) return affected
    const found = whomOf(scope, name)
    if (found.length > 1) throw ambiguous(name, found)
    if (found.length === 1) return found
    throw unknown(name, scope, affected)
  })
  return [...new Map(chosen.map((whom) => [`${whom.isOrganisation} ${whom.name}`, whom])).values()]
}

/** One of them would get what is another's. */
function ambiguous(name: string, found: readonly Whom[]): MintmarkError {
  const names = found.map((whom) => safeText(whom.name, 100)).join(' or ')
  return invalid(
    'for',
    `--for: ${safeText(name, 100)} is ${names}: give it in the same letter case`,
  )
}

function unknown(name: string, { accounts }: Affected, affected: readonly Whom[]): MintmarkError {
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
