/**
 * What names of a source stand for, by its imports: `import { verify as v } from 'jsonwebtoken'` makes `v` the call
 * `jsonwebtoken.verify`, which rules match under any name.
 *
 * The name of a library is the last part of its module, as its language spells that.
 *
 * @module
 */
import type { SgNode } from '@ast-grep/napi'

/** A name with the library that it comes from. */
export interface Known {
  /** `jsonwebtoken.verify`, `new passportjwt.Strategy`. */
  readonly path: string
  /** Text of the import, in which rules look for their library. */
  readonly statement: string
  /** Whether it is the module itself. */
  readonly isWhole: boolean
  /** Whether the file gives this name to nothing else. */
  readonly isSure: boolean
}

/** A value that is neither called nor looked into further: only whoever takes it knows how it is called. */
export interface Reference extends Known {
  readonly node: SgNode
}

interface Imported {
  /** `*`: each name that the file does not declare. */
  readonly local: string
  readonly path: string
  readonly statement: string
  readonly isWhole: boolean
}

type Member = readonly [kind: string, object: string]

/** Where names can be passed on, and how a member of one is written. */
const MEMBER: Readonly<Record<string, Member>> = {
  js: ['member_expression', 'object'],
  python: ['attribute', 'object'],
  go: ['selector_expression', 'operand'],
}
/** Statements that import, and what they import. */
const IMPORTS: Readonly<
  Record<string, readonly [kinds: string, read: (node: SgNode) => readonly Imported[]]>
> = {
  js: ['import_statement variable_declarator assignment_expression', importedOfScript],
  python: ['import_statement import_from_statement', importedOfPython],
  go: ['import_spec', importedOfGo],
  java: ['import_declaration', importedOfJava],
  csharp: ['using_directive', importedOfCsharp],
}
/** What gives a name of the file another meaning. */
const DECLARED: Readonly<Record<string, string>> = {
  js: 'variable_declarator function_declaration class_declaration formal_parameters arrow_function',
  python: 'function_definition class_definition assignment parameters lambda_parameters',
  go: 'function_declaration short_var_declaration var_spec parameter_list',
  java: 'method_declaration',
  csharp: 'method_declaration',
}

const findAll = (root: SgNode, kinds = ''): SgNode[] =>
  root.findAll({ rule: { any: kinds.split(' ').map((kind) => ({ kind })) } })

const named = (node: SgNode): SgNode[] => node.children().filter((each) => each.isNamed())
const MOST_TEXT = 4000
/** Statements that are not inside one another. */
const LONG_TEXT = 100_000
const textOf = (node: SgNode | null | undefined, most = MOST_TEXT): string => {
  if (node === null || node === undefined) return ''
  const { start, end } = node.range()
  return end.index - start.index > most ? '' : node.text()
}
/** More would be a file that was made to take long. */
const MOST_ANY = 16

export class ImportedNames {
  readonly #language: string
  readonly #root: SgNode
  readonly #byName = new Map<string, readonly Imported[]>()
  readonly #anything: Imported[] = []
  /** Names that the file declares, apart from its imports. */
  readonly #declared = new Set<string>()
  /** Values that got a second name. */
  readonly #renamed = new Set<number>()

  constructor(root: SgNode, language: string) {
    this.#language = language
    this.#root = root
    const importing = new Set<number>()
    const [kinds, read] = IMPORTS[language] ?? ['', () => []]
    for (const node of findAll(root, kinds)) {
      const found = read(node)
      if (found.length > 0) {
        importing.add(node.id())
        this.#renamed.add((node.field('value') ?? node.field('right') ?? node).id())
      }
      for (const each of found) this.#add(each)
    }
    if (this.#byName.size === 0 && this.#anything.length === 0) return
    const declarations = findAll(root, DECLARED[language])
    for (const node of declarations) if (this.#addAlias(node)) importing.add(node.id())
    for (const node of declarations)
      if (!importing.has(node.id())) for (const name of declaredIn(node)) this.#declared.add(name)
  }

  #add(imported: Imported): void {
    const isKnown = this.#anything.some(({ path }) => path === imported.path)
    if (imported.local !== '*')
      this.#byName.set(
        imported.local,
        [...(this.#byName.get(imported.local) ?? []), imported].slice(0, 4),
      )
    else if (!isKnown && this.#anything.length < MOST_ANY) this.#anything.push(imported)
  }

  /** `const check = jwt.verify`, `const { verify } = jwt`: names of what has a known name. */
  #addAlias(node: SgNode): boolean {
    const target = node.field('name') ?? node.field('left')
    const value = node.field('value') ?? node.field('right')
    if (target === null || value === null) return false
    const path = textOf(value).replaceAll(/\s/g, '').replace(INTEROP, '$1')
    const bound = /^[\w$]+(?:\.[\w$]+)*$/.test(path) ? boundIn(target) : []
    if (bound.length === 0) return false
    const known = this.known(path).filter(({ isSure }) => isSure)
    for (const { path: from, statement, isWhole } of known)
      for (const [local, member] of bound)
        if (local !== path)
          this.#add({
            local,
            path: joined(from, member),
            statement,
            isWhole: isWhole && member === '',
          })
    if (known.length === 0) return false
    for (const each of [value, ...named(value)]) this.#renamed.add(each.id())
    return true
  }

