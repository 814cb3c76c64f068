/**
 * Rules of `trust lint` are data in `packages/trust/rules`; each matches a call, setting or object.
 */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { isObject } from '@mintmark/core'
import { parse } from 'yaml'
import type { Level } from '../audit/rules.ts'

export const CONFIG_LANGUAGES = ['yaml', 'json', 'hcl', 'nginx', 'properties'] as const
export type Language =
  | 'js'
  | 'python'
  | 'go'
  | 'java'
  | 'csharp'
  | (typeof CONFIG_LANGUAGES)[number]

export interface Condition {
  readonly name: RegExp
  readonly value: RegExp
}

type Conditions = Readonly<Record<string, string>>

/** What many verifiers leave out; `$` is the name of the verifier. */
// biome-ignore format: a table
const WEAKNESSES = {
  issuer: { level: 'warning', source: 'RFC 8725 §3.8', title: '$ does not check who issued the token.' },
  audience: { level: 'warning', source: 'RFC 8725 §3.9', title: '$ does not check for whom the token is.' },
  algorithms: { level: 'warning', source: 'RFC 8725 §3.1', title: '$ takes each algorithm that fits the key.' },
  endless: { level: 'note', source: 'RFC 9068 §2.2', title: '$ accepts a token without an end.' },
  expired: { level: 'error', source: 'RFC 7519 §4.1.4', title: '$ accepts expired tokens.' },
  unsigned: { level: 'error', source: 'RFC 8725 §3.2', title: '$ accepts tokens without a signature.' },
  unverified: { level: 'note', source: 'RFC 8725 §3.10', title: '$ reads claims that nobody has verified.' },
  'plain-http': { level: 'error', source: 'RFC 8725 §3.10', title: '$ fetches keys over plain HTTP.' },
  'long-cache': { level: 'warning', source: 'SP 800-53 IA-13 (3)', title: 'A withdrawn key stays trusted for a day or longer.' },
} as const

type Pattern = 'without' | 'file' | 'from' | 'call' | 'unclear' | 'value' | 'reached'
type Named = 'document' | 'setting' | 'args' | 'unseen' | 'unless'

/** As in the files: by itself, or with others that share members. Rules say what the members mean. */
interface Row
  extends Pick<Rule, 'id' | 'languages' | 'fix' | 'options'>,
    Partial<Pick<Rule, 'level' | 'title' | 'source'>>,
    Partial<Readonly<Record<Pattern | 'at', string>>>,
    Partial<Readonly<Record<Named, Conditions>>> {
  readonly rules?: readonly Row[]
  readonly weakness?: keyof typeof WEAKNESSES
  readonly name?: string
  readonly library: string
  readonly has?: Conditions | readonly Conditions[]
  readonly lacks?: readonly string[]
}

type Arguments = readonly (readonly [at: string, value: RegExp])[]

export interface Rule {
  readonly id: string
  readonly level: Level
  readonly languages: readonly Language[]
  readonly title: string
  readonly source: string
  readonly fix: string
  readonly options?: number
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
  readonly value: RegExp | undefined
  /** Conditions, of the token itself, under which returning it counts. Under others it is not decided. */
  readonly reached: RegExp
  readonly setting: Condition | undefined
  readonly at: RegExp | undefined
  /** What arguments have to be, by position; `*` is any of them, `key` the key function of Go. */
  readonly args: Arguments
  /** Arguments that only name what `args` asks for: the rule is not decided, then. */
  readonly unseen: Arguments
  /** Each of one list has to be among the options or members; none of `unless` may be. */
  readonly has: readonly (readonly Condition[])[]
  readonly unless: readonly Condition[]
  readonly lacks: readonly RegExp[]
}

const FOLDER = fileURLToPath(new URL('../../rules', import.meta.url))

export function readRules(): readonly Rule[] {
  const files = readdirSync(FOLDER).toSorted()
  return files.flatMap((name) => {
    const family: unknown = parse(readFileSync(path.join(FOLDER, name), 'utf8'), { merge: true })
    if (!isFamily(family)) throw new TypeError(name)
    return family.rules.flatMap(({ rules, ...shared }) =>
      (rules ?? [shared]).map((row) => ruleOf({ ...shared, ...row })),
    )
  })
}

const NO_WEAKNESS = { level: 'error', source: '', title: '' } as const

/** A service that reads its own tokens: rules about issuer and audience spare it. */
const OWN =
  String.raw`^(?![\s\S]*(?:[jJ][wW][kK]|well-known|getKey|[lL]ocator|Resolver|Provider|[kK]eyfunc))[\s\S]*` +
  String.raw`(?:[pP]rivate_?[kK]ey|PRIVATE_?KEY|\bSignJWT\b|\bcreateSigner\b|\bsign(?:Async|With)?\(|jwt\.encode\(|JwtEncoder)`

function withoutOf({ weakness, without, languages }: Row): RegExp | undefined {
  const isConfiguration = languages.some((each) => CONFIG_LANGUAGES.some((name) => name === each))
  const isSpared = (weakness === 'issuer' || weakness === 'audience') && !isConfiguration
  const patterns = [without, isSpared ? OWN : undefined].filter((each) => each !== undefined)
  return patterns.length === 0 ? undefined : new RegExp(patterns.join('|'))
}

const isFamily = (family: unknown): family is { readonly rules: readonly Row[] } =>
  isObject(family) && Array.isArray(family['rules'])

function ruleOf(given: Row): Rule {
  const { weakness, name, ...row } = given
  const { library, file = '', at, setting, has = {}, lacks = [] } = row
  const known = weakness === undefined ? NO_WEAKNESS : WEAKNESSES[weakness]
  return {
    ...known,
    title: known.title.replace('$', name ?? ''),
    ...row,
    library: new RegExp(library),
    without: withoutOf(given),
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
    lacks: lacks.map(namePattern),
  }
}

/** A text of one language for all of it, so that a rule cannot match a part by mistake. */
const wholeText = (pattern: string): RegExp => new RegExp(`^(?:${pattern})$`, 's')

const wholeTextOf = (pattern: string | undefined): RegExp | undefined =>
  pattern === undefined ? undefined : wholeText(pattern)

const argumentsOf = (named: Conditions = {}): Arguments =>
  Object.entries(named).map(([at, value]) => [at, wholeText(value)] as const)

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
    value: each === '' ? /^[\s\S]*$/ : wholeText(each),
  }))
