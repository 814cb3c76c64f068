/** Words that the project does not use, and where prose is in a source file: names of tests, and comments. */

/** Words that only this project used in such a sense, and what to write instead. *cannot tell* is a fixed term. */
export const BANNED: readonly (readonly [RegExp, string])[] = [
  [/\b(?:told|tells|telling|(?<!\bcannot )tell)\b/i, 'reported, identifies, distinguishes'],
  [/\b(?:theirs|ours)\b/i, "the attacker's, legitimate"],
  [/\beither party\b/i, 'ambiguous'],
  [/\b(?:judge[sd]?|judging|ruling)\b/i, 'assign a verdict, decide, verify'],
  [/\btouch(?:e[sd]|ing)?\b/i, 'access'],
  [/\b(?:lies?|lay) (?:in|at|on|beside|outside)\b/i, 'is in, is stored in'],
  [/\b(?:stands?|stood) (?:in|at|on|beside|apart)\b/i, 'is in, is stored in'],
  [/\bran out(?! of)\b/i, 'expired'],
  [/\bdressed\b/i, 'prefixed armor'],
  [/\b(?:held|holds?) back\b/i, 'buffer, temporary spool'],
  [/\blast look\b/i, 'verification scan'],
  [/\bstands? back\b/i, 'renice, scrub slots'],
  [/\b(?:landed|lands|would land)\b/i, 'write'],
  [/\bpoorer cop(?:y|ies)\b/i, 'duplicates'],
  [/\b(?:express lane|lanes)\b/i, 'fast HTTP path, match pipeline'],
  [/\bstanding ledger\b/i, 'reopening ledger'],
  [/\bserved ledger\b/i, 'ledger client'],
  [/\bkept (?:heads?|answers?)\b/i, 'pinned checkpoints, answer cache'],
  [/\bzero runs?\b/i, 'holes'],
  [/\b(?:in turns|rhythms?|seams?|twists?|doubts?|bells?)\b/i, 'see the glossary'],
  [/\b(?:by then|once more|(?:which|what) is none|as told|of theirs)\b/i, 'rewrite'],
]

/** Other spellings of a term, and the one that counts. */
export const SPELLINGS: readonly (readonly [RegExp, string])[] = [
  [/\b(?:signin|log-in|sign in logs?)s?\b/i, 'sign-in, login'],
  [/\bnoninteractive\b/i, 'non-interactive'],
  [/\b(?:[Oo]rganiz|[Rr]ecogniz|[Ss]ynchroniz|[Ss]erializ)\w+/, '-ise'],
  [/\btime[ -]stamps?\b/i, 'timestamp'],
  [/\bcheck[ -]points?\b/i, 'checkpoint'],
  [/\b(?:mini[ -]dump|coredump|core-dump)s?\b/i, 'minidump, core dump'],
  [/\bsub-folders?\b/i, 'subfolder'],
  [/\be-?mails?\b/, 'mail, message'],
  [/\b(?:SHA256|SHA512|SHA1|Sha-?256)\b/, 'SHA-256'],
  [/\b(?:UTF8|UTF16)\b/, 'UTF-8, UTF-16'],
  [/\b(?:Postgres|Clickhouse|Javascript|Github|Jetstream)\b/, 'PostgreSQL, ClickHouse …'],
]

/** Pattern of a quoted literal. */
export const QUOTED: string = String.raw`('(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|${'`'}(?:\\.|[^${'`'}\\])*${'`'})`

/** The text of a literal; each expression of a template is `…`. */
export function textOf(literal: string): string {
  return literal
    .slice(1, -1)
    .replaceAll(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, '…')
    .replaceAll(/\\(.)/g, '$1')
}

export const breaks = (text: string): string => '\n'.repeat(text.split('\n').length - 1)

/** Code between backticks is one word. */
export const withoutCode = (text: string): string =>
  text.replaceAll(/(`+)[^`]+\1/g, (code) => `Code${breaks(code)}`)

/** Prose of a source file. */
export interface Prose {
  readonly line: number
  readonly text: string
}

/** Names in calls, and in tables of tests by their member `name`. */
const NAME = new RegExp(
  String.raw`(?:^[ \t]*(?:it|test|describe)(?:\.\w+)?\(\s*|^[ \t]*(?:\{ )?name:\s+(?=\S+ \S))${QUOTED}`,
  'gm',
)
/** A comment begins a line, or follows code and a blank. */
const COMMENT = /(?<=^[ \t]*|[ (,{[])\/\*[\s\S]*?\*\/|(?<=^[ \t]*|\S )\/\/ .*$/gm
const SQL_COMMENT = /-- .*$/gm

function found(source: string, pattern: RegExp, prose: (match: RegExpExecArray) => string) {
  return [...source.matchAll(pattern)].map((match): Prose => {
    const literal = match[0].length - (match[1] ?? match[0]).length
    return {
      line: source.slice(0, match.index + literal).split('\n').length,
      text: withoutCode(prose(match)),
    }
  })
}

/** Names of the tests of a file. */
export const namesIn = (source: string): Prose[] =>
  found(source, NAME, ([, literal = '']) => textOf(literal))

/** Comments of a file of TypeScript, JavaScript, Go, Java, CSS or SQL. Names of parameters are code. */
export const commentsIn = (file: string, source: string): Prose[] =>
  found(source, file.endsWith('.sql') ? SQL_COMMENT : COMMENT, ([comment]) =>
    comment.replaceAll(/@param \w+/g, 'Code'),
  )

/** What is wrong with the words of some prose, each with its line. */
export function wrongWords(file: string, { line, text }: Prose): string[] {
  return text.split('\n').flatMap((each, index) =>
    [...BANNED, ...SPELLINGS].flatMap(([pattern, use]) => {
      const [word] = pattern.exec(each) ?? []
      return word === undefined ? [] : [`${file}:${line + index}: "${word}": ${use}`]
    }),
  )
}
