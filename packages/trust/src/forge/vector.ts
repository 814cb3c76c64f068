/** A vector: one forgery, and the standard that forbids it. @module */
import type { Forge } from './forge.ts'
import type { Settings } from './settings.ts'

export const FAMILIES = ['storm-2023', 'key', 'claims', 'form', 'saml'] as const
export type Family = (typeof FAMILIES)[number]

export interface Vector {
  /** Never changes, and is used for nothing else later. */
  readonly id: string
  readonly family: Family
  /** The one respect in which it differs from the genuine token. */
  readonly axis: string
  /**
   * `required`: a standard forbids it. `advisory`: a standard leaves it open, or well-kept libraries accept it; used only
   * with `--advisory`, and a lead.
   */
  readonly level: 'required' | 'advisory'
  /** What it is, one sentence. */
  readonly what: string
  /** The standard that forbids or discourages it, with its section. */
  readonly forbiddenBy: string
  readonly incident?: string
  /** What refuses it, by library. */
  readonly settings: Settings
  /** What the issuer has to do first. */
  readonly first?: 'unlist'
  /** Whether the genuine token has what the vector changes; left out: it has. */
  readonly applies?: (forge: Forge) => boolean
  /** @returns a token, or for the family `saml` a response in XML; may throw `Unforgeable` */
  readonly forge: (forge: Forge) => string | Promise<string>
}

/** What the vectors of a group share; a row may differ in any of it. */
type Shared = Omit<Vector, 'id' | 'what' | 'level' | 'forge'> & Partial<Pick<Vector, 'level'>>
type Row = readonly [
  id: string,
  what: string,
  forge: Vector['forge'],
  differs?: Partial<Omit<Vector, 'id' | 'what' | 'forge'>>,
]

export function group(shared: Shared, rows: readonly Row[]): readonly Vector[] {
  return rows.map(([id, what, forge, differs]) => {
    const { family, axis, level = 'required', forbiddenBy, ...rest } = { ...shared, ...differs }
    const { incident, settings, first, applies } = rest
    return {
      id,
      family,
      axis,
      level,
      what,
      forbiddenBy,
      ...(incident !== undefined && { incident }),
      settings,
      ...(first !== undefined && { first }),
      ...(applies !== undefined && { applies }),
      forge,
    }
  })
}
