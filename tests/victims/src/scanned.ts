/** What the built command finds in a file. */
import { isObject, type Json } from '@mintmark/core'
import { mintmark } from '@mintmark/testkit'

/** A finding, as far as these tests look at it. */
export interface Told {
  readonly offset: number
  readonly length: number
  readonly address: string | undefined
  readonly kind: string
  readonly encoding: string
  readonly bits: number
  readonly note: string | undefined
  readonly keyId: string | undefined
  readonly owner: string | undefined
}

export interface Scanned {
  readonly code: number | null
  readonly findings: readonly Told[]
  readonly unverified: readonly Told[]
  readonly limits: readonly string[]
  /** SPKI hashes of the given keys of which nothing is there. */
  readonly absent: readonly string[]
}

/** `mintmark scan --json` of one file. Whatever it found, and where it was cut, is in what it printed. */
export async function scanned(file: string, ...options: readonly string[]): Promise<Scanned> {
  const { code, out, err } = await mintmark('scan', file, '--json', ...options)
  if (code === 2 || out === '') throw new Error(`mintmark scan ended with ${code}: ${err}`)
  const answer: unknown = JSON.parse(out)
  const [report = {}] = listOf(isObject(answer) ? answer['reports'] : undefined)
  return {
    code,
    findings: listOf(report['findings']).map(toldOf),
    unverified: listOf(report['unverified']).map(toldOf),
    limits: listOf(report['limits']).map(({ message }) => String(message)),
    absent: listOf(report['absent']).map(({ spkiSha256 }) => String(spkiSha256)),
  }
}

const listOf = (value: unknown): readonly Json[] =>
  Array.isArray(value) ? value.filter(isObject) : []

function toldOf(finding: Json): Told {
  const within = (name: string, field: string) => {
    const value = finding[name]
    return isObject(value) && typeof value[field] === 'string' ? value[field] : undefined
  }
  const text = (name: string) => (typeof finding[name] === 'string' ? finding[name] : undefined)
  return {
    offset: Number(finding['offset']),
    length: Number(finding['length']),
    bits: Number(finding['bits']),
    address: text('address'),
    kind: text('kind') ?? '',
    encoding: text('encoding') ?? '',
    note: text('note'),
    keyId: within('keyId', 'spkiSha256'),
    owner: within('owner', 'name'),
  }
}
