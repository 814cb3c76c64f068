/**
 * Columns and references that several sections use.
 *
 * @module
 */
import type { Answer, Bounds } from '@mintmark/case'
import type { CellType, Column, Evidence, ExportName, Range, Strength } from '../model/model.ts'

export const column = (id: string, title: string, type: CellType = 'text'): Column => ({
  id,
  title,
  type,
})

export const inTable = (id: string): Evidence => ({ kind: 'table', table: id })
export const inExport = (file: ExportName): Evidence => ({ kind: 'export', file })
export const inRows = (file: ExportName, name: string, value: string): Evidence => ({
  kind: 'export',
  file,
  column: name,
  value,
})
export const byQuery = (sql: string): Evidence => ({ kind: 'query', sql })
export const byRule = (document: string, heading: string): Evidence => ({
  kind: 'rule',
  document,
  heading,
})

export const byFinding = (id: string): Evidence => ({ kind: 'finding', statement: id })

const MONTHS =
  'January February March April May June July August September October November December'.split(' ')

/** `15 May 2023` of an ISO time; `an unknown day` of none. */
export function dayText(iso: string | null): string {
  if (iso === null) return 'an unknown day'
  const [year, month, day] = iso.slice(0, 10).split('-')
  return `${Number(day)} ${MONTHS[Number(month) - 1] ?? ''} ${year}`
}

export const rangeOf = ({ lower, upper }: Bounds): Range => ({ lower, upper })

/** `replayed_token_network` as part of an anchor. */
export const anchor = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]+/g, '-')

/** What the sections of a part of a case are made from: nothing else of it is in them. */
export type Part = Pick<
  Answer,
  'scope' | 'timeline' | 'selection' | 'keys' | 'verdicts' | 'sessions'
> & {
  readonly conclusion: Pick<Answer['conclusion'], 'status' | 'unanswered'>
  readonly tokens: readonly Pick<
    Answer['tokens'][number],
    'tokenId' | 'reason' | 'strength' | 'baseRate'
  >[]
}

/** How strong it is that the records name nothing of a kind: established only where all could be judged and read. */
export function absenceIn({ conclusion }: Pick<Part, 'conclusion'>): 'established' | 'unknown' {
  return conclusion.unanswered.length === 0 ? 'established' : 'unknown'
}

/** A selection that leads made up, or people, is not established. */
export function selectedStrength({
  selection,
  conclusion,
}: Pick<Part, 'selection' | 'conclusion'>): Strength {
  if (!selection.isDefault || conclusion.status === 'found') return 'established'
  return conclusion.status === 'lead' ? 'lead' : 'not-excluded'
}

/** Of accesses that options select. */
export const SELECTED_IS_NO_VERDICT =
  'That the attacker made each of these accesses: the options say so, and not the verdicts.'

export const accessesLabel = ({ selection }: Pick<Part, 'selection'>): string =>
  selection.isDefault ? 'accesses of the attacker' : "accesses selected as the attacker's"

/** The strength of a list: that it is empty is another thing than what stands in it. */
export function listStrength(
  rows: number,
  absence: Strength,
  present: Strength = 'established',
): Strength {
  return rows === 0 ? absence : present
}
