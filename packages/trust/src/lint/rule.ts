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
import { isObject, MintmarkError, text } from '@mintmark/core'
import { parse } from 'yaml'
import { LEVELS, type Level } from '../audit/rules.ts'

const SOURCE_LANGUAGES = ['js', 'python', 'go', 'java', 'csharp'] as const
export const CONFIG_LANGUAGES = ['yaml', 'json', 'hcl', 'nginx', 'properties'] as const
export type Language = (typeof SOURCE_LANGUAGES)[number] | (typeof CONFIG_LANGUAGES)[number]

export interface Condition {
  readonly name: RegExp
  readonly value: RegExp
}

export interface Rule {
  readonly id: string
  readonly level: Level
  readonly languages: readonly Language[]
  /** The file has to contain it: a call of a common name counts only beside its library. */
  readonly library: RegExp
  /** The file must not contain it: there the check is made by hand. */
  readonly without: RegExp | undefined
  /** Of a file of configuration: its name. */
  readonly file: RegExp
  /** Of a file of configuration: what the document has to say. */
  readonly document: readonly Condition[]
  readonly call: RegExp | undefined
  readonly setting: Condition | undefined
  /** Path of an object in a configuration. */
  readonly at: RegExp | undefined
  /** What arguments have to be, by position; `*` is any of them. */
  readonly args: ReadonlyMap<string, RegExp>
  /** Position of the argument with options, or of the first of them. */
  readonly options: number | undefined
  /** Each has to be among the options or members. */
  readonly has: readonly Condition[]
  readonly unless: readonly Condition[]
  /** None of these may be. */
  readonly lacks: readonly RegExp[]
  readonly title: string
  readonly source: string
  readonly fix: string
  /** Name of the file that `bad` and `good` are; undefined: any of the language. */
  readonly in: string | undefined
  readonly bad: string
  readonly good: string
}

const FOLDER = fileURLToPath(new URL('../../rules', import.meta.url))
const ALL = /^[\s\S]*$/

/** @throws {MintmarkError} `INPUT_INVALID` for a rule that is not one */
export function readRules(): readonly Rule[] {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'))
  return files.toSorted().flatMap((name) => {
    const family: unknown = parse(readFileSync(path.join(FOLDER, name), 'utf8'), { merge: true })
    const rules = isObject(family) ? family['rules'] : undefined
    if (!Array.isArray(rules)) throw invalid(name, 'it has no "rules"')
    return rules.map((row: unknown) => ruleOf(isObject(row) ? row : {}, name))
  })
}

function ruleOf(row: Readonly<Record<string, unknown>>, name: string): Rule {
  const id = text(row, 'id') ?? ''
  const needed = (member: string): string => {
    const value = text(row, member)
    if (value === undefined) throw invalid(name, `rule ${id} has no "${member}"`)
    return value
  }
  const whole = (member: string) => {
    const value = text(row, member)
    return value === undefined ? undefined : wholeText(value)
  }
  const [setting] = conditionsOf(row['setting'])
  const [at, without] = [text(row, 'at'), text(row, 'without')]
  const level = LEVELS.find((each) => each === row['level'])
  if (level === undefined) throw invalid(name, `rule ${id} has no level`)
  return {
    id: needed('id'),
    level,
    languages: ALL_LANGUAGES.filter((each) => textsOf(row['languages']).includes(each)),
    library: new RegExp(needed('library')),
    without: without === undefined ? undefined : new RegExp(without),
    file: new RegExp(text(row, 'file') ?? '', 'i'),
    document: conditionsOf(row['document']),
    call: whole('call'),
    setting,
    at: at === undefined ? undefined : namePattern(at),
    args: new Map(entriesOf(row['args']).map(([key, value]) => [key, wholeText(value)])),
    options: typeof row['options'] === 'number' ? row['options'] : undefined,
    has: conditionsOf(row['has']),
    unless: conditionsOf(row['unless']),
    lacks: textsOf(row['lacks']).map(namePattern),
    title: needed('title'),
    source: needed('source'),
    fix: needed('fix'),
    in: text(row, 'in'),
    bad: needed('bad'),
    good: needed('good'),
  }
}

const ALL_LANGUAGES: readonly Language[] = [...SOURCE_LANGUAGES, ...CONFIG_LANGUAGES]

/** A text of one language for all of it, so that a rule cannot match a part by mistake. */
const wholeText = (pattern: string): RegExp => new RegExp(`^(?:${pattern})$`, 's')

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

const entriesOf = (value: unknown): [string, string][] =>
  isObject(value) ? Object.entries(value).map(([name, each]) => [name, String(each)]) : []

const conditionsOf = (value: unknown): Condition[] =>
  entriesOf(value).map(([name, each]) => ({
    name: namePattern(name),
    value: each === '' ? ALL : wholeText(each),
  }))

const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.map(String) : typeof value === 'string' ? [value] : []

const invalid = (name: string, why: string) =>
  new MintmarkError('INPUT_INVALID', `rules of ${name}: ${why}`)
