/** Weighs the verdicts of a case, and writes their strength and reason. */

import { countOf, insertRows } from '../../engine/rows.ts'
import type { Scratch } from '../../engine/scratch.ts'
import type { Session } from '../../engine/session.ts'
import { columnsOf, columnsSql, nameOf } from '../../store/sql.ts'
import { NOT_COMPLETED, OUTCOME } from '../match/assign_verdicts.ts'
import { BUCKET_ORDER } from '../match/join.ts'
import { evidenceOf } from './evidence.ts'
import { unexplainedBy } from './known_losses.ts'
import type { Population } from './population.ts'
import { CONTEXT_KEY, readPopulation } from './read_population.ts'
import { type Assigned, isMissing, type NotShown, TenantWeighing } from './tenant_weighing.ts'

interface Weighed {
  readonly assigned: readonly Assigned[]
  readonly notShown: readonly NotShown[]
}

export function weigh(population: Population): Weighed {
  const byHome = Map.groupBy(population.contexts, ({ home }) => home)
  const tenants = [...byHome].flatMap(([home, contexts]) => {
    const tenant = population.tenants.get(home)
    return tenant === undefined ? [] : [new TenantWeighing(tenant, contexts, population)]
  })
  const missing = tenants.flatMap(({ ordinary, strange }) => [
    ...strange.filter(({ matter }) => matter === 'missing'),
    ...[...ordinary, ...strange].filter((one) => one.matter === 'recorded' && isMissing(one)),
  ])
  const unexplained = unexplainedBy(missing, population)
  const evidence = evidenceOf(tenants, population, unexplained)
  return {
    assigned: tenants.flatMap((tenant) => tenant.assigned(evidence, unexplained)),
    notShown: tenants.flatMap((tenant) => tenant.notShown()),
  }
}

const ASSIGNED_COLUMNS =
  columnsOf(`home Low; who String; prefix String; app Low; client_family Low; client_kind Low;
  service Low; source Low; matter Low; reason Low; day Int32; strength Low; new_reason Low`)
const FEW_ROWS = 100_000

export async function weighVerdicts(
  session: Session,
  scratch: Scratch,
  decided: string,
  sole: string,
): Promise<string> {
  const rows = await countOf(session, decided)
  const order = rows <= FEW_ROWS ? undefined : BUCKET_ORDER
  const outcomes = await scratch.table('outcomes', columnsSql(`${OUTCOME}; strength Low`), order)
  await session.command('TRUNCATE TABLE not_shown')
  if (rows === 0) return outcomes
  const assigned = await scratch.table('assigned', ASSIGNED_COLUMNS.join(', '))
  const population = await readPopulation(session, scratch, decided, sole)
  const weighed = population === undefined ? { assigned: [], notShown: [] } : weigh(population)
  await insertRows(session, assigned, ASSIGNED_COLUMNS.map(nameOf), weighed.assigned.map(cellsOf))
  await insertRows(
    session,
    'not_shown',
    ['tenant', 'property', 'value', 'explained', 'missing'],
    weighed.notShown.map((one) => [one.home, one.property, one.value, one.explained, one.missing]),
  )
  const keys = CONTEXT_KEY.split(', ')
  const columns = columnsOf(OUTCOME)
    .map(nameOf)
    .filter((name) => name !== 'verdict' && name !== 'reason')
  await session.command(
    `INSERT INTO ${outcomes} (${[...columns, 'verdict', 'reason', 'strength'].join(', ')})
     SELECT ${columns.map((name) => `j.${name}`).join(', ')},
       multiIf(new_reason != '', 'undetermined', ${IS_PROVEN_BESIDE_SESSION}, 'unissued', j.verdict) AS verdict,
       multiIf(new_reason != '', new_reason, ${IS_PROVEN_BESIDE_SESSION}, 'never-issued', j.reason) AS reason,
       if(j.reason = '${NOT_COMPLETED}', 'lead', strength) AS strength
     FROM (${withDay(decided)}) AS j
     LEFT ANY JOIN ${assigned} AS r ON ${keys.map((key) => `r.${key} = j.${key}`).join(' AND ')}`,
  )
  return outcomes
}

/** A known session excuses no token that is proven absent: a forger may write any session into it. */
const IS_PROVEN_BESIDE_SESSION = "j.verdict = 'session-only' AND strength = 'established'"

function withDay(decided: string): string {
  const unit = [...CONTEXT_KEY.split(', ').filter((key) => key !== 'day'), 'unit'].join(', ')
  return `SELECT *, toInt32(intDiv(min(hour) OVER (PARTITION BY ${unit}), 24)) AS day FROM ${decided}`
}

function cellsOf({ context, strength, reason }: Assigned): (string | number)[] {
  const { home, who, prefix, app, family, client, service, source, matter, day } = context
  const key = [home, who, prefix, app, family, client, service, source, matter, context.reason, day]
  return [...key, strength, reason ?? '']
}
