/** What names stand for, by imports: rules match `jsonwebtoken.verify` under any name. */
import type { SgNode } from '@ast-grep/napi'
import {
  boundIn,
  exportedFrom,
  IMPORTS,
  type Imported,
  joined,
  requiredName,
} from './import_statements.ts'
import { findAll, MOST_LINKS, namedIn, textOf } from './nodes.ts'

export interface Known extends Omit<Imported, 'local'> {
  readonly isSure: boolean
}

export interface Reference {
  readonly known: Known
  readonly node: SgNode
}

type Member = readonly [kind: string, object: string]

const MEMBER: Readonly<Record<string, Member>> = {
  js: ['member_expression', 'object'],
  python: ['attribute', 'object'],
  go: ['selector_expression', 'operand'],
}
const DECLARED: Readonly<Record<string, string>> = {
  js: 'variable_declarator function_declaration class_declaration formal_parameters arrow_function',
  python: 'function_definition class_definition assignment parameters lambda_parameters',
  go: 'function_declaration short_var_declaration var_spec parameter_list',
  java: 'method_declaration',
  csharp: 'method_declaration',
}

/** More would be a file that was made to take long. */
const MOST_ANYTHING = 8

export class ImportedNames {
  readonly #language: string
  readonly #root: SgNode
  readonly #byName = new Map<string, readonly Imported[]>()
  readonly #anything: Imported[] = []
  readonly #declared: ReadonlySet<string> = new Set()
  readonly #renamed = new Set<number>()

