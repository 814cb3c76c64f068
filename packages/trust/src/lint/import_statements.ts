/** Statements of each language that import, and the names that they give. */
import type { SgNode } from '@ast-grep/napi'
import { MOST_LINKS, namedIn, textOf } from './nodes.ts'

const LONG_TEXT = 100_000

export interface Imported {
  readonly local: string
  /** With the library that it comes from: `jsonwebtoken.verify`, `new passportjwt.Strategy`. */
  readonly path: string
  readonly statement: string
  readonly isWhole: boolean
}

type Bound = readonly [local: string, member: string]

export const IMPORTS: Readonly<
  Record<string, readonly [kinds: string, read: (node: SgNode) => readonly Imported[]]>
> = {
  js: ['import_statement variable_declarator assignment_expression', importedOfScript],
  python: ['import_statement import_from_statement', importedOfPython],
  go: ['import_spec', importedOfGo],
  java: ['import_declaration', importedOfJava],
  csharp: ['using_directive', importedOfCsharp],
}

export function joined(path: string, rest: string): string {
  const after = rest === '' || /^[.([]/.test(rest) ? rest : `.${rest}`
  return `${path}${after.replace(/^(?:\.default)+(?![\w$])/, '')}`
}

export function boundIn(target: SgNode, of = '', depth = 0): readonly Bound[] {
  const kind = target.kind()
  const [first, second] = namedIn(target)
  if (kind === 'identifier') return [[target.text(), of]]
  if (kind === 'shorthand_property_identifier_pattern')
    return [[target.text(), joined(of, target.text())]]
  if (first === undefined || depth > MOST_LINKS) return []
  if (kind === 'object_pattern')
    return namedIn(target).flatMap((each) => boundIn(each, of, depth + 1))
  if (kind === 'pair_pattern' && second !== undefined)
    return boundIn(second, joined(of, first.text()), depth + 1)
  if (kind === 'rest_pattern' || kind === 'assignment_pattern') return boundIn(first, of, depth + 1)
  if (kind === 'object_assignment_pattern') return boundIn(first, of, depth + 1)
  return kind === 'expression_list' && second === undefined ? [[first.text(), of]] : []
}

const scriptName = (module: string): string | undefined =>
  /^[./#]/.test(module)
    ? undefined
    : (module.split('/').at(-1) ?? '').replaceAll(/^npm:|(?<=.)@.*$|[^\w$]/g, '')

const REQUIRED =
  /^(?:await\s+)?(?:[\w$.]+\(\s*){0,2}(?:require|import)\(\s*(["'])([^"']+)\1\s*\)(?:,\s*\d+\s*)?\)*((?:\.[\w$]+)*)$/

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
  const clauses = namedIn(node).flatMap((each) =>
    each.kind() === 'import_clause' || each.kind() === 'import_require_clause' ? namedIn(each) : [],
  )
  return clauses.flatMap((clause) => {
    if (clause.kind() === 'identifier') return [importedAs(clause.text(), name, '', statement)]
    if (clause.kind() === 'namespace_import')
      return namedIn(clause).map((each) => importedAs(each.text(), name, '', statement))
    if (clause.kind() !== 'named_imports') return []
    return namedIn(clause).map((each) => {
      const member = textOf(each.field('name'))
      return importedAs(textOf(each.field('alias')) || member, name, member, statement)
    })
  })
}

function importedAs(local: string, module: string, member: string, statement: string): Imported {
  const path = joined(module, member)
  return { local, path, statement, isWhole: path === module }
}

export function exportedFrom(node: SgNode): readonly Imported[] {
  const statement = textOf(node)
  const name = scriptName(textOf(node.field('source')).slice(1, -1) || '.')
  if (name === undefined) return []
  const clause = namedIn(node).find((each) => each.kind() === 'export_clause')
  const members =
    clause === undefined ? [''] : namedIn(clause).map((each) => textOf(each.field('name')))
  return members.map((member) => importedAs('', name, member, statement))
}

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
