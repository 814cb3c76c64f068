/** Which missing tokens the logs may have lost in rows that are known to be lost. */

import { HOUR_MS, type Loss, type Period } from '../losses/loss.ts'
import { LATER_MS, LONGEST_LIFE_MS } from '../match/context.ts'
import type { Context, Population, Tenant } from './population.ts'

const OF_APPS: ReadonlySet<string> = new Set([
  'service-principal',
  'managed-identity',
  'ms-service-principal',
])

interface Token {
  readonly context: Context
  readonly hour: number
  readonly losses: readonly Loss[]
}

/** Of each context, the hours of the tokens that no known loss explains: all of them where it is not in the map. */
export type Unexplained = ReadonlyMap<Context, readonly number[]>

/**
 * Which missing tokens may be in rows that are known to be lost. Losses have a common cause, such as one person's file: a
 * rate that is the same for everybody does not excuse them.
 * @param contexts those whose tokens are missing
 */
export function unexplainedBy(
  contexts: readonly Context[],
  { tenants, byMailService }: Pick<Population, 'tenants' | 'byMailService'>,
): Unexplained {
  const found = new Map<Context, number[]>()
  const networks = Map.groupBy(contexts, ({ prefix, who }) => prefix || who)
  for (const group of networks.values()) {
    const tokens = group.flatMap((context) => {
      const losses = lossesFor(context, tenants.get(context.home), byMailService)
      return context.hours.map((hour) => ({ context, hour, losses: losses.filter(covers(hour)) }))
    })
    if (tokens.every(({ losses }) => losses.length === 0)) continue
    const excused = excusedOf(tokens)
    for (const context of group) found.set(context, [])
    for (const token of tokens) if (!excused.has(token)) found.get(token.context)?.push(token.hour)
  }
  return found
}

function lossesFor(
  { home, who, family, reason }: Context,
  tenant: Tenant | undefined,
  byMailService: ReadonlySet<string>,
): Loss[] {
  const isOfMailService = reason === 'issuer-not-rooted' || byMailService.has(`${home} ${family}`)
  const couldHold = ({ category }: Loss) => {
    if (category === 'owa-auth') return isOfMailService
    if (category === 'sts-logon') return tenant?.hasInteractive !== true
    return !(OF_APPS.has(category) && who.includes('@'))
  }
  const losses = (tenant?.lost ?? []).filter(couldHold)
  return [...new Map(losses.map((loss) => [lossKey(loss), loss])).values()]
}

const lossKey = ({ evidenceId, code, fromMs, toMs }: Loss) =>
  `${evidenceId} ${code} ${fromMs} ${toMs}`

const covers = (hour: number) => {
  const fromMs = hour * HOUR_MS - LONGEST_LIFE_MS
  const toMs = (hour + 1) * HOUR_MS + LATER_MS
  return (period: Period) => period.fromMs < toMs && period.toMs > fromMs
}

function excusedOf(tokens: readonly Token[]): Set<Token> {
  const byLoss = new Map<string, { readonly loss: Loss; readonly tokens: Token[] }>()
  for (const token of tokens)
    for (const loss of token.losses) {
      const key = lossKey(loss)
      const known = byLoss.get(key) ?? { loss, tokens: [] }
      byLoss.set(key, known)
      known.tokens.push(token)
    }
  const excused = new Set<Token>()
  const rest = new Set<string>()
  for (const [key, { loss, tokens: own }] of byLoss)
    if (loss.records === 0 || loss.records >= own.length)
      for (const token of own) excused.add(token)
    else rest.add(key)
  while (rest.size > 0) {
    const { records, tokens: own } = together(rest, byLoss)
    if (records >= own.size) for (const token of own) excused.add(token)
  }
  return excused
}

function together(
  rest: Set<string>,
  byLoss: ReadonlyMap<string, { readonly loss: Loss; readonly tokens: readonly Token[] }>,
): { records: number; tokens: Set<Token> } {
  const tokens = new Set<Token>()
  const waiting = [...rest].slice(0, 1)
  let records = 0
  for (const key of waiting) rest.delete(key)
  for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
    const one = byLoss.get(key)
    records += one?.loss.records ?? 0
    for (const token of one?.tokens ?? []) {
      if (tokens.has(token)) continue
      tokens.add(token)
      for (const loss of token.losses) if (rest.delete(lossKey(loss))) waiting.push(lossKey(loss))
    }
  }
  return { records, tokens }
}
