/**
 * Members of a JSON object in a configuration, read one by one; what was not read is refused.
 *
 * @module
 */
import { isObject, type Json, MintmarkError, parseObject, safeText } from '@mintmark/core'
import type { KnownCaller } from '../verify/callers.ts'

export class Members {
  readonly #object: Json
  readonly #path: string
  readonly #read = new Set<string>()

  /** @param path of the object in the document, for messages */
  constructor(object: Json, path: string) {
    this.#object = object
    this.#path = path
  }

  invalid(name: string, what: string): MintmarkError {
    const at = this.#at(name)
    return new MintmarkError('INPUT_INVALID', `configuration: ${at} ${what}`, { option: at })
  }

  #at(name: string): string {
    return this.#path === '' || name === '' ? `${this.#path}${name}` : `${this.#path}.${name}`
  }

  #value(name: string): unknown {
    this.#read.add(name)
    return this.#object[name]
  }

  /** @throws {MintmarkError} `INPUT_INVALID` for a member that nobody asked for */
  done(): void {
    const stray = Object.keys(this.#object).find((name) => !this.#read.has(name))
    if (stray !== undefined) throw this.invalid(safeText(stray, 80), 'is not known')
  }

  text(name: string): string {
    const value = this.#value(name)
    if (typeof value === 'string' && value !== '') return value
    throw this.invalid(name, 'is to be a text')
  }

  optionalText(name: string): string | undefined {
    return this.#value(name) === undefined ? undefined : this.text(name)
  }

  textOr(name: string, otherwise: string): string {
    return this.optionalText(name) ?? otherwise
  }

  texts(name: string): readonly string[] {
    const value = this.#value(name)
    const isTexts = Array.isArray(value) && value.every((each) => typeof each === 'string')
    if (isTexts && value.length > 0) return value
    throw this.invalid(name, 'is to be a list of texts')
  }

  textsOr(name: string, otherwise: readonly string[]): readonly string[] {
    return this.#value(name) === undefined ? otherwise : this.texts(name)
  }

  numberOr(name: string, otherwise: number, least: number, most: number): number {
    const value = this.#value(name)
    if (value === undefined) return otherwise
    if (typeof value === 'number' && value >= least && value <= most) return value
    throw this.invalid(name, `is to be a number from ${least} to ${most}`)
  }

  flagOr(name: string, otherwise: boolean): boolean {
    const value = this.#value(name) ?? otherwise
    if (typeof value === 'boolean') return value
    throw this.invalid(name, 'is to be true or false')
  }

  oneOf<T extends string>(name: string, values: readonly T[]): T {
    const value = this.#value(name)
    const found = values.find((each) => each === value)
    if (found !== undefined) return found
    throw this.invalid(name, `is to be one of ${values.join(', ')}`)
  }

  oneOfOr<T extends string>(name: string, values: readonly T[], otherwise: T): T {
    return this.#value(name) === undefined ? otherwise : this.oneOf(name, values)
  }

  object(name: string): Members {
    const value = this.#value(name)
    if (isObject(value)) return new Members(value, this.#at(name))
    throw this.invalid(name, 'is to be an object')
  }

  optional(name: string): Members | undefined {
    return this.#value(name) === undefined ? undefined : this.object(name)
  }

  optionalList(name: string): readonly Members[] | undefined {
    return this.#value(name) === undefined ? undefined : this.list(name)
  }

  list(name: string): readonly Members[] {
    const value = this.#value(name)
    if (!Array.isArray(value)) throw this.invalid(name, 'is to be a list')
    return value.map((row: unknown, i) => {
      if (isObject(row)) return new Members(row, `${this.#at(name)}[${i}]`)
      throw this.invalid(`${name}[${i}]`, 'is to be an object')
    })
  }
}

/**
 * The members of a configuration of this schema.
 *
 * @throws {MintmarkError} `INPUT_INVALID`
 */
export function openConfig(source: string, schema: string): Members {
  const document = parseObject(source)
  if (document === undefined)
    throw new MintmarkError('INPUT_INVALID', 'the configuration is no JSON object', { option: '' })
  const top = new Members(document, '')
  if (top.text('schema') !== schema) throw top.invalid('schema', `is to be ${schema}`)
  return top
}

/** Where a server listens: on loopback unless told otherwise. */
export function addressOf(top: Members, port: number): { host: string; port: number } {
  const listen = top.optional('listen')
  if (listen === undefined) return { host: LOOPBACK, port }
  const address = {
    host: listen.textOr('host', LOOPBACK),
    port: listen.numberOr('port', port, 0, 65_535),
  }
  listen.done()
  return address
}

const LOOPBACK = '127.0.0.1'

export function knownCallerOf(row: Members): KnownCaller {
  const hash = row.text('secretSha256')
  if (!/^[\da-f]{64}$/.test(hash))
    throw row.invalid('secretSha256', 'is to be 64 hexadecimal digits')
  return {
    name: row.text('name'),
    secretHash: Buffer.from(hash, 'hex'),
    perSecond: row.numberOr('requestsPerSecond', 20_000, 1, 1_000_000),
  }
}
