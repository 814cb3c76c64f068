import { everybody, type Whom, whomOf } from '@mintmark/case'
import { type MintmarkError, safeText } from '@mintmark/core'
import { type Paper, type Redaction, readSigningKey, type WriteOptions } from '@mintmark/report'
import { type Call, invalid } from '../process/call.ts'

/** @throws {MintmarkError} `INPUT_INVALID` for a value that is not of its kind, `INPUT_UNREADABLE` for the key */
export async function reportOptions(call: Call): Promise<WriteOptions> {
  const title = call.text('title')
  const pem = await call.file('sign')
  const classification = classificationOf(call)
  return {
    out: call.path('out') ?? '',
    isForced: call.flag('force'),
    redacted: REDACTIONS.filter((what) => call.list('redact').includes(what)),
    prepared: { by: shortText(call, 'preparedBy') ?? null, on: dayOf(call) },
    paper: paperOf(call),
    ...(classification !== undefined && { classification }),
    ...(title !== undefined && { title }),
    ...(pem !== undefined && { signingKey: readSigningKey(pem) }),
  }
}

const REDACTIONS: readonly Redaction[] = ['names', 'addresses']

const MOST_TEXT = 100

function shortText(call: Call, name: 'preparedBy' | 'classification'): string | undefined {
  const given = call.text(name)?.trim()
  if (given === undefined || (given !== '' && given.length <= MOST_TEXT)) return given
  const option = name === 'preparedBy' ? 'prepared-by' : name
  throw invalid(option, `--${option} takes a text of 1 to ${MOST_TEXT} characters`)
}

/** Of the Traffic Light Protocol, version 2.0 (FIRST). */
const TLP = ['TLP:RED', 'TLP:AMBER+STRICT', 'TLP:AMBER', 'TLP:GREEN', 'TLP:CLEAR']

function classificationOf(call: Call): string | undefined {
  const given = shortText(call, 'classification')
  if (given === undefined || !/^TLP\b/i.test(given)) return given
  const label = given.toUpperCase()
  if (TLP.includes(label)) return label
  throw invalid('classification', `--classification: the labels of TLP are ${TLP.join(', ')}`)
}

function dayOf(call: Call): string {
  const given = call.text('preparedOn')
  if (given === undefined) return new Date().toISOString().slice(0, 10)
  const ms = /^\d{4}-\d\d-\d\d$/.test(given) ? Date.parse(given) : Number.NaN
  // A 30th of February parses, as a day of March.
  if (!Number.isNaN(ms) && new Date(ms).toISOString().startsWith(given)) return given
  throw invalid('prepared-on', '--prepared-on takes a day such as 2023-07-14')
}

const PAPERS: readonly Paper[] = ['a4', 'letter']

/** A configuration file may name it, and that is not checked before. */
function paperOf(call: Call): Paper {
  const given = call.text('paper')
  const paper = PAPERS.find((one) => one === given)
  if (paper !== undefined) return paper
  throw invalid('paper', `--paper takes ${PAPERS.join(' or ')}`)
}

type Affected = Parameters<typeof everybody>[0]

/** Everybody whom the accesses concern, whoever has this name: `ALL` is an organisation that is called so. */
const ALL = 'all'

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

function likeness(a: string, b: string): number {
  const [some, others] = [pairsOf(a), pairsOf(b)]
  const shared = [...some].filter((pair) => others.has(pair)).length
  return shared / (some.size + others.size - shared || 1)
}

function pairsOf(name: string): Set<string> {
  const letters = name.toLowerCase()
  return new Set(Array.from({ length: letters.length - 1 }, (_, at) => letters.slice(at, at + 2)))
}