  /** What a callee or value may stand for. */
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
    return this.#anything.map(({ path, statement }) => ({
      path: `${made}${path}.${first}${rest}`,
      statement,
      isWhole: false,
      isSure,
    }))
  }

  /** What an expression may read, with names at its start replaced that an import like this gives. */
  spellings(text: string, from: RegExp): readonly string[] {
    const known = this.known(text).filter(({ isSure, statement }) => isSure && from.test(statement))
    const paths = known.map(({ path }) => path)
    const isNamed = this.#byName.has(/^[\w$]*/.exec(text)?.[0] ?? '')
    return isNamed && paths.length > 0 ? paths : [text, ...paths]
  }

  /** Values of imports that are passed on, stored or exported. */
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
    const path = textOf(value)
      .replaceAll(/[\s()]/g, '')
      .replace(BOUND, '')
    return this.known(path).map((known) => ({ ...known, node: value }))
  }

  readonly #isPassedOn = (value: SgNode): boolean =>
    !this.#renamed.has(value.id()) && isPassedOn(value)

  /** `export { verify } from 'jsonwebtoken'`: whoever imports that is in another file. */
  #exported(): readonly Reference[] {
    return findAll(this.#root, 'export_statement').flatMap((node) =>
      exportedFrom(node).map((each) => ({ ...each, isSure: true, node })),
    )
  }

  /** `promisify(require('jsonwebtoken').verify)`. */
  #required(member: Member): readonly Reference[] {
    return findAll(this.#root, 'call_expression').flatMap((node) => {
      const name = requiredName(node)
      if (name === undefined) return []
      const value = outermost(node, member)
      if (!this.#isPassedOn(value)) return []
      const after = node.range().end.index - value.range().start.index
      const rest = textOf(value)
        .slice(after)
        .replaceAll(/[\s()]/g, '')
        .replace(BOUND, '')
      const path = joined(name, rest)
      return [{ path, statement: node.text(), isWhole: path === name, isSure: true, node: value }]
    })
  }
}

