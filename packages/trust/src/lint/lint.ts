/** Finds verifiers that accept too much. Examined: names no library, or parsed completely. */
import { type Dirent, promises as fs } from 'node:fs'
import path from 'node:path'
import { errnoOf, unreadable, whyUnread } from '@mintmark/core'
import type { Level } from '../audit/rules.ts'
import { type Exemption, isInForce } from '../probe/report.ts'
import { decoded } from '../sources/bounds.ts'
import { filesBelow } from '../sources/files.ts'
import { readConfiguration } from './configuration.ts'
import { isBroken, parseSource, sourceLanguage } from './languages.ts'
import { type Match, matchesInDocument, matchesInSource } from './match.ts'
import type { Rule } from './rule.ts'

export interface LintFinding {
  readonly rule: string
  readonly level: Level
  readonly file: string
  readonly line: number
  readonly undecided: readonly string[]
  /** Identifies the finding from run to run, also where its line moves. */
  readonly identity: string
  readonly allowed: Exemption | undefined
}

export interface LintReport {
  readonly findings: readonly LintFinding[]
  readonly files: number
  readonly others: number
  readonly skipped: ReadonlyMap<string, number>
  readonly unread: readonly { readonly file: string; readonly why: string }[]
  readonly unusedExemptions: readonly Exemption[]
}

interface LintOptions {
  readonly rules: readonly Rule[]
  readonly allow: readonly Exemption[]
  readonly nowMs: number
  readonly isWithAll: boolean
}

export const UNDECIDED: Pick<Rule, 'id' | 'level' | 'title' | 'source' | 'fix'> = {
  id: 'cannot-tell',
  level: 'note',
  title:
    'A call of a known library, or its options, are not in view: rules about them are not decided.',
  source: 'none',
  fix: 'Write the options into the call, or look where they are made and the verifier is called.',
}
const MOST_FILES = 200_000
const SKIPPED_FOLDERS: ReadonlySet<string> = new Set(
  'node_modules bower_components vendor third_party dist build out target bin obj test tests __tests__ __mocks__ spec specs testdata fixtures e2e'.split(
    ' ',
  ),
)
/** Not followed: they lead out of the folder, in circles, or to what is examined anyway. */
const LINKS = 'symbolic links'
const TEST_FILE =
  /(?:[._-](?:test|spec|tests)\.\w+|^test_\w+\.py|_test\.(?:go|py)|Tests?\.(?:java|cs))$/
const MOST_READ_BYTES = 16 << 20
/** Of a file that is parsed. Parsers take up to 16 s for a megabyte of what is no source. */
const MOST_BYTES = 512 << 10
/** Brackets inside one another: parsers and walks recurse. */
const MOST_NESTED = 500

const CONFIGURATION: readonly (readonly [RegExp, string])[] = [
  [/\.ya?ml$/i, 'yaml'],
  [/\.jsonc?$/i, 'json'],
  [/\.(?:tf|hcl)$/i, 'hcl'],
  [/\.properties$/i, 'properties'],
  [/(?:^nginx|\.nginx|\.conf)(?:\.\w+)?$/i, 'nginx'],
]

const DECLARATIONS = /\.d\.[cm]?ts$/i

const languageOf = (file: string): string | undefined =>
  DECLARATIONS.test(file)
    ? undefined
    : (sourceLanguage(file) ?? CONFIGURATION.find(([name]) => name.test(path.basename(file)))?.[1])

export async function lint(folder: string, options: LintOptions): Promise<LintReport> {
  const skipped = new Map<string, number>()
  const unread: { file: string; why: string }[] = []
  const all: LintFinding[] = []
  let [files, others] = [0, 0]
  const nameOf = (file: string) => path.relative(folder, file) || path.basename(file)
  const onUnread = (file: string, why: string) => unread.push({ file: nameOf(file), why })
  const walk = {
    isWithRecords: true,
    onUnread: (file: string, cause: unknown) => {
      if (file === folder) throw unreadable(file, cause)
      onUnread(file, errnoOf(cause))
    },
    isLeftOut: (entry: Dirent) => {
      const name = entry.isSymbolicLink()
        ? LINKS
        : options.isWithAll
          ? undefined
          : skippedName(entry)
      if (name !== undefined) skipped.set(name, (skipped.get(name) ?? 0) + 1)
      return name !== undefined
    },
  }
  for await (const file of filesBelow(folder, walk)) {
    const language = languageOf(file)
    if (language === undefined) others++
    else if (files >= MOST_FILES) {
      onUnread(file, `more than ${MOST_FILES} files`)
      break
    } else {
      const examined = await examine(file, language, options.rules)
      if (examined.why === undefined) files++
      else onUnread(file, examined.why)
      // No spread: a hostile file has more findings than a call may have arguments.
      for (const each of findingsOf(examined.matches, nameOf(file))) all.push(each)
    }
  }
  return { files, others, skipped, unread, ...allowed(all, options) }
}

