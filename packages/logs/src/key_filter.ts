/**
 * Decides at once that no adapter knows a row, so that junk does not cost more than records.
 *
 * @module
 */
import { type Json, rememberedOf } from '@mintmark/core'
import type { Adapter } from './model/adapter.ts'

/** The keys of which a row has at least one if an adapter accepts it. */
interface KeyFilter {
  readonly names: ReadonlySet<string>
  readonly prefixes: readonly string[]
}

const filterFor = rememberedOf(filterOf)

/**
 * Whether one of the adapters may accept a row of JSON; false only if none does.
 *
 * An adapter asks a row for keys by name, and decides by them alone. So a row without any of the keys that it asks an
 * empty row for goes the way of the empty row, which nobody accepts.
 */
export function mayBeKnown(adapters: readonly Adapter[], row: Json): boolean {
  const filter = filterFor(adapters)
  if (filter === undefined) return true
  // `for in` costs a fraction of Object.keys, and what JSON.parse makes inherits no keys.
  for (const key in row) {
    if (filter.names.has(key)) return true
    for (const prefix of filter.prefixes) if (key.startsWith(prefix)) return true
  }
  return false
}

/** Undefined if the adapters do not follow the rule: one accepts an empty row, or lists keys without saying which. */
function filterOf(adapters: readonly Adapter[]): KeyFilter | undefined {
  const names = new Set<string>()
  const prefixes: string[] = []
  for (const adapter of adapters) {
    const asked = askedOf(adapter)
    if (asked === undefined) return undefined
    for (const name of asked) names.add(name)
    if (adapter.keyPrefix !== undefined) prefixes.push(adapter.keyPrefix)
  }
  return { names, prefixes }
}

function askedOf(adapter: Adapter): ReadonlySet<string> | undefined {
  const asked = new Set<string>()
  const listed: true[] = []
  const row = emptyRow(
    (name) => asked.add(name),
    () => listed.push(true),
  )
  if (adapter.accepts(row, { columns: undefined, dateOrder: 'unproven' })) return undefined
  return listed.length > 0 && adapter.keyPrefix === undefined ? undefined : asked
}

/** A row without keys that records which it is asked for. */
function emptyRow(onAsked: (name: string) => void, onListed: () => void): Json {
  const ask = (name: string | symbol) => {
    if (typeof name === 'string') onAsked(name)
  }
  return new Proxy<Json>(
    {},
    {
      get: (_row, name) => ask(name),
      has: (_row, name) => {
        ask(name)
        return false
      },
      getOwnPropertyDescriptor: (_row, name) => {
        ask(name)
        return undefined
      },
      ownKeys: () => {
        onListed()
        return []
      },
    },
  )
}
