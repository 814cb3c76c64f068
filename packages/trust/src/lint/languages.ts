/**
 * Parsers of source languages: ast-grep, with one package of npm a language.
 *
 * They are optional packages with machine code. Where one is not there, its files are counted as not examined.
 *
 * @module
 */
import { createRequire } from 'node:module'
import path from 'node:path'
import { Lang, parse, registerDynamicLanguage, type SgNode } from '@ast-grep/napi'
import type { Language } from './rule.ts'

const require = createRequire(import.meta.url)
const DYNAMIC = ['csharp', 'go', 'java', 'python'] as const
const USABLE = registered()

interface Kind {
  readonly language: Language
  /** As ast-grep calls it. */
  readonly parser: string
}

const kind = (language: Language, parser: string): Kind => ({ language, parser })
const KINDS: Readonly<Record<string, Kind>> = {
  '.js': kind('js', Lang.JavaScript),
  '.mjs': kind('js', Lang.JavaScript),
  '.cjs': kind('js', Lang.JavaScript),
  '.jsx': kind('js', Lang.JavaScript),
  '.ts': kind('js', Lang.TypeScript),
  '.mts': kind('js', Lang.TypeScript),
  '.cts': kind('js', Lang.TypeScript),
  '.tsx': kind('js', Lang.Tsx),
  '.py': kind('python', 'python'),
  '.go': kind('go', 'go'),
  '.java': kind('java', 'java'),
  '.cs': kind('csharp', 'csharp'),
}
const kindOf = (file: string): Kind | undefined => KINDS[path.extname(file).toLowerCase()]

/** ast-grep takes all of them at once, or none. */
function registered(): ReadonlySet<string> {
  const found = DYNAMIC.flatMap((name) => {
    try {
      const language = require(`@ast-grep/lang-${name}`)
      // Reading it looks for the library of this platform.
      return language.libraryPath === undefined ? [] : [[name, language] as const]
    } catch {
      return []
    }
  })
  registerDynamicLanguage(Object.fromEntries(found))
  return new Set(found.map(([name]) => name))
}

export const sourceLanguage = (file: string): Language | undefined => kindOf(file)?.language

/** The root of a source, or why it is not examined. */
export function parseSource(file: string, text: string): SgNode | string {
  const name = kindOf(file)?.parser ?? ''
  if (DYNAMIC.some((each) => each === name) && !USABLE.has(name))
    return `needs the package @ast-grep/lang-${name}, which is not installed or has no parser for this platform`
  return parse(name, text).root()
}

/** Whether the parser had to skip something. */
export const isBroken = (root: SgNode): boolean => root.find({ rule: { kind: 'ERROR' } }) !== null
