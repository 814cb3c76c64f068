/**
 * The rules of `trust lint`: data in `packages/trust/rules`, one file a family of libraries or products.
 *
 * A rule matches a call, a setting (an assignment, a member, a named argument) or an object of a configuration. Names are
 * patterns (`*` one part, `**.` any parts, `|` alternatives), values and callees regular expressions for the whole text.
 *
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { isObject, MintmarkError } from '@mintmark/core'
import { parse } from 'yaml'
import { LEVELS, type Level } from '../audit/rules.ts'

export const CONFIG_LANGUAGES = ['yaml', 'json', 'hcl', 'nginx', 'properties'] as const
const SOURCE_LANGUAGES = ['js', 'python', 'go', 'java', 'csharp'] as const
export type Language = (typeof SOURCE_LANGUAGES | typeof CONFIG_LANGUAGES)[number]
const LANGUAGES: readonly Language[] = [...SOURCE_LANGUAGES, ...CONFIG_LANGUAGES]

export interface Condition {
  readonly name: RegExp
  readonly value: RegExp
}

/** Values by the patterns of their names; an empty value is any. */
type Conditions = Readonly<Record<string, unknown>>
type Named = 'id' | 'title' | 'source' | 'fix' | 'bad' | 'good'

/** As in the files. */
type Row = Readonly<Record<Named | 'library', string>> &
  Readonly<
    Partial<
      Record<
        'in' | 'without' | 'file' | 'from' | 'call' | 'unclear' | 'value' | 'reached' | 'at',
        string
      >
    >
  > &
  Readonly<Partial<Record<'document' | 'setting' | 'args' | 'unseen' | 'unless', Conditions>>> & {
    readonly has?: Conditions | readonly Conditions[]
    readonly level: Level
    readonly languages: string | readonly string[]
    readonly lacks?: string | readonly string[]
    readonly options?: number
  }

type Arguments = readonly (readonly [at: string, value: RegExp])[]

export interface Rule extends Pick<Row, Named | 'level'> {
  readonly languages: readonly Language[]
  /** The file has to contain it: a call of a common name counts only beside its library. */
  readonly library: RegExp
  /** The file must not contain it: there the check is made by hand. */
  readonly without: RegExp | undefined
  /** Of a file of configuration: its name, and what the document has to say. */
  readonly file: RegExp
  readonly document: readonly Condition[]
  /** What the import has to say by which a call of another name is one of this rule. */
  readonly from: RegExp
  readonly call: RegExp | undefined
  /** Calls that begin what `call` ends: where they stand alone, the rule is not decided. */
  readonly unclear: RegExp | undefined
  /** A constant of the library that a function returns. */
  readonly value: RegExp | undefined
  /** Conditions, of the token itself, under which returning it counts. Under others it is not decided. */
  readonly reached: RegExp
  readonly setting: Condition | undefined
  /** Path of an object in a configuration. */
  readonly at: RegExp | undefined
  /** What arguments have to be, by position; `*` is any of them, `key` the key function of Go. */
  readonly args: Arguments
  /** Arguments that only name what `args` asks for: the rule is not decided, then. */
  readonly unseen: Arguments
  /** Position of the argument with options, or of the first of them. */
  readonly options: number | undefined
  /** Each of one list has to be among the options or members; none of `unless` may be. */
  readonly has: readonly (readonly Condition[])[]
  readonly unless: readonly Condition[]
  readonly lacks: readonly RegExp[]
  /** Name of the file that `bad` and `good` are; undefined: any of the language. */
  readonly in: string | undefined
}

const FOLDER = fileURLToPath(new URL('../../rules', import.meta.url))
const NEEDED = 'id level languages library title source fix bad good'.split(' ')

type Test = (value: unknown) => boolean

const isText: Test = (value) => typeof value === 'string'
const areTexts: Test = (value) => [value].flat().every(isText)
const isPattern: Test = (value) => {
  try {
    return isText(value) && wholeText(String(value)).source !== ''
  } catch {
    return false
  }
}
const areConditions: Test = (value) =>
  [value].flat().every((each) => isObject(each) && Object.values(each).every(isPattern))

