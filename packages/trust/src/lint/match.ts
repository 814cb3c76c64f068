/**
 * What rules find in one source or document.
 *
 * A rule reports only what is completely visible. A call whose options come from a variable is a note.
 *
 * @module
 */
import type { SgNode } from '@ast-grep/napi'
import { type Document, MOST_ENTRIES } from './configuration.ts'
import { ImportedNames, type Known, type Reference, requiredName } from './imports.ts'
import { type Condition, plainName, type Rule } from './rule.ts'

export interface Match {
  readonly rule: Rule
  readonly line: number
  /** The call or setting, which identifies the finding where lines move. Never a value. */
  readonly what: string
  /** Options that the rule asks for may come from a variable. */
  readonly isOpen: boolean
}

const holds = ({ name, value }: Condition, setting: Setting): boolean =>
  name.test(plainName(setting.name)) && value.test(setting.value)

/** A setting without a value is not set. */
const NOTHING = /^(?:undefined|null|None|nil|""|''|)$/

function applies(
  { has, unless, lacks }: Rule,
  { settings, isOpen }: Options,
): 'yes' | 'no' | 'open' {
  const isSet = (each: Condition) => settings.some((setting) => holds(each, setting))
  if (!has.some((each) => each.every(isSet)) || unless.some(isSet)) return 'no'
  const isThere = lacks.some((name) =>
    settings.some((each) => name.test(plainName(each.name)) && !NOTHING.test(each.value)),
  )
  if (isThere) return 'no'
  return isOpen && lacks.length > 0 ? 'open' : 'yes'
}

export function matchesInSource(root: SgNode, language: string, rules: readonly Rule[]): Match[] {
  const ofCalls = rules.filter(({ call, value }) => call !== undefined || value !== undefined)
  const ofSettings = rules.filter(({ setting }) => setting !== undefined)
  const settings = ofSettings.length === 0 ? [] : settingsIn(root, language)
  return [
    ...(ofCalls.length === 0 ? [] : matchesOfCalls(root, language, ofCalls)),
    ...settings.flatMap((each) => ofSettings.flatMap((rule) => matchOfSetting(rule, each) ?? [])),
  ]
}

function matchesOfCalls(root: SgNode, language: string, rules: readonly Rule[]): Match[] {
  const names = new ImportedNames(root, language)
  const source = {
    language,
    names,
    functions: language === 'go' ? functionsOfGo(root) : NO_FUNCTIONS,
  }
  return [
    ...callsIn(root, language).flatMap((call) => {
      const known = source.names.known(call.callee)
      return rules.flatMap((rule) => matchOfCall(rule, { call, known }, source) ?? [])
    }),
    ...source.names
      .references()
      .flatMap((each) => rules.flatMap((rule) => matchOfReference(rule, each) ?? [])),
  ]
}

interface Source {
  readonly language: string
  readonly names: ImportedNames
  /** By name: of Go alone. */
  readonly functions: ReadonlyMap<string, SgNode>
}

const NO_FUNCTIONS: ReadonlyMap<string, SgNode> = new Map()

interface KnownCall {
  readonly call: Call
  readonly known: readonly Known[]
}

function matchOfCall(rule: Rule, { call, known }: KnownCall, source: Source): Match | undefined {
  const named = [
    { path: call.callee, isSure: true },
    ...known.filter(({ statement }) => rule.from.test(statement)),
  ]
  const decided = named.find(({ path }) => rule.call?.test(path) === true)
  const begun = rule.lacks.length === 0 ? undefined : rule.unclear
  const found = decided ?? named.find(({ path }) => begun?.test(path) === true)
  if (found === undefined || isPartOfLonger(rule, call.node, source, decided === undefined))
    return undefined
  const given = decided === undefined ? 'open' : areGiven(rule, call, source)
  if (given === 'no') return undefined
  const answer = applies(rule, optionsOf(call, source.language, rule.options))
  if (answer === 'no') return undefined
  const isOpen = answer === 'open' || given === 'open' || !found.isSure
  return { rule, line: call.line, what: found.path, isOpen }
}

