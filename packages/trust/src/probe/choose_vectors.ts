/** Which vectors a probe asks. @module */
import { MintmarkError } from '@mintmark/core'
import { Forge, type ForgeIssuer } from '../forge/forge.ts'
import type { Target } from '../targets/target.ts'
import { allVectors, FAMILIES, type Family, type Vector } from '../vectors/catalogue.ts'

interface VectorChoice {
  /** Families or single ids; empty for all. */
  readonly named: readonly string[]
  /** Advisory ones too; one that is named by its id is asked anyway. */
  readonly isAdvisory: boolean
}

/** @throws {MintmarkError} `INPUT_INVALID` for a name that is neither, and where nothing is left to ask */
export function chooseVectors(
  { named, isAdvisory }: VectorChoice,
  { takes }: Pick<Target, 'takes'>,
  issuer: ForgeIssuer,
): Vector[] {
  assertNames(named)
  const forge = new Forge(issuer, 0)
  const chosen = allVectors().filter(({ id, family, level, applies }) => {
    const isNamed = named.length === 0 || named.includes(family) || named.includes(id)
    const isAsked = level === 'required' || isAdvisory || named.includes(id)
    const isTaken = (family === 'saml') === (takes === 'saml')
    return isNamed && isAsked && isTaken && applies?.(forge) !== false
  })
  if (chosen.length > 0) return chosen
  throw invalid(`no vector that is named fits a target that takes ${takes.toUpperCase()}`)
}

/** @throws {MintmarkError} `INPUT_INVALID` for a name that is no family and no vector */
export function assertNames(names: readonly string[]): void {
  const unknown = names.find(
    (name) => !isFamily(name) && !allVectors().some(({ id }) => id === name),
  )
  if (unknown === undefined) return
  throw invalid(`there is no family or vector of that name: families are ${FAMILIES.join(', ')}`)
}

const isFamily = (name: string): name is Family => FAMILIES.some((family) => family === name)

const invalid = (message: string) =>
  new MintmarkError('INPUT_INVALID', message, { option: 'vectors' })
