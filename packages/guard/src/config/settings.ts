import { MintmarkError, parseObject, safeText } from '@mintmark/core'
import * as v from 'valibot'
import type { KnownCaller } from '../verify/callers.ts'

type Text = v.SchemaWithPipe<
  readonly [v.StringSchema<undefined>, v.NonEmptyAction<string, undefined>]
>

export const text: Text = v.pipe(v.string(), v.nonEmpty())
export const texts: v.GenericSchema<string[]> = v.pipe(v.array(text), v.nonEmpty())
export const flag: v.GenericSchema<boolean | undefined, boolean> = v.optional(v.boolean(), false)

/** `what` completes "is to be". */
export const textLike = (pattern: RegExp, what: string): v.GenericSchema<string> =>
  v.pipe(text, v.regex(pattern, what))

export const address: v.GenericSchema<string> = v.pipe(
  textLike(/^https?:\/\//, 'an address that begins with http:// or https://'),
  v.check((url) => URL.canParse(url), 'an address that begins with http:// or https://'),
)

export const numberOr = (
  otherwise: number,
  least: number,
  most: number,
): v.GenericSchema<number | undefined, number> =>
  v.optional(v.pipe(v.number(), v.minValue(least), v.maxValue(most)), otherwise)

interface Address {
  readonly host: string
  readonly port: number
}

export function listenOn(port: number): v.GenericSchema<unknown, Address> {
  const host = v.optional(text, '127.0.0.1')
  const whole = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_535))
  return v.optional(v.strictObject({ host, port: v.optional(whole, port) }), {
    port: undefined,
  }) as v.GenericSchema<unknown, Address>
}

type CallerRow = { readonly [K in keyof KnownCaller]: v.GenericSchema<unknown, KnownCaller[K]> }

export const CALLER: CallerRow = {
  name: text,
  secretSha256: v.pipe(
    textLike(/^[\da-fA-F]{64}$/, '64 hexadecimal digits'),
    v.transform((hex) => Buffer.from(hex, 'hex')),
  ),
  requestsPerSecond: numberOr(20_000, 1, 1_000_000),
}

const secretOf = ({ secretSha256 }: KnownCaller) => Buffer.from(secretSha256).toString('hex')

/** A caller is found by its secret alone where a request gives no name. */
export function assertCallers(callers: readonly KnownCaller[]): void {
  assertEach('callers', callers, ({ name }) => name, 'name')
  assertEach('callers', callers, secretOf, 'secret')
}

/** @throws {MintmarkError} `INPUT_INVALID` if two rows have the same */
export function assertEach<T>(
  list: string,
  rows: readonly T[],
  partOf: (row: T) => string,
  what: string,
): void {
  const values = rows.map(partOf)
  const again = values.findIndex((value, i) => values.indexOf(value) < i)
  if (again >= 0) throw invalidSetting(`${list}[${again}]`, `has the ${what} of another`)
}

/** @throws {MintmarkError} `INPUT_INVALID` with `facts.option`, the path of the wrong member */
export function parseSettings<T>(source: string, schema: v.GenericSchema<unknown, T>): T {
  const document = parseObject(source)
  if (document === undefined)
    throw new MintmarkError('INPUT_INVALID', 'the configuration is no JSON object', { option: '' })
  const parsed = v.safeParse(schema, document, { abortEarly: true })
  if (parsed.success) return parsed.output
  const [issue] = parsed.issues
  throw invalidSetting(pathOf(issue), whatIsWrong(issue))
}

export function invalidSetting(path: string, what: string): MintmarkError {
  return new MintmarkError('INPUT_INVALID', `configuration: ${path} ${what}`, { option: path })
}

/** The value is never shown: it may be a secret. */
function whatIsWrong(issue: v.BaseIssue<unknown>): string {
  if (issue.expected === 'never') return 'is not known'
  if (issue.input === undefined) return 'is missing'
  return `is to be ${WANTED[issue.type] ?? `${AMOUNT[issue.type] ?? ''}${wantedBy(issue)}`}`
}

const WANTED: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  strict_object: 'an object',
  non_empty: 'not empty',
}
const AMOUNT: Readonly<Record<string, string>> = {
  min_value: 'at least ',
  max_value: 'at most ',
  picklist: 'one of ',
}

function wantedBy({ type, message, expected }: v.BaseIssue<unknown>): string {
  if (type === 'regex' || type === 'check') return message
  return (expected ?? '').replaceAll(/[()"]|^[<>]=/g, '').replaceAll(' | ', ', ')
}

function pathOf({ path }: v.BaseIssue<unknown>): string {
  return (path ?? [])
    .map(({ key }) => (typeof key === 'number' ? `[${key}]` : `.${safeText(String(key), 80)}`))
    .join('')
    .replace(/^\./, '')
}