const MEMBERS: ReadonlyMap<string, Test> = new Map([
  ...'id title source fix bad good in at'.split(' ').map((name) => [name, isText] as const),
  ...'library without file from call unclear value reached'
    .split(' ')
    .map((name) => [name, isPattern] as const),
  ...'document setting args unseen has unless'
    .split(' ')
    .map((name) => [name, areConditions] as const),
  ['lacks', areTexts],
  ['languages', (value) => [value].flat().every((each) => LANGUAGES.some((one) => one === each))],
  ['level', (value) => LEVELS.some((level) => level === value)],
  ['options', Number.isInteger],
])

/** @throws {MintmarkError} `INPUT_INVALID` with the file, the rule and the member that is wrong */
export function readRules(folder: string = FOLDER): readonly Rule[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'))
  return files.toSorted().flatMap((name) => {
    const family: unknown = parse(readFileSync(path.join(folder, name), 'utf8'), { merge: true })
    const rules: unknown = isObject(family) ? family['rules'] : undefined
    const rows: readonly unknown[] = Array.isArray(rules) ? rules : [undefined]
    return rows.map((row) => {
      if (isRow(row)) return ruleOf(row)
      throw new MintmarkError('INPUT_INVALID', `rules of ${name}: ${faultOf(row) ?? ''}`)
    })
  })
}

const isRow = (row: unknown): row is Row => faultOf(row) === undefined

function faultOf(row: unknown): string | undefined {
  if (!isObject(row)) return 'no list of rules'
  const id = typeof row['id'] === 'string' ? row['id'] : 'a rule without id'
  const missing = NEEDED.find((name) => row[name] === undefined)
  if (missing !== undefined) return `${id}: the member ${missing} is missing`
  const [wrong] =
    Object.entries(row).find(([name, value]) => MEMBERS.get(name)?.(value) !== true) ?? []
  if (wrong === undefined) return undefined
  return `${id}: the member ${wrong} is ${MEMBERS.has(wrong) ? 'malformed' : 'not known'}`
}

function ruleOf(row: Row): Rule {
  const { languages, library, without, file = '', at, setting, has = {}, lacks = [] } = row
  return {
    ...row,
    languages: LANGUAGES.filter((each) => [languages].flat().includes(each)),
    library: new RegExp(library),
    without: without === undefined ? undefined : new RegExp(without),
    file: new RegExp(file, 'i'),
    document: conditionsOf(row.document),
    from: new RegExp(row.from ?? library),
    call: wholeTextOf(row.call),
    unclear: wholeTextOf(row.unclear),
    value: wholeTextOf(row.value),
    reached: new RegExp(row.reached ?? ''),
    setting: conditionsOf(setting)[0],
    at: at === undefined ? undefined : namePattern(at),
    args: argumentsOf(row.args),
    unseen: argumentsOf(row.unseen),
    has: [has].flat().map((each) => conditionsOf(each)),
    unless: conditionsOf(row.unless),
    lacks: [lacks].flat().map(namePattern),
    options: row.options,
    in: row.in,
  }
}

/** A text of one language for all of it, so that a rule cannot match a part by mistake. */
const wholeText = (pattern: string): RegExp => new RegExp(`^(?:${pattern})$`, 's')

const wholeTextOf = (pattern: string | undefined): RegExp | undefined =>
  pattern === undefined ? undefined : wholeText(pattern)

const argumentsOf = (named: Conditions = {}): Arguments =>
  Object.entries(named).map(([at, value]) => [at, wholeText(String(value))] as const)

/** Names are compared in lower case and without `-` and `_`: frameworks accept each variant. */
export const plainName = (name: string): string => name.toLowerCase().replaceAll(/[-_]/g, '')

function namePattern(pattern: string): RegExp {
  const alternatives = pattern.split('|').map((each) =>
    each
      .split('.')
      .map((part) => part.replaceAll(/[$()+?[\\\]^{}]/g, '\\$&'))
      .map((part) => (part === '**' ? part : plainName(part).replaceAll('*', '[^.]*')))
      .join('\\.')
      .replaceAll('**\\.', '(?:.*\\.)?')
      .replaceAll('\\.**', '(?:\\..*)?'),
  )
  return new RegExp(`^(?:${alternatives.join('|')})$`, 's')
}

const conditionsOf = (named: Conditions = {}): Condition[] =>
  Object.entries(named).map(([name, each]) => ({
    name: namePattern(name),
    value: each === '' ? /^[\s\S]*$/ : wholeText(String(each)),
  }))