/** Whether the chain goes on: to any call, or to one that the rule is about. */
function isPartOfLonger({ call }: Rule, node: SgNode, { names }: Source, isAny: boolean): boolean {
  const parent = node.parent()
  const object = parent?.field('object') ?? parent?.field('operand') ?? parent?.field('expression')
  if (object?.id() !== node.id()) return false
  if (isAny || parent?.kind() !== 'method_invocation') return isAny
  const callee = calleeOf(parent)
  return [callee, ...names.known(callee).map(({ path }) => path)].some((each) => call?.test(each))
}

/** A constant, or a verifier that is passed on: who calls it, and how, is not in view. */
function matchOfReference(
  rule: Rule,
  { path, statement, isWhole, node }: Reference,
): Match | undefined {
  if (!rule.library.test(statement)) return undefined
  const found = { rule, line: lineOf(node), what: path }
  if (rule.value?.test(path) === true) {
    const conditions = conditionsAt(node)
    const isOpen = conditions?.every((each) => rule.reached.test(each)) !== true
    return { ...found, isOpen }
  }
  if (rule.level === 'note' || rule.call === undefined) return undefined
  const taker = node.parent()?.parent() ?? null
  const isTaken = taker !== null && ALL_CALLS.has(String(taker.kind()))
  // Of `register(plugin, options)` all is in view.
  if (isTaken && rule.call.test(calleeOf(taker))) return undefined
  return isWhole || rule.call.test(path) ? { ...found, isOpen: true } : undefined
}

/** Conditions under which a constant is reached; undefined where it is not what a function returns. */
function conditionsAt(node: SgNode): readonly string[] | undefined {
  const found: string[] = []
  let isReturned = false
  for (const each of node.ancestors()) {
    if (each.kind() === 'return_statement') isReturned = true
    if (/^func|method_declaration|lambda|arrow_function/.test(String(each.kind()))) break
    const condition = each.field('condition') ?? each.field('value')
    if (/^(?:if|expression_switch|expression_case)/.test(String(each.kind())) && condition !== null)
      found.push(textOf(condition))
  }
  return isReturned ? found : undefined
}

function areGiven({ args, unseen, from }: Rule, call: Call, source: Source): 'yes' | 'no' | 'open' {
  const isGiven = ([at, value]: readonly [string, RegExp]): boolean => {
    const given = at === 'key' ? keyFunctionOf(call, source) : call.args[Number(at)]
    const texts = (at === '*' ? call.args : [given]).map((each) => (each ? textOf(each) : ''))
    return texts.some((text) => source.names.spellings(text, from).some((each) => value.test(each)))
  }
  if (args.every(isGiven)) return 'yes'
  return unseen.length > 0 && unseen.every(isGiven) ? 'open' : 'no'
}

