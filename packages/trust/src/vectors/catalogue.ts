/** Vectors: data in `packages/trust/vectors`, or `forgeries.ts` where a row cannot say it. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { isObject, MintmarkError, remembered } from '@mintmark/core'
import { parse } from 'yaml'
import { Forge, type ForgeIssuer } from '../forge/forge.ts'
import { type ForgeryRow, forgeryOf } from './forgeries.ts'

export const FAMILIES = ['storm-2023', 'key', 'claims', 'form', 'saml'] as const
export type Family = (typeof FAMILIES)[number]

export type Settings = Readonly<Record<string, string>>

export interface Vector {
  /** Never changes, and is used for nothing else later. */
  readonly id: string
  readonly family: Family
  readonly axis: string
  /** `advisory`: a standard leaves it open; only with `--advisory`, and a lead. */
  readonly level: 'required' | 'advisory'
  readonly what: string
  /** The standard that forbids or discourages it, with its section. */
  readonly forbiddenBy: string
  readonly incident?: string
  readonly settings: Settings
  /** `show`: the genuine token of the same claims, for verifiers that cache what they accepted. */
  readonly first?: 'unlist' | 'show'
  readonly applies: (forge: Forge) => boolean
  /** @returns a token, or for the family `saml` a response in XML; may throw `Unforgeable` */
  readonly forge: (forge: Forge) => string | Promise<string>
}

interface Row
  extends Omit<Vector, 'settings' | 'level' | 'applies' | 'forge'>,
    Partial<Pick<Vector, 'level'>>,
    ForgeryRow {
  readonly settings: string | Settings
  readonly only?: string
}

type Group = Partial<Row> & { readonly vectors: readonly Row[] }

const FILES = ['keys', 'claims', 'form', 'advisory', 'saml']

const CONDITIONS: Readonly<Record<string, (forge: Forge) => boolean>> = {
  'at+jwt': ({ issuer }) => issuer.typ === 'at+jwt',
  ES256: (forge) => forge.key('signing').alg === 'ES256',
  cnf: ({ claims }) => claims['cnf'] !== undefined,
  nonce: ({ claims }) => claims['nonce'] !== undefined,
}

export const allVectors = (): readonly Vector[] =>
  read(fileURLToPath(new URL('../../vectors/', import.meta.url)))

const read = remembered((folder: string): readonly Vector[] => {
  const load = (name: string): unknown =>
    parse(readFileSync(path.join(folder, `${name}.yaml`), 'utf8'))
  const settings = new Map<string, Settings>()
  for (const [name, row] of Object.entries(load('settings') ?? {}))
    if (isSettings(row)) settings.set(name, byLibrary(row))
  return FILES.flatMap((name) => {
    const groups = load(name)
    if (!Array.isArray(groups) || !groups.every(isGroup)) throw new TypeError(`${name}.yaml`)
    return groups.flatMap(({ vectors: rows, ...shared }) =>
      rows.map((row) => vectorOf({ ...shared, ...row }, settings)),
    )
  })
}, 1)

const isSettings = (row: unknown): row is Settings => isObject(row)
const isGroup = (row: unknown): row is Group => isObject(row) && Array.isArray(row['vectors'])

function vectorOf(row: Row, named: ReadonlyMap<string, Settings>): Vector {
  const { id, family, axis, level = 'required', what, forbiddenBy, incident, first, only } = row
  const settings = typeof row.settings === 'string' ? named.get(row.settings) : row.settings
  const applies = only === undefined ? () => true : CONDITIONS[only]
  if (settings === undefined || applies === undefined) throw new TypeError(`vector ${id}`)
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
    applies,
    forge: forgeryOf(row),
  }
}

const byLibrary = (row: Settings): Settings =>
  Object.fromEntries(
    Object.entries(row).flatMap(([libraries, setting]) =>
      libraries.split(', ').map((library) => [library, setting]),
    ),
  )

/**
 * `named`: families or ids; a vector named by its id is asked though advisory.
 * @throws {MintmarkError} `INPUT_INVALID`
 */
export function chooseVectors(
  { named, isAdvisory }: { readonly named: readonly string[]; readonly isAdvisory: boolean },
  { takes }: { readonly takes: 'jwt' | 'saml' },
  issuer: ForgeIssuer,
): Vector[] {
  const forge = new Forge(issuer, 0)
  const chosen = namedVectors(named).filter(({ id, family, level, applies }) => {
    const isAsked = level === 'required' || isAdvisory || named.includes(id)
    const isTaken = (family === 'saml') === (takes === 'saml')
    return isAsked && isTaken && applies(forge)
  })
  if (chosen.length > 0) return chosen
  throw invalid(`no vector that is named fits a target that takes ${takes.toUpperCase()}`)
}

/** All of them where none is named. @throws {MintmarkError} `INPUT_INVALID` for a name that is no family and no vector */
export function namedVectors(named: readonly string[]): readonly Vector[] {
  const all = allVectors()
  if (named.length === 0) return all
  const names = new Set<string>([...FAMILIES, ...all.map(({ id }) => id)])
  if (named.every((name) => names.has(name)))
    return all.filter(({ id, family }) => named.includes(id) || named.includes(family))
  throw invalid(`there is no family or vector of that name: families are ${FAMILIES.join(', ')}`)
}

const invalid = (message: string) =>
  new MintmarkError('INPUT_INVALID', message, { option: 'vectors' })