/** Members in brackets. */
const unwrapped = (callee: string): string => callee.replaceAll(/\[(["'])(\w+)\1\]/g, '.$2')

/** A path with a member, or with all that follows; default exports are the module. */
function joined(path: string, rest: string): string {
  const after = rest === '' || /^[.([]/.test(rest) ? rest : `.${rest}`
  return `${path}${after.replace(/^(?:\.default)+(?![\w$])/, '')}`
}

const PACKAGE_NAME = /^(new )?((?:[a-z_]\w*\.){2,})(?=[A-Z])/

/** Java and C#: the whole name of a class, which needs no import. */
function qualifiedName(language: string, written: string): Known | undefined {
  if (language !== 'java' && language !== 'csharp') return undefined
  const found = PACKAGE_NAME.exec(written)
  if (found === null) return undefined
  const path = `${found[1] ?? ''}${written.slice(found[0].length)}`
  return { path, statement: `import ${written.replace(/^new /, '')}`, isWhole: false, isSure: true }
}

/** Names that a declaration binds, with the member that each of them is. */
function boundIn(target: SgNode): readonly (readonly [local: string, member: string])[] {
  const parts = named(target)
  if (target.kind() === 'object_pattern')
    return parts.flatMap((each): (readonly [string, string])[] => {
      if (each.kind() === 'shorthand_property_identifier_pattern')
        return [[each.text(), each.text()]]
      const [key, value] = named(each)
      return each.kind() === 'pair_pattern' && value?.kind() === 'identifier'
        ? [[value.text(), key?.text() ?? '']]
        : []
    })
  if (target.kind() === 'identifier') return [[target.text(), '']]
  const [only] = parts
  return target.kind() === 'expression_list' && parts.length === 1 && only !== undefined
    ? [[only.text(), '']]
    : []
}

function declaredIn(node: SgNode): string[] {
  const kind = String(node.kind())
  // It gets its value elsewhere.
  if (kind === 'variable_declarator' && node.field('value') === null) return []
  const part = /parameter/.test(kind)
    ? node
    : kind === 'arrow_function'
      ? node.field('parameter')
      : (node.field('name') ?? node.field('left'))
  return textOf(part).match(/(?<![.\w$])[\w$]+(?!\s*[.\w$])/g) ?? []
}

const AROUND = /^(?:await|parenthesized)_expression$/

function outermost(node: SgNode, [kind, object]: Member): SgNode {
  let at = node
  for (let parent = at.parent(); parent !== null; parent = at.parent()) {
    const isMember = parent.kind() === kind && parent.field(object)?.id() === at.id()
    if (!isMember && !AROUND.test(String(parent.kind()))) break
    at = parent
  }
  return at
}

/** `jwt.verify.bind(jwt)` passes `jwt.verify` on. */
const BOUND = /\.(?:bind|call|apply|then)$/

/** Uses of a name that neither pass it on nor call it. */
const NO_VALUE =
  /^(?:import_\w+|expression_statement|named_imports|namespace_import|aliased_import|dotted_name|variable_declarator|short_var_declaration|var_spec|type_query|sequence_expression|binary_expression|comparison_operator|subscript_expression|formal_parameters|parameters|function_declaration|function_definition|class_heritage|decorator|\w*_pattern|nested_\w+)$/

function isPassedOn(value: SgNode): boolean {
  const parent = value.parent()
  if (parent === null || NO_VALUE.test(String(parent.kind()))) return isComputed(value, parent)
  const called = parent.field('function') ?? parent.field('constructor')
  if (called?.id() === value.id()) return BOUND.test(value.text())
  const taker =
    parent.kind() === 'arguments' ? textOf(parent.parent()?.field('function') ?? null) : ''
  if (taker === 'await' || BOUND.test(taker) || INTEROP.test(`${taker}(x)`)) return false
  if (parent.kind() === 'keyword_argument' && parent.field('name')?.id() === value.id())
    return false
  return parent.field('left')?.id() !== value.id()
}

/** `jwt[method](token)`: which call that is, is not in view. */
const isComputed = (value: SgNode, parent: SgNode | null): boolean =>
  parent?.kind() === 'subscript_expression' &&
  parent.field('object')?.id() === value.id() &&
  parent.field('index')?.kind() !== 'string'

/** The name of a module of JavaScript, undefined for a file of one's own. */
const scriptName = (module: string): string | undefined =>
  /^[./#]/.test(module) ? undefined : (module.split('/').at(-1) ?? '').replaceAll('-', '')

/** Functions by which compilers import. */
const INTEROP =
  /^(?:[\w$]+\.)?_*(?:interop\w*|toESM|importStar|importDefault)\(([\w$.]+)(?:,\d)?\)$/

const REQUIRED =
  /^(?:await\s+)?(?:[\w$.]+\(\s*){0,2}(?:require|import)\(\s*(["'])([^"']+)\1\s*\)(?:,\s*\d+\s*)?\)*((?:\.[\w$]+)*)$/

/** Of `require('jsonwebtoken')` or `import('jsonwebtoken')`. */
export function requiredName(node: SgNode): string | undefined {
  if (!/^(?:require|import)$/.test(textOf(node.field('function'), 10))) return undefined
  const [, , module = '.'] =
    /^\((["'])([^"']+)\1\)$/.exec(textOf(node.field('arguments'), 200)) ?? []
  return scriptName(module)
}

function importedOfScript(node: SgNode): readonly Imported[] {
  const statement = textOf(node, LONG_TEXT)
  if (node.kind() !== 'import_statement') {
    const value = textOf(node.field('value') ?? node.field('right'))
    const [, , module = '', members = ''] = REQUIRED.exec(value) ?? []
    const name = module === '' ? undefined : scriptName(module)
    const target = node.field('name') ?? node.field('left')
    if (name === undefined || target === null) return []
    return boundIn(target).map(([local, member]) =>
      importedAs(local, name, joined(members, member), statement),
    )
  }
  const name = scriptName(/(["'])([^"']+)\1\)?;?\s*$/.exec(statement)?.[2] ?? '.')
  if (name === undefined) return []
  const clauses = named(node).flatMap((each) =>
    each.kind() === 'import_clause' || each.kind() === 'import_require_clause' ? named(each) : [],
  )
  return clauses.flatMap((clause) => {
    if (clause.kind() === 'identifier') return [importedAs(clause.text(), name, '', statement)]
    if (clause.kind() === 'namespace_import')
      return named(clause).map((each) => importedAs(each.text(), name, '', statement))
    if (clause.kind() !== 'named_imports') return []
    return named(clause).map((each) => {
      const member = textOf(each.field('name'))
      return importedAs(textOf(each.field('alias')) || member, name, member, statement)
    })
  })
}

function importedAs(local: string, module: string, member: string, statement: string): Imported {
  const path = joined(module, member)
  return { local, path, statement, isWhole: path === module }
}

function exportedFrom(node: SgNode): readonly Omit<Known, 'isSure'>[] {
  const statement = textOf(node)
  const name = scriptName(textOf(node.field('source')).slice(1, -1) || '.')
  if (name === undefined) return []
  const clause = named(node).find((each) => each.kind() === 'export_clause')
  const members =
    clause === undefined ? [''] : named(clause).map((each) => textOf(each.field('name')))
  return members.map((member) => importedAs('', name, member, statement))
}

/** Parts of an import statement: `a as b, c`. */
const pythonParts = (list: string): readonly (readonly [name: string, local: string])[] =>
  list
    .replaceAll(/#.*|[()\\]/g, '')
    .split(',')
    .map((each) => each.trim().split(/\s+as\s+/))
    .flatMap(([name = '', local = name]) => (name === '' ? [] : [[name, local] as const]))

function importedOfPython(node: SgNode): readonly Imported[] {
  const statement = textOf(node, LONG_TEXT)
  const [, module, list = ''] = /^(?:from\s+([\w.]+)\s+)?import\s+(.*)$/s.exec(statement) ?? []
  if (module?.startsWith('.') === true) return []
  return pythonParts(list).map(([name, local]) => {
    if (module === undefined) return { local, path: name, statement, isWhole: true }
    const path = local === '*' ? module : `${module}.${name}`
    return { local, path, statement, isWhole: false }
  })
}

/** `github.com/golang-jwt/jwt/v5` is the package `jwt`, and so is `jwt-go`. */
const goPackage = (module: string): string =>
  (
    module
      .replace(/\/v\d+$|\.v\d+$/, '')
      .split('/')
      .at(-1) ?? ''
  ).replaceAll(/^go-|-go$/g, '')

function importedOfGo(node: SgNode): readonly Imported[] {
  const path = goPackage(textOf(node.field('path')).slice(1, -1))
  const local = textOf(node.field('name')) || path
  if (local === '_' || path === '') return []
  return [{ local: local === '.' ? '*' : local, path, statement: textOf(node), isWhole: false }]
}

function importedOfJava(node: SgNode): readonly Imported[] {
  const statement = textOf(node, 500)
  const [, name = '', member = ''] =
    /^import\s+static\s+[\w.]*?(\w+)\s*\.\s*(\w+|\*)\s*;$/.exec(statement) ?? []
  if (name === '') return []
  const path = member === '*' ? name : `${name}.${member}`
  return [{ local: member, path, statement, isWhole: false }]
}

function importedOfCsharp(node: SgNode): readonly Imported[] {
  const statement = textOf(node, 500)
  const [, , alias = '*', name = ''] =
    /^(?:global\s+)?using\s+(static\s+)?(?:(\w+)\s*=\s*)?(?:[\w.:]*[.:])?(\w+)(?:<.*>)?\s*;$/s.exec(
      statement,
    ) ?? []
  if (name === '' || (alias === '*' && !/\bstatic\b/.test(statement))) return []
  return [{ local: alias, path: name, statement, isWhole: false }]
}
