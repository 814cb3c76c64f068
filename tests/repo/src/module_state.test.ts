import assert from 'node:assert/strict'
import { it } from 'node:test'
import { parseAst } from 'rolldown/parseAst'
import { projectFiles, read } from './repository.ts'

/** Packages that may still have some; the list only gets shorter. `testkit` is for tests alone. */
const EXCEPTED: ReadonlySet<string> = new Set(['keys', 'scan', 'testkit'])
/** The mains of a thread and of a process of their own: nobody imports them. */
const MAINS: ReadonlySet<string> = new Set([
  'packages/case/src/ingest/ingest_worker.ts',
  'packages/replay/src/signing/signing_service.ts',
])

interface Node {
  readonly type: string
  readonly [name: string]: unknown
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'

const childrenOf = (node: Node): Node[] =>
  Object.values(node).flatMap((value) => (Array.isArray(value) ? value : [value]).filter(isNode))

function* within(node: Node): Generator<Node, void, void> {
  yield node
  for (const child of childrenOf(node)) yield* within(child)
}

const nameOf = (node: unknown): string =>
  isNode(node) && typeof node['name'] === 'string' ? node['name'] : ''

/** The name at the root of `name.member[0].method`. */
function rootOf(node: unknown): string {
  if (!isNode(node)) return ''
  return node.type === 'Identifier' ? nameOf(node) : rootOf(node['object'] ?? node['expression'])
}

const CONTAINER = /^new (?:Weak)?(?:Map|Set)\b|^[[{]/
const WRITES =
  /^(?:set|add|delete|clear|push|pop|shift|unshift|splice|sort|reverse|fill|copyWithin)$/

/** The container that a node changes, by the name at its root; `''` for a node that changes none. */
function changedBy(node: Node): string {
  const callee = node['callee']
  if (node.type === 'CallExpression' && isNode(callee) && callee.type === 'MemberExpression')
    return WRITES.test(nameOf(callee['property'])) ? rootOf(callee['object']) : ''
  const target = node['left'] ?? node['argument']
  const isChange =
    /^(?:Assignment|Update)Expression$/.test(node.type) || node['operator'] === 'delete'
  return isChange && isNode(target) && target.type === 'MemberExpression' ? rootOf(target) : ''
}

const FUNCTION = /^(?:FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/

/** State of a module that its functions change. What is filled while it loads, and buffers used within a call, are none. */
function stateOf(source: string): string[] {
  const program: Node = { ...parseAst(source, { lang: 'ts' }) }
  const statements = childrenOf(program).map((node) =>
    node.type === 'ExportNamedDeclaration' && isNode(node['declaration'])
      ? node['declaration']
      : node,
  )
  const declarations = statements.filter(({ type }) => type === 'VariableDeclaration')
  const variables = declarations.filter(({ kind }) => kind !== 'const').flatMap(childrenOf)
  const containers = new Set(
    declarations
      .flatMap(childrenOf)
      .filter(({ init }) => isNode(init) && CONTAINER.test(textOf(init, source)))
      .map(({ id }) => nameOf(id)),
  )
  const functions = [...within(program)].filter(({ type }) => FUNCTION.test(type))
  const changed = functions.flatMap((node) => [...within(node)].map(changedBy))
  return [
    ...variables.map(({ id }) => nameOf(id)),
    ...new Set(changed.filter((name) => containers.has(name))),
  ]
}

const textOf = ({ start, end }: Node, source: string): string =>
  source.slice(Number(start), Number(end))

it('modules have no state that changes: a class or a caller holds it', () => {
  const files = projectFiles().filter(
    (file) =>
      /^packages\/[a-z]+\/src\/.*(?<!\.wasm|\.d)\.ts$/.test(file) &&
      !EXCEPTED.has(file.split('/')[1] ?? '') &&
      !MAINS.has(file),
  )
  assert.ok(files.length > 300)
  const found = files.flatMap((file) => stateOf(read(file)).map((name) => `${file}: ${name}`))
  assert.deepEqual(found, [])
})

it('that check sees variables, and containers that a function changes', () => {
  const source = `
    export let count = 0
    const seen = new Set<string>()
    const rows: string[] = []
    const table: Record<string, number> = {}
    const filled = new Map<string, number>()
    filled.set('a', 1)
    export const note = (name: string) => { seen.add(name); table[name] = 1 }
    export class Rows { add(row: string) { rows.push(row); count++ } }`
  assert.deepEqual(stateOf(source), ['count', 'seen', 'table', 'rows'])
})