  constructor(root: SgNode, language: string, isMeant: (statement: string) => boolean) {
    this.#language = language
    this.#root = root
    const importing = this.#addImports(isMeant)
    if (this.#byName.size === 0 && this.#anything.length === 0) return
    const declarations = findAll(root, DECLARED[language])
    for (const node of declarations) if (this.#addAlias(node)) importing.add(node.id())
    const others = declarations.filter((node) => !importing.has(node.id()))
    this.#declared = new Set(others.flatMap(declaredIn))
  }

  #addImports(isMeant: (statement: string) => boolean): Set<number> {
    const importing = new Set<number>()
    const [kinds, read] = IMPORTS[this.#language] ?? ['', () => []]
    for (const node of findAll(this.#root, kinds)) {
      const found = read(node)
      if (found.length === 0) continue
      importing.add(node.id())
      this.#renamed.add((node.field('value') ?? node.field('right') ?? node).id())
      for (const each of found) if (each.local !== '*' || isMeant(each.statement)) this.#add(each)
    }
    return importing
  }

  #add(imported: Imported): void {
    const isKnown = this.#anything.some(({ path }) => path === imported.path)
    const { local } = imported
    if (local !== '*')
      this.#byName.set(local, [...(this.#byName.get(local) ?? []), imported].slice(0, 4))
    else if (!isKnown && this.#anything.length < MOST_ANYTHING) this.#anything.push(imported)
  }

  #addAlias(node: SgNode): boolean {
    const target = node.field('name') ?? node.field('left')
    const value = node.field('value') ?? node.field('right')
    if (target === null || value === null) return false
    const path = textOf(value).replaceAll(/\s/g, '').replace(INTEROP, '$1')
    const bound = /^[\w$]+(?:\.[\w$]+)*$/.test(path) ? boundIn(target) : []
    if (bound.length === 0) return false
    const known = this.known(path).filter(({ isSure }) => isSure)
    for (const { path: from, statement, isWhole: isModule } of known)
      for (const [local, member] of bound) {
        const isWhole = isModule && member === ''
        if (local !== path) this.#add({ local, path: joined(from, member), statement, isWhole })
      }
    if (known.length === 0) return false
    for (const each of [value, ...namedIn(value)]) this.#renamed.add(each.id())
    return true
  }

  known(written: string): readonly Known[] {
    const [, made = '', first = '', rest = ''] =
      /^(new )?([\w$]+)(.*)$/s.exec(unwrapped(written)) ?? []
    const isSure = !this.#declared.has(first)
    const own = this.#byName.get(first)
    if (own !== undefined)
      return own.map(({ path, statement, isWhole }) => ({
        path: `${made}${joined(path, rest)}`,
        statement,
        isWhole: isWhole && rest === '',
        isSure: isSure && own.length === 1,
      }))
    const qualified = qualifiedName(this.#language, written)
    if (qualified !== undefined) return [qualified]
    if (!isSure || first === '') return []
    return this.#anything.map((each) => {
      return { ...each, path: `${made}${each.path}.${first}${rest}`, isWhole: false, isSure }
    })
  }

  spellings(text: string, from: RegExp): readonly string[] {
    const known = this.known(text).filter(({ isSure, statement }) => isSure && from.test(statement))
    const paths = known.map(({ path }) => path)
    const isNamed = this.#byName.has(/^[\w$]*/.exec(text)?.[0] ?? '')
    return isNamed && paths.length > 0 ? paths : [text, ...paths]
  }

  references(): readonly Reference[] {
    const member = MEMBER[this.#language]
    if (member === undefined) return []
    const isScript = this.#language === 'js'
    const own = isScript ? [...this.#exported(), ...this.#required(member)] : []
    if (this.#byName.size + this.#anything.length === 0) return own
    const kinds = isScript ? 'identifier shorthand_property_identifier' : 'identifier'
    return [
      ...own,
      ...findAll(this.#root, kinds).flatMap((node) => this.#referencesAt(node, member)),
    ]
  }

  #referencesAt(node: SgNode, member: Member): readonly Reference[] {
    const name = node.text()
    if (this.#anything.length === 0 && !this.#byName.has(name)) return []
    if (this.#declared.has(name)) return []
    const value = outermost(node, member)
    if (value.parent()?.kind() === member[0] || !this.#isPassedOn(value)) return []
    return this.known(pathText(textOf(value))).map((known) => ({ known, node: value }))
  }

  readonly #isPassedOn = (value: SgNode): boolean =>
    !this.#renamed.has(value.id()) && isPassedOn(value)

  #exported(): readonly Reference[] {
    return findAll(this.#root, 'export_statement').flatMap((node) =>
      exportedFrom(node).map((imported) => ({ known: { ...imported, isSure: true }, node })),
    )
  }

  #required(member: Member): readonly Reference[] {
    return findAll(this.#root, 'call_expression').flatMap((node) => {
      const name = requiredName(node)
      if (name === undefined) return []
      const value = outermost(node, member)
      if (!this.#isPassedOn(value)) return []
      const after = node.range().end.index - value.range().start.index
      const path = joined(name, pathText(textOf(value).slice(after)))
      const known = { path, statement: node.text(), isWhole: path === name, isSure: true }
      return [{ known, node: value }]
    })
  }
}

const unwrapped = (callee: string): string => callee.replaceAll(/\[(["'])(\w+)\1\]/g, '.$2')

const PACKAGE_NAME = /^(new )?((?:[a-z_]\w*\.){2,})(?=[A-Z])/

function qualifiedName(language: string, written: string): Known | undefined {
  if (language !== 'java' && language !== 'csharp') return undefined
  const found = PACKAGE_NAME.exec(written)
  if (found === null) return undefined
  const path = `${found[1] ?? ''}${written.slice(found[0].length)}`
  return { path, statement: `import ${written.replace(/^new /, '')}`, isWhole: false, isSure: true }
}

function declaredIn(node: SgNode): string[] {
  const kind = String(node.kind())
  if (kind === 'variable_declarator' && node.field('value') === null) return []
  const part = /parameter/.test(kind)
    ? node
    : kind === 'arrow_function'
      ? node.field('parameter')
      : (node.field('name') ?? node.field('left'))
  // Keys of a pattern are no names of the file.
  if (part?.kind() === 'object_pattern') return boundIn(part).map(([local]) => local)
  return textOf(part).match(/(?<![.\w$])[\w$]+(?!\s*[.\w$])/g) ?? []
}

const AROUND = /^(?:await|parenthesized)_expression$/

function outermost(node: SgNode, [kind, object]: Member): SgNode {
  let at = node
  for (let link = 0; link < MOST_LINKS; link++) {
    const parent = at.parent()
    if (parent === null) break
    const isMember = parent.kind() === kind && parent.field(object)?.id() === at.id()
    if (!isMember && !AROUND.test(String(parent.kind()))) break
    at = parent
  }
  return at
}

/** `jwt.verify.bind(jwt)` passes `jwt.verify` on. */
const BOUND = /\.(?:bind|call|apply|then)$/

const pathText = (text: string) => text.replaceAll(/[\s()]/g, '').replace(BOUND, '')

const INTEROP =
  /^(?:[\w$]+\.)?_*(?:interop\w*|toESM|importStar|importDefault)\(([\w$.]+)(?:,\d)?\)$/

const NO_VALUE =
  /^(?:import_\w+|expression_statement|named_imports|namespace_import|aliased_import|dotted_name|type_query|sequence_expression|comparison_operator|subscript_expression|formal_parameters|parameters|class_heritage|decorator|\w*_pattern|nested_\w+)$/

function isPassedOn(value: SgNode): boolean {
  const parent = value.parent()
  if (parent === null || NO_VALUE.test(String(parent.kind()))) return isComputed(value, parent)
  const called = parent.field('function') ?? parent.field('constructor')
  if (called?.id() === value.id()) return BOUND.test(value.text())
  const taker =
    parent.kind() === 'arguments' ? textOf(parent.parent()?.field('function') ?? null) : ''
  if (taker === 'await' || BOUND.test(taker) || INTEROP.test(`${taker}(x)`)) return false
  if (parent.kind() === 'binary_expression') return /^(?:\|\||\?\?)$/.test(operatorOf(parent))
  return ['name', 'left'].every((each) => parent.field(each)?.id() !== value.id())
}

const operatorOf = (node: SgNode): string => node.field('operator')?.text() ?? ''

/** `jwt[method](token)`: which call that is, is not in view. */
const isComputed = (value: SgNode, parent: SgNode | null): boolean =>
  parent?.kind() === 'subscript_expression' &&
  parent.field('object')?.id() === value.id() &&
  parent.field('index')?.kind() !== 'string'
