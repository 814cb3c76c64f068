/** JSON that maps names to PEM, as Google and Firebase publish certificates of their signers. */
import { isObject } from '@mintmark/core'

/** PEM with the name that it has in the map, a `kid`. */
interface NamedPem {
  readonly name: string
  readonly pem: string
}

const MOST_NAME_LETTERS = 1000
const BEGINS = /^\s*-----BEGIN /

/** The members of such a map, already parsed; none unless each of its members is PEM. */
export function namedPems(value: unknown): NamedPem[] {
  if (!isObject(value)) return []
  const pems: NamedPem[] = []
  for (const [name, pem] of Object.entries(value)) {
    if (typeof pem !== 'string' || !BEGINS.test(pem) || name.length > MOST_NAME_LETTERS) return []
    pems.push({ name, pem })
  }
  return pems
}