function skippedName(entry: Dirent): string | undefined {
  if (entry.isDirectory()) return SKIPPED_FOLDERS.has(entry.name) ? entry.name : undefined
  return TEST_FILE.test(entry.name) ? 'test files' : undefined
}

interface Examined {
  readonly matches: readonly Match[]
  readonly why?: string
}

const unexamined = (why: string): Examined => ({ matches: [], why })

async function examine(file: string, language: string, all: readonly Rule[]): Promise<Examined> {
  let text: string
  try {
    const { size } = await fs.stat(file)
    if (size > MOST_READ_BYTES) return unexamined(`larger than ${MOST_READ_BYTES >> 20} MiB`)
    text = decoded(await fs.readFile(file))
  } catch (cause) {
    return unexamined(whyUnread(errnoOf(cause)))
  }
  const base = path.basename(file)
  const rules = all.filter(
    (rule) =>
      rule.languages.some((each) => each === language) &&
      rule.file.test(base) &&
      rule.library.test(text) &&
      rule.without?.test(text) !== true,
  )
  if (rules.length === 0) return { matches: [] }
  if (text.length > MOST_BYTES)
    return unexamined(`names a library, and is larger than ${MOST_BYTES >> 10} KiB`)
  if (text.includes('\0')) return unexamined('binary')
  if (nestedIn(text) > MOST_NESTED) return unexamined(`deeper than ${MOST_NESTED} brackets`)
  try {
    if (sourceLanguage(file) !== undefined) return examineSource(file, text, rules)
    const documents = await readConfiguration(text, language)
    return { matches: documents.flatMap((each) => matchesInDocument(each, rules)) }
  } catch (cause) {
    const [why = ''] = (cause instanceof Error ? cause.message : String(cause)).split('\n')
    return unexamined(`could not be parsed: ${why}`)
  }
}

function examineSource(file: string, text: string, rules: readonly Rule[]): Examined {
  const root = parseSource(file, text)
  if (typeof root === 'string') return unexamined(root)
  const matches = matchesInSource(root, sourceLanguage(file) ?? '', rules)
  return isBroken(root) ? { matches, why: 'a part of it could not be parsed' } : { matches }
}

function nestedIn(text: string): number {
  let [depth, most] = [0, 0]
  for (const { 0: bracket } of text.matchAll(/[()[\]{}]/g)) {
    depth = '([{'.includes(bracket) ? depth + 1 : Math.max(0, depth - 1)
    most = Math.max(most, depth)
  }
  return most
}

/** A call with options that are not in view is one note, however many rules ask for them. */
function findingsOf(matches: readonly Match[], file: string): LintFinding[] {
  const counts = new Map<string, number>()
  const foundAt = (
    { line, what }: Match,
    { id: rule, level }: Pick<Rule, 'id' | 'level'>,
    undecided: readonly string[] = [],
  ): LintFinding => {
    const name = `${rule}\0${file}\0${what}`
    const nth = (counts.get(name) ?? 0) + 1
    counts.set(name, nth)
    const identity = `${name}\0${nth}`
    return { rule, level, file, line, undecided, identity, allowed: undefined }
  }
  const decided = matches.filter(({ isOpen }) => !isOpen).map((one) => foundAt(one, one.rule))
  const open = Map.groupBy(
    matches.filter(({ isOpen }) => isOpen),
    ({ line, what }) => `${line}\0${what}`,
  )
  const notes = [...open.values()].flatMap((group) => {
    const ids = group.map(({ rule }) => rule.id)
    return group.slice(0, 1).map((one) => foundAt(one, UNDECIDED, ids))
  })
  return [...decided, ...notes].toSorted((a, b) => a.line - b.line)
}

function allowed(
  all: readonly LintFinding[],
  { allow, nowMs }: LintOptions,
): Pick<LintReport, 'findings' | 'unusedExemptions'> {
  const isFor = ({ id, file }: Exemption, finding: LintFinding) =>
    id === finding.rule && (file === undefined || file === finding.file)
  const current = allow.filter((each) => isInForce(each, nowMs))
  return {
    findings: all.map((finding) => ({
      ...finding,
      allowed: current.find((each) => isFor(each, finding)),
    })),
    unusedExemptions: allow.filter(
      (each) => !current.includes(each) || !all.some((finding) => isFor(each, finding)),
    ),
  }
}

export const isLintFound = ({ findings }: LintReport): boolean =>
  findings.some(({ level, allowed: exemption }) => level !== 'note' && exemption === undefined)

/** Where nothing was examined, nothing was answered. */
export const isLintWhole = ({ files, unread }: LintReport): boolean =>
  files > 0 && unread.length === 0
