/**
 * From verdicts on single tokens to what may be said of them. A token that no issuance explains has four ordinary
 * causes. Each of them shows in the tokens of everybody else; see `docs/missing-tokens.md`.
 *
 * @module
 */
import { evidenceOf } from './evidence.ts'
import { unexplainedBy } from './known_losses.ts'
import type { Population } from './population.ts'
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
