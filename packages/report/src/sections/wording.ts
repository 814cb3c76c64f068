import type { Answer, Bounds } from '@mintmark/case'
import { count, isObject } from '@mintmark/core'
import * as model from '../model/model.ts'

export const section = (
  id: model.Section['id'],
  title: string,
  statements: readonly (model.Statement | undefined)[],
  more: {
    readonly figures?: readonly (model.Figure | undefined)[]
    readonly tables?: readonly (model.Table | undefined)[]
  } = {},
): model.Section => ({
  id,
  title,
  statements: given(statements),
  figures: given(more.figures ?? []),
  tables: given(more.tables ?? []),
})

export const given = <T>(parts: readonly (T | undefined)[]): T[] =>
  parts.flatMap((part) => part ?? [])

type CellName<Row> = {
  [Name in keyof Row]: Row[Name] extends Exclude<model.Cell, model.Range> ? Name : never
}[keyof Row]

type ColumnOf<Row> =
  | readonly [id: CellName<Row> & string, title: string, type?: model.CellType]
  | readonly [id: string, title: string, type: model.CellType, cell: (row: Row) => model.Cell]

export function listed<Row>(
  items: readonly Row[],
  {
    id,
    title,
    columns,
    total = items.length,
    strength,
    evidence,
  }: Pick<model.Draft<model.Table>, 'id' | 'title' | 'evidence'> & {
    readonly columns: model.NonEmpty<ColumnOf<NoInfer<Row>>>
    readonly total?: number
    readonly strength: model.Strength | Sureness
  },
): model.Table {
  const [first, ...more] = columns
  const head = ([name, text, type = 'text']: ColumnOf<Row>) => ({ id: name, title: text, type })
  return model.table({
    id,
    title,
    columns: [head(first), ...more.map(head)],
    rows: items.map((item) =>
      columns.map(([name, , , cell]) => (cell === undefined ? memberOf(item, name) : cell(item))),
    ),
    total,
    strength:
      typeof strength === 'string' ? strength : total > 0 ? strength.present : strength.absence,
    evidence,
  })
}

function memberOf(item: unknown, name: string): model.Cell {
  const member: unknown = isObject(item) ? item[name] : null
  return typeof member === 'string' || typeof member === 'number' ? member : null
}

const MONTHS =
  'January February March April May June July August September October November December'.split(' ')

/** `15 May 2023` of an ISO time; `an unknown day` of none. */
export function dayText(iso: string | null): string {
  if (iso === null) return 'an unknown day'
  const [year, month, day] = iso.slice(0, 10).split('-')
  return `${Number(day)} ${MONTHS[Number(month) - 1] ?? ''} ${year}`
}

export const rangeOf = ({ lower, upper }: Bounds): model.Range => ({ lower, upper })

export const firstSentence = ({ text }: Pick<model.Statement, 'text'>): string =>
  text.slice(0, text.indexOf('. ') + 1) || text

export const anchor = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]+/g, '-')

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

export interface Sureness {
  readonly present: model.Strength
  readonly absence: model.Strength
}

export const surenessOf = (part: Chosen): Sureness => ({
  present: selectedStrength(part),
  absence: absenceIn(part),
})

/** Strength of the statement that records name nothing of a kind: established only where all was read and decided. */
export const absenceIn = ({ conclusion }: Pick<Part, 'conclusion'>): 'established' | 'unknown' =>
  conclusion.unanswered.length === 0 ? 'established' : 'unknown'

type Chosen = Pick<Part, 'selection' | 'scope' | 'conclusion'>

/** A selection that leads made up, or people, is not established. */
export function selectedStrength({ selection, scope, conclusion }: Chosen): model.Strength {
  if (scope.marked > 0) return 'lead'
  if (!selection.isDefault || conclusion.status === 'found') return 'established'
  return conclusion.status === 'lead' ? 'lead' : 'not-excluded'
}

export function limitOf({ selection, scope }: Omit<Chosen, 'conclusion'>): {
  readonly cannotMean?: string
} {
  if (selection.isDefault && scope.marked === 0) return {}
  const who = selection.isDefault ? 'of some, marks of investigators' : 'the options'
  return {
    cannotMean: `That the attacker made each of these accesses: ${who} say so, and not the verdicts.`,
  }
}

export const markedText = ({ accesses, marked }: Part['scope']): string =>
  marked === 0 || marked === accesses
    ? ''
    : ` Marks alone call ${count(marked)} of these accesses the attacker's.`

export const accessesLabel = ({ selection }: Pick<Part, 'selection'>): string =>
  selection.isDefault ? 'accesses of the attacker' : "accesses selected as the attacker's"
