import type { SgNode } from '@ast-grep/napi'
import { MOST_ENTRIES, type Setting } from './configuration.ts'
import { requiredName } from './import_statements.ts'
import { findAll, lineOf, MOST_LINKS, namedIn, textOf } from './nodes.ts'

export interface Call {
  /** Without arguments and blanks: `Jwts.parser().build().parse`, `new JwtStrategy`. */
  readonly callee: string
  readonly args: readonly SgNode[]
  readonly node: SgNode
}

export interface Options {
  readonly settings: readonly Setting[]
  readonly isOpen: boolean
}

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
export const ALL_CALLS: ReadonlySet<string> = kindSet(Object.values(CALLS).join(' '))

export function callsIn(root: SgNode, language: string): Call[] {
  const nodes = findAll(root, CALLS[language])
  if (nodes.length > MOST_CALLS) throw new Error(`more than ${MOST_CALLS} calls`)
  return nodes.map((node) => ({ callee: calleeOf(node), args: argumentsOf(node), node }))
}

export function settingsIn(root: SgNode, language: string): Setting[] {
  const nodes = findAll(root, SETTINGS[language])
  if (nodes.length > MOST_ENTRIES) throw new Error(`more than ${MOST_ENTRIES} settings`)
  return nodes.flatMap((node) => settingOf(node) ?? [])
}

/** Chains are walked once a call: generated files have more of them than people write. */
const MOST_CALLS = 20_000

export function calleeOf(node: SgNode, depth = 0): string {
  if (depth > MOST_LINKS) return '…'
  const made = node.field('constructor') ?? node.field('type')
  if (made !== null) return `${node.kind() === 'composite_literal' ? '' : 'new '}${plain(made)}`
  const called = node.field('function')
  if (called !== null) return expressionText(called, depth)
  const [object, name] = [node.field('object'), node.field('name')?.text() ?? '']
  return object === null ? name : `${expressionText(object, depth)}.${name}`
}

/** Compilers write `(0, library.verify)(token)`: after `await` it parses as a call of that name. */
function wrappedIn(node: SgNode): SgNode | undefined {
  if (/^(?:await|parenthesized|sequence)_expression$/.test(String(node.kind())))
    return node.children().findLast((each) => each.isNamed())
  const called = node.field('function')
  return called !== null && textOf(called, 10) === 'await' ? argumentsOf(node).at(-1) : undefined
}

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

const plain = (node: SgNode) => textOf(node, 200).replaceAll(/<[^()]*>|\s+/g, '')

function argumentsOf(node: SgNode): SgNode[] {
  const list = node.field('arguments') ?? node.field('body')
  return list === null ? [] : partsOf(list)
}

const partsOf = (node: SgNode) => namedIn(node).filter((each) => each.kind() !== 'comment')

const WRAPPERS = kindSet(
  'argument literal_element parenthesized_expression as_expression satisfies_expression',
)

function inner(node: SgNode): SgNode {
  const parts = namedIn(node)
  const value = parts[node.field('name') === null ? 0 : 1] ?? node
  const isAddress = value.kind() === 'composite_literal' && node.kind() === 'unary_expression'
  return isAddress || WRAPPERS.has(String(node.kind())) ? value : node
}

function settingOf(node: SgNode): Setting | undefined {
  const parts = namedIn(node)
  const name = node.field('key') ?? node.field('left') ?? node.field('name') ?? parts[0]
  const value = node.field('value') ?? node.field('right') ?? parts.at(-1)
  if (name === undefined || value === undefined || parts.length < 2) return undefined
  const written = textOf(inner(value))
  return { name: unquoted(name), value: MINIFIED.get(written) ?? written, line: lineOf(node) }
}

const MINIFIED = new Map([
  ['!0', 'true'],
  ['!1', 'false'],
  ['void 0', 'undefined'],
])

const unquoted = (node: SgNode) => plain(node).replaceAll(/^["'`]|["'`]$/g, '')
const FUNCTIONS = kindSet('arrow_function function_expression function undefined null')
const OBJECTS = kindSet('object dictionary initializer_expression composite_literal literal_value')

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
const one = (setting: Setting): Options => ({ settings: [setting], isOpen: false })

const joined = (all: readonly Options[]): Options => ({
  settings: all.flatMap(({ settings }) => settings),
  isOpen: all.some(({ isOpen }) => isOpen),
})

function membersOf(node: SgNode, prefix = '', depth = 0): Options {
  if (!OBJECTS.has(String(node.kind())) || depth > 8) return OPEN
  return joined(partsOf(node.field('body') ?? node).map((each) => memberOf(each, prefix, depth)))
}

function memberOf(node: SgNode, prefix: string, depth: number): Options {
  const kind = String(node.kind())
  if (kind === 'shorthand_property_identifier' || kind === 'method_definition') {
    const value = (node.field('name') ?? node).text()
    return one({ name: `${prefix}${value}`, value, line: lineOf(node) })
  }
  const found = settingOf(node)
  if (found === undefined || found.name.startsWith('[')) return isComputed(found) ? OPEN : NONE
  const name = `${prefix}${found.name}`
  const value = node.field('value') ?? node.field('right') ?? node.children().at(-1)
  const below =
    value !== undefined && OBJECTS.has(String(inner(value).kind()))
      ? membersOf(inner(value), `${name}.`, depth + 1)
      : NONE
  return { settings: [{ ...found, name }, ...below.settings], isOpen: false }
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

function goOptions({ node, args }: Call, first = 0): Options {
  if (node.kind() === 'composite_literal') return membersOf(node)
  const maker = node.field('function')?.field('operand')
  const made = maker?.kind() === 'call_expression' ? argumentsOf(maker) : []
  return joined([
    ...made.map((each) => goOption(each, false)),
    ...args.map((each, position) => goOption(each, position >= first)),
  ])
}

function goOption(given: SgNode, isOption: boolean): Options {
  const object = inner(given)
  if (isOption && object.kind() === 'composite_literal') return membersOf(object)
  if (given.kind() === 'call_expression') return callOption(given)
  return isOption || given.kind() === 'variadic_argument' ? OPEN : NONE
}

function callOption(call: SgNode): Options {
  const name = calleeOf(call).replace(/^.*\./, '')
  const value = argumentsOf(call).map((each) => textOf(each))
  return one({ name, value: value.join(', ') || '()', line: lineOf(call) })
}

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