/** Of golang-jwt: the last argument that is no option. One that the file declares under a name is that declaration. */
function keyFunctionOf({ args }: Call, { functions }: Source): SgNode | undefined {
  const given = args.findLast(
    (each, at) =>
      at > 0 && each.kind() !== 'variadic_argument' && !/^(?:\w+\.)?With\w+\(/.test(textOf(each)),
  )
  const [, name = ''] = /^(?:\w+\.)*(\w+)$/.exec(given === undefined ? '' : textOf(given)) ?? []
  return functions.get(name) ?? given
}

function functionsOfGo(root: SgNode): ReadonlyMap<string, SgNode> {
  const kinds = 'function_declaration method_declaration short_var_declaration var_spec'
  return new Map(
    findAll(root, kinds).flatMap((each) => {
      const name = each.field('name') ?? each.field('left')
      const given = each.field('value') ?? each.field('right')
      const [value = each] = given?.children() ?? []
      const isFunction = given === null || value.kind() === 'func_literal'
      return name !== null && isFunction ? [[textOf(name), value]] : []
    }),
  )
}

function matchOfSetting(rule: Rule, setting: Setting): Match | undefined {
  if (rule.setting === undefined || !holds(rule.setting, setting)) return undefined
  return { rule, line: setting.line, what: setting.name, isOpen: false }
}

export function matchesInDocument(document: Document, rules: readonly Rule[]): Match[] {
  return rules
    .filter((rule) => rule.document.every((each) => document.some((entry) => holds(each, entry))))
    .flatMap((rule) => {
      if (rule.setting !== undefined)
        return document.flatMap((entry) => matchOfSetting(rule, entry) ?? [])
      return rule.at === undefined ? ofWhole(document, rule) : ofObjects(document, rule, rule.at)
    })
}

function ofWhole(document: Document, rule: Rule): Match[] {
  if (applies(rule, { settings: document, isOpen: false }) === 'no') return []
  const at = document.find((entry) => rule.has.flat().some((each) => holds(each, entry)))
  return [{ rule, line: at?.line ?? 1, what: at?.name ?? '', isOpen: false }]
}

function ofObjects(document: Document, rule: Rule, at: RegExp): Match[] {
  return document.flatMap((entry, index) => {
    if (!at.test(entry.name)) return []
    const settings = membersAt(document, index)
    // A text where an object is expected is a reference to one: not in view.
    if (settings.length === 0 || applies(rule, { settings, isOpen: false }) === 'no') return []
    return [{ rule, line: entry.line, what: entry.name, isOpen: false }]
  })
}

/** Members of the object at a position, with the path below it. */
function membersAt(document: Document, index: number): Setting[] {
  const prefix = `${document[index]?.name ?? ''}.`
  const members: Setting[] = []
  for (let i = index + 1; document[i]?.name.startsWith(prefix) === true; i++) {
    const { name, value, line } = document[i] ?? { name: '', value: '', line: 0 }
    members.push({ name: name.slice(prefix.length), value, line })
  }
  return members
}

/** A name with its value, as in the source or document. */
export interface Setting {
  readonly name: string
  readonly value: string
  readonly line: number
}

export interface Call {
  /** Without arguments and blanks: `Jwts.parser().build().parse`, `new JwtStrategy`. */
  readonly callee: string
  readonly args: readonly SgNode[]
  readonly node: SgNode
  readonly line: number
}

/** Options of a call. Open: more may come from a variable. */
export interface Options {
  readonly settings: readonly Setting[]
  readonly isOpen: boolean
}

/** Kinds of calls by language. A kind that a grammar does not know is an error. */
const CALLS: Readonly<Record<string, string>> = {
  js: 'call_expression new_expression',
  python: 'call',
  go: 'call_expression composite_literal',
  java: 'method_invocation object_creation_expression',
  csharp: 'object_creation_expression invocation_expression',
}
const SETTINGS: Readonly<Record<string, string>> = {
  js: 'pair assignment_expression',
  python: 'pair assignment keyword_argument',
  go: 'assignment_statement keyed_element',
  java: 'assignment_expression',
  csharp: 'assignment_expression',
}
const kindSet = (kinds: string): ReadonlySet<string> => new Set(kinds.split(' '))
const ALL_CALLS = kindSet(Object.values(CALLS).join(' '))

const findAll = (root: SgNode, kinds = ''): SgNode[] =>
  root.findAll({ rule: { any: kinds.split(' ').map((kind) => ({ kind })) } })

/** @throws {Error} above a limit */
export function callsIn(root: SgNode, language: string): Call[] {
  const nodes = findAll(root, CALLS[language])
  if (nodes.length > MOST_CALLS) throw new Error(`more than ${MOST_CALLS} calls`)
  return nodes.map((node) => ({
    callee: calleeOf(node),
    args: argumentsOf(node),
    node,
    line: lineOf(node),
  }))
}

/** @throws {Error} above a limit */
export function settingsIn(root: SgNode, language: string): Setting[] {
  const nodes = findAll(root, SETTINGS[language])
  if (nodes.length > MOST_ENTRIES) throw new Error(`more than ${MOST_ENTRIES} settings`)
  return nodes.flatMap((node) => settingOf(node) ?? [])
}

const MOST_LINKS = 32
/** Chains are walked once a call: generated files have more of them than people write. */
const MOST_CALLS = 20_000

function calleeOf(node: SgNode, depth = 0): string {
  if (depth > MOST_LINKS) return '…'
  const made = node.field('constructor') ?? node.field('type')
  if (made !== null) return `${node.kind() === 'composite_literal' ? '' : 'new '}${plain(made)}`
  const called = node.field('function')
  if (called !== null) return expressionText(called, depth)
  const [object, name] = [node.field('object'), node.field('name')?.text() ?? '']
  return object === null ? name : `${expressionText(object, depth)}.${name}`
}

/**
 * What parentheses and `await` are around: compilers write `(0, library.verify)(token)`, and after `await` the parser
 * takes that for a call of this name.
 */
function wrappedIn(node: SgNode): SgNode | undefined {
  if (/^(?:await|parenthesized|sequence)_expression$/.test(String(node.kind())))
    return node.children().findLast((each) => each.isNamed())
  const called = node.field('function')
  return called !== null && textOf(called, 10) === 'await' ? argumentsOf(node).at(-1) : undefined
}

/** An expression with the arguments of its calls left out. */
function expressionText(node: SgNode, depth: number): string {
  const wrapped = depth < MOST_LINKS ? wrappedIn(node) : undefined
  if (wrapped !== undefined) return expressionText(wrapped, depth + 1)
  if (ALL_CALLS.has(String(node.kind())))
    return requiredName(node) ?? `${calleeOf(node, depth + 1)}()`
  const object = node.field('object') ?? node.field('operand') ?? node.field('expression')
  const name =
    node.field('property') ?? node.field('field') ?? node.field('attribute') ?? node.field('name')
  if (object !== null && name !== null && depth < MOST_LINKS)
    return `${expressionText(object, depth + 1)}.${name.text()}`
  return plain(node)
}

/** Text without blanks and type arguments. That of a node above the limit is not copied: nodes are inside one another. */
const plain = (node: SgNode) => textOf(node, 200).replaceAll(/<[^()]*>|\s+/g, '')

export function textOf(node: SgNode, most = 4000): string {
  const { start, end } = node.range()
  return end.index - start.index > most ? '…' : node.text()
}

function argumentsOf(node: SgNode): SgNode[] {
  const list = node.field('arguments') ?? node.field('body')
  return list === null
    ? []
    : list.children().filter((each) => each.isNamed() && each.kind() !== 'comment')
}

const WRAPPERS = kindSet(
  'argument literal_element parenthesized_expression as_expression satisfies_expression',
)

/** The value of an argument that C# or Go wraps, and what the address of a literal points to. */
function inner(node: SgNode): SgNode {
  const parts = node.children().filter((each) => each.isNamed())
  const value = parts[node.field('name') === null ? 0 : 1] ?? node
  const isAddress = value.kind() === 'composite_literal' && node.kind() === 'unary_expression'
  return isAddress || WRAPPERS.has(String(node.kind())) ? value : node
}

function settingOf(node: SgNode): Setting | undefined {
  const parts = node.children().filter((each) => each.isNamed())
  const name = node.field('key') ?? node.field('left') ?? node.field('name') ?? parts[0]
  const value = node.field('value') ?? node.field('right') ?? parts.at(-1)
  if (name === undefined || value === undefined || parts.length < 2) return undefined
  return { name: unquoted(name), value: textOf(inner(value)), line: lineOf(node) }
}

const unquoted = (node: SgNode) => plain(node).replaceAll(/^["'`]|["'`]$/g, '')
export const lineOf = (node: SgNode): number => node.range().start.line + 1

const FUNCTIONS = kindSet('arrow_function function_expression function undefined null')
const OBJECTS = kindSet('object dictionary initializer_expression composite_literal literal_value')

/** @param first position of the object with options, or of the first option */
export function optionsOf(call: Call, language: string, first: number | undefined): Options {
  if (language === 'js') return jsOptions(call, first)
  if (language === 'python') return keywordsOf(call)
  if (language === 'go') return goOptions(call, first)
  return chainOf(call)
}

function jsOptions({ args }: Call, first = 0): Options {
  const isSpread = args.slice(0, first + 1).some((each) => each.kind() === 'spread_element')
  const given = args[first]
  if (isSpread) return OPEN
  if (given === undefined || FUNCTIONS.has(String(given.kind()))) return NONE
  return membersOf(inner(given))
}

const OPEN: Options = { settings: [], isOpen: true }
const NONE: Options = { settings: [], isOpen: false }

const joined = (all: readonly Options[]): Options => ({
  settings: all.flatMap(({ settings }) => settings),
  isOpen: all.some(({ isOpen }) => isOpen),
})

function membersOf(node: SgNode, prefix = '', depth = 0): Options {
  if (!OBJECTS.has(String(node.kind())) || depth > 8) return OPEN
  const body = node.field('body') ?? node
  return joined(
    body
      .children()
      .filter((each) => each.isNamed() && each.kind() !== 'comment')
      .map((each) => memberOf(each, prefix, depth)),
  )
}

function memberOf(node: SgNode, prefix: string, depth: number): Options {
  const kind = String(node.kind())
  const line = lineOf(node)
  if (kind === 'shorthand_property_identifier' || kind === 'method_definition') {
    const name = (node.field('name') ?? node).text()
    return { settings: [{ name: `${prefix}${name}`, value: name, line }], isOpen: false }
  }
  const found = settingOf(node)
  if (found === undefined || found.name.startsWith('[')) return isComputed(found) ? OPEN : NONE
  const name = `${prefix}${found.name}`
  const value = node.field('value') ?? node.field('right') ?? node.children().at(-1)
  const below =
    value !== undefined && OBJECTS.has(String(inner(value).kind()))
      ? membersOf(inner(value), `${name}.`, depth + 1)
      : NONE
  return joined([
    { settings: [{ ...found, name }], isOpen: false },
    { ...below, isOpen: false },
  ])
}

/** Symbols, such as `[oauth.allowInsecureRequests]`, are no names of options that a rule asks for. */
const isComputed = (found: Setting | undefined) =>
  found === undefined || !/^\[\w+(?:\.\w+)*\]$/.test(found.name)

function keywordsOf({ args }: Call): Options {
  return joined(
    args.map((each) => {
      if (each.kind() === 'dictionary_splat' || each.kind() === 'list_splat') return OPEN
      if (each.kind() !== 'keyword_argument') return NONE
      const isObject = each.field('value')?.kind() === 'dictionary'
      const own = memberOf(each, '', 0)
      // The content of a variable called options is unknown.
      return {
        ...own,
        isOpen: own.isOpen || (!isObject && each.field('name')?.text() === 'options'),
      }
    }),
  )
}

/** Options of Go: members of a literal, or a call each. */
function goOptions({ node, args }: Call, first = 0): Options {
  if (node.kind() === 'composite_literal') return membersOf(node)
  const maker = node.field('function')?.field('operand')
  return joined([
    ...(maker?.kind() === 'call_expression' ? argumentsOf(maker).map(makerOption) : []),
    ...args.map((each, position) => {
      const object = inner(each)
      if (object.kind() === 'composite_literal' && position >= first) return membersOf(object)
      if (each.kind() === 'call_expression') return callOption(each)
      return position < first && each.kind() !== 'variadic_argument' ? NONE : OPEN
    }),
  ])
}

/** Of `jwt.NewParser(options).Parse`. */
const makerOption = (each: SgNode): Options =>
  each.kind() === 'call_expression'
    ? callOption(each)
    : each.kind() === 'variadic_argument'
      ? OPEN
      : NONE

function callOption(call: SgNode): Options {
  const name = calleeOf(call).replace(/^.*\./, '')
  const value = argumentsOf(call).map((each) => textOf(each))
  return {
    settings: [{ name, value: value.join(', ') || '()', line: lineOf(call) }],
    isOpen: false,
  }
}

/** Java and C#: methods that were called before on the same object, and an initialiser. */
function chainOf({ node }: Call): Options {
  const found: Options[] = []
  const initializer = node.field('initializer')
  if (initializer !== null) found.push(membersOf(initializer))
  let at: SgNode | null = node
  for (let link = 0; at !== null && link < MOST_LINKS; link++) {
    if (ALL_CALLS.has(String(at.kind()))) found.push(callOption(at))
    at = at.field('object') ?? at.field('function')?.field('expression') ?? null
  }
  return joined(found)
}
