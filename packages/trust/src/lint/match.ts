/** What rules find in one source. A rule reports only what is completely visible. */
import type { SgNode } from '@ast-grep/napi'
import {
  ALL_CALLS,
  type Call,
  calleeOf,
  callsIn,
  type Options,
  optionsOf,
  settingsIn,
} from './calls.ts'
import type { Document, Setting } from './configuration.ts'
import { ImportedNames, type Known, type Reference } from './imports.ts'
import { findAll, lineOf, MOST_LINKS, textOf } from './nodes.ts'
import { type Condition, plainName, type Rule } from './rule.ts'

export interface Match {
  readonly rule: Rule
  readonly line: number
  readonly what: string
  readonly isOpen: boolean
}

const holds = ({ name, value }: Condition, setting: Setting): boolean =>
  name.test(plainName(setting.name)) && value.test(setting.value)

const NOTHING = /^(?:undefined|null|None|nil|""|''|)$/

function applies(
  { has, unless, lacks }: Rule,
  { settings, isOpen }: Options,
): 'yes' | 'no' | 'open' {
  const isSet = (each: Condition) => settings.some((setting) => holds(each, setting))
  const isNamed = ({ name }: Condition) =>
    settings.some((setting) => name.test(plainName(setting.name)))
  const mayBeSet = (each: Condition) => isSet(each) || (isOpen && !isNamed(each))
  if (!has.some((each) => each.every(mayBeSet)) || unless.some(isSet)) return 'no'
  const isThere = lacks.some((name) =>
    settings.some((each) => name.test(plainName(each.name)) && !NOTHING.test(each.value)),
  )
  if (isThere) return 'no'
  const isMet = has.some((each) => each.every(isSet))
  return isMet && !(isOpen && lacks.length > 0) ? 'yes' : 'open'
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
  const isMeant = (statement: string) => rules.some(({ library }) => library.test(statement))
  const names = new ImportedNames(root, language, isMeant)
  const functions = language === 'go' ? functionsOfGo(root) : new Map<string, SgNode>()
  const source = { language, names, functions }
  return [
    ...callsIn(root, language).flatMap((call) => {
      const known = names.known(call.callee)
      return rules.flatMap((rule) => matchOfCall(rule, call, known, source) ?? [])
    }),
    ...names.references().flatMap((each) => {
      const taker = takerOf(each.node)
      return rules.flatMap((rule) => matchOfReference(rule, each, taker) ?? [])
    }),
  ]
}

interface Source {
  readonly language: string
  readonly names: ImportedNames
  readonly functions: ReadonlyMap<string, SgNode>
}

function matchOfCall(
  rule: Rule,
  call: Call,
  known: readonly Known[],
  source: Source,
): Match | undefined {
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
  return { rule, line: lineOf(call.node), what: found.path, isOpen }
}

function isPartOfLonger({ call }: Rule, node: SgNode, { names }: Source, isAny: boolean): boolean {
  const parent = node.parent()
  const object = parent?.field('object') ?? parent?.field('operand') ?? parent?.field('expression')
  if (object?.id() !== node.id()) return false
  if (isAny || parent?.kind() !== 'method_invocation') return isAny
  const callee = calleeOf(parent)
  return [callee, ...names.known(callee).map(({ path }) => path)].some((each) => call?.test(each))
}

function matchOfReference(
  rule: Rule,
  { known: { path, statement, isWhole }, node }: Reference,
  taker: string | undefined,
): Match | undefined {
  if (!rule.library.test(statement)) return undefined
  const found = { rule, line: lineOf(node), what: path }
  if (rule.value?.test(path) === true) {
    const conditions = conditionsAt(node)
    const isOpen = conditions?.every((each) => rule.reached.test(each)) !== true
    return { ...found, isOpen }
  }
  if (rule.level === 'note' || rule.call === undefined) return undefined
  if (!isWhole && !rule.call.test(path)) return undefined
  // Of `register(plugin, options)` all is in view.
  return taker !== undefined && rule.call.test(taker) ? undefined : { ...found, isOpen: true }
}

function takerOf(node: SgNode): string | undefined {
  const taker = node.parent()?.parent() ?? null
  return taker !== null && ALL_CALLS.has(String(taker.kind())) ? calleeOf(taker) : undefined
}

function conditionsAt(node: SgNode): readonly string[] | undefined {
  const found: string[] = []
  let isReturned = false
  let at = node.parent()
  for (let link = 0; at !== null && link < MOST_LINKS; link++) {
    const kind = String(at.kind())
    if (/^func|^method_declaration/.test(kind)) break
    if (kind === 'return_statement') isReturned = true
    if (/^(?:if|expression_switch|expression_case)/.test(kind))
      found.push(textOf(at.field('condition') ?? at.field('value')))
    at = at.parent()
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
  const inherited = inheritedIn(document, rule)
  return document.flatMap((entry, index) => {
    if (!at.test(entry.name) || blocksAround(entry.name).some((each) => inherited.has(each)))
      return []
    const settings = membersAt(document, index)
    // A text where an object is expected is a reference to one: not in view.
    if (settings.length === 0 || applies(rule, { settings, isOpen: false }) === 'no') return []
    return [{ rule, line: entry.line, what: entry.name, isOpen: false }]
  })
}

/** Blocks of nginx have the directives of those around them: where one of these has what the rule asks for. */
function inheritedIn(document: Document, { languages, lacks }: Rule): ReadonlySet<string> {
  const isLacking = ({ name }: Setting) => lacks.some((each) => each.test(name))
  const given = languages.includes('nginx') ? document.filter(isLacking) : []
  return new Set(given.flatMap(({ name }) => blocksAround(name).slice(-1)))
}

const blocksAround = (name: string): string[] => [
  '',
  ...[...name.matchAll(/\./g)].map(({ index }) => name.slice(0, index)),
]

function membersAt(document: Document, index: number): Setting[] {
  const prefix = `${document[index]?.name ?? ''}.`
  const members: Setting[] = []
  for (let i = index + 1; document[i]?.name.startsWith(prefix) === true; i++) {
    const { name, value, line } = document[i] ?? { name: '', value: '', line: 0 }
    members.push({ name: name.slice(prefix.length), value, line })
  }
  return members
}
