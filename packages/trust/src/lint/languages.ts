/** Parsers are optional packages: without one, its files are counted as not examined. */
import path from 'node:path'
import {
  type DynamicLangRegistrations,
  Lang,
  parse,
  registerDynamicLanguage,
  type SgNode,
} from '@ast-grep/napi'
import type { Language } from './rule.ts'

/** ast-grep calls them by these names. Literal imports, so that they become dependencies of the package. */
const LOADED = {
  csharp: async () => await import('@ast-grep/lang-csharp'),
  go: async () => await import('@ast-grep/lang-go'),
  java: async () => await import('@ast-grep/lang-java'),
  python: async () => await import('@ast-grep/lang-python'),
}
const USABLE = await registered()

const KINDS: readonly (readonly [RegExp, Language, parser: string])[] = [
  [/^\.(?:[mc]?js|jsx)$/, 'js', Lang.JavaScript],
  [/^\.[mc]?ts$/, 'js', Lang.TypeScript],
  [/^\.tsx$/, 'js', Lang.Tsx],
  [/^\.py$/, 'python', 'python'],
  [/^\.go$/, 'go', 'go'],
  [/^\.java$/, 'java', 'java'],
  [/^\.cs$/, 'csharp', 'csharp'],
]
const kindOf = (file: string) =>
  KINDS.find(([end]) => end.test(path.extname(file).toLowerCase())) ?? []

/** ast-grep takes all of them at once, and once a process. */
async function registered(): Promise<ReadonlySet<string>> {
  const found: [string, DynamicLangRegistrations[string]][] = []
  for (const [name, load] of Object.entries(LOADED))
    try {
      // oxlint-disable-next-line no-await-in-loop -- four packages, once
      const { default: language } = await load()
      // Reading it looks for the library of this platform.
      if (language.libraryPath !== '') found.push([name, language])
    } catch {
      // Its files are counted as not examined.
    }
  registerDynamicLanguage(Object.fromEntries(found))
  return new Set(found.map(([name]) => name))
}

export const sourceLanguage = (file: string): Language | undefined => kindOf(file)[1]

export function parseSource(file: string, text: string): SgNode | string {
  const [, , name = ''] = kindOf(file)
  if (name in LOADED && !USABLE.has(name))
    return `needs the package @ast-grep/lang-${name}, which is not installed or has no parser for this platform`
  return parse(name, text).root()
}

export const isBroken = (root: SgNode): boolean => root.find({ rule: { kind: 'ERROR' } }) !== null
