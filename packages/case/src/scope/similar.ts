/** Accesses that share a trait with those that somebody has just marked: suggestions, with how many others share it. */
import { isoOf } from '@mintmark/core'
import { cell, listsOf, type Numbers, rowReader } from '../engine/rows.ts'
import { BOUNDED, type Params, type Session } from '../engine/session.ts'
import { APP, PRINCIPAL, SESSION, tokenText } from '../store/sql.ts'
import { aboutMarks, type MarkWord, markAccesses } from './marks.ts'
import type { Selected } from './selected.ts'

export const TRAITS = ['token', 'session', 'address', 'client', 'application'] as const
export type Trait = (typeof TRAITS)[number]

const VALUE: Readonly<Record<Trait, string>> = {
  token: tokenText(),
  session: SESSION,
  address: 'ip',
  client: 'toString(client)',
  application: `toString(${APP})`,
}
const MOST_EXAMPLES = 3
const CUT = 200

export interface Similar extends Numbers<'values accesses principals principalsInAll'> {
  readonly trait: Trait
  readonly value: string
  readonly examples: readonly {
    readonly recordId: string
    readonly at: string
    readonly principal: string
  }[]
}

interface Marked {
  readonly at: string
  readonly party: NonNullable<MarkWord['party']>
}

export async function similar(
  session: Session,
  selected: Selected,
  marked: Marked,
): Promise<Similar[]> {
  const about = await aboutMarks(session, marked.at)
  const found: Similar[] = []
  for (const trait of TRAITS) {
    const one = await byTrait(
      session,
      trait,
      likeIt(trait, about.sql, selected, marked),
      about.params,
    )
    if (one !== undefined) found.push(one)
  }
  return found
}

export async function markSimilar(
  session: Session,
  selected: Selected,
  like: { readonly marked: Marked; readonly trait: Trait },
  word: Omit<MarkWord, 'party'>,
): Promise<string> {
  const { sql, params } = await aboutMarks(session, like.marked.at)
  const { of } = likeIt(like.trait, sql, selected, like.marked)
  const accesses = `SELECT record_id FROM access WHERE ${of}`
  return markAccesses(session, { ...word, party: like.marked.party }, accesses, params)
}

interface Like {
  readonly all: string
  readonly of: string
}

function likeIt(trait: Trait, about: string, { table }: Selected, { party }: Marked): Like {
  const value = VALUE[trait]
  const all = `${value} != '' AND ${value} GLOBAL IN (SELECT ${value} FROM access WHERE ${about})`
  const held = `SELECT record_id FROM ${table}${party === 'attacker' ? " WHERE party = 'attacker'" : ''}`
  const changed = `record_id GLOBAL ${party === 'attacker' ? 'NOT IN' : 'IN'} (${held})`
  return { all: `(${all})`, of: `(${all} AND ${changed} AND NOT ${about})` }
}

async function byTrait(session: Session, trait: Trait, like: Like, params: Params) {
  const [row] = await session.rows(
    `SELECT countIf(is_of) AS n, uniqExactIf(who, is_of) AS people, uniqExact(who) AS people_in_all,
       uniqExactIf(value, is_of) AS value_count, topKIf(1)(value, is_of)[1] AS value_name,
       arraySlice(groupArrayIf(${MOST_EXAMPLES})([id, at_ms, who], is_of), 1, ${MOST_EXAMPLES}) AS some
     FROM (
       SELECT ${like.of} AS is_of, toString(record_id) AS id, toString(toUnixTimestamp64Milli(at)) AS at_ms,
         substringUTF8(${PRINCIPAL}, 1, ${CUT}) AS who, substringUTF8(${VALUE[trait]}, 1, ${CUT}) AS value
       FROM access WHERE ${like.all}
     ) ${BOUNDED}`,
    params,
  )
  if (row === undefined || Number(row['n']) === 0) return undefined
  const examples = listsOf(row['some']).map(([recordId = '', at = '', principal = '']) => {
    return { recordId, at: isoOf(Number(at)), principal }
  })
  return { trait, ...readSimilar(row), examples }
}

const readSimilar = rowReader(
  cell.text('value:value_name'),
  cell.number('values:value_count accesses:n principals:people principalsInAll:people_in_all'),
)
