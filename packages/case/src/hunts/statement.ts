/** Refuses in a hunt what `readonly` lets through; `checkHunt` is the second check. */
interface StatementFault {
  readonly line: number
  readonly message: string
}

export interface Statement {
  readonly sql: string
  readonly placeholders: readonly {
    readonly name: string
    readonly type: string
    readonly line: number
  }[]
}

/** Words that a SELECT which only asks has no use for. `SETTINGS` could switch `readonly` off. */
const REFUSED_WORDS: ReadonlyMap<string, string> = new Map([
  ['settings', 'a hunt runs under the settings of the case'],
  ['outfile', 'it would write a file'],
  ['format', 'it would choose an output format'],
  ['insert', 'it would write'],
  ['system', 'it would steer the engine or read its tables'],
  ['information_schema', "it would read the engine's tables"],
])

/** Functions that reach outside the case even where the engine is read-only, or never give the same twice. */
const REFUSED_FUNCTIONS: ReadonlySet<string> = new Set(
  (
    'file catboostevaluate sleep sleepeachrow getsetting getmacro hostname fqdn dictget dictgetordefault joinget ' +
    'rand rand32 rand64 generateuuidv4 now now64 url s3 remote remotesecure cluster clusterallreplicas executable ' +
    'mysql postgresql sqlite mongodb redis odbc jdbc hdfs merge input loop'
  ).split(' '),
)

const TOKEN =
  /(?<space>\s+)|(?<comment>--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|(?<quoted>'(?:[^'\\]|\\[\s\S]|'')*(?:'|$))|(?<name>`(?:[^`\\]|\\[\s\S])*(?:`|$)|"(?:[^"\\]|\\[\s\S])*(?:"|$))|(?<placeholder>\{[^{}]*\}?)|(?<word>\w+)|(?<other>[\s\S])/gu
const PLACEHOLDER = /^\{\s*([A-Za-z_]\w*)\s*:\s*([^{}]*?)\s*\}$/u

/** Reads one statement, in linear time, without comments. `firstLine` is the line of the file where `source` starts. */
export function readStatement(source: string, firstLine: number): Statement | StatementFault {
  const scan = { line: firstLine, open: 0, hasEnded: false, previous: '', first: '' }
  const placeholders: { name: string; type: string; line: number }[] = []
  let sql = ''
  for (const { 0: token, groups = {} } of source.matchAll(TOKEN)) {
    const message = faultOf(scan, token, groups)
    if (message !== undefined) return { line: scan.line, message }
    const [, name = '', type = ''] = PLACEHOLDER.exec(groups['placeholder'] ?? '') ?? []
    if (name !== '') placeholders.push({ name, type, line: scan.line })
    sql += groups['comment'] === undefined ? token : ' '
    scan.line += token.split('\n').length - 1
  }
  if (scan.first === '') return { line: firstLine, message: 'there is no SELECT' }
  if (scan.open !== 0) return { line: scan.line, message: 'a bracket is not closed' }
  return { sql: sql.replace(/;\s*$/u, '').trim(), placeholders }
}

interface Scan {
  readonly line: number
  open: number
  hasEnded: boolean
  previous: string
  first: string
}
type Groups = Readonly<Record<string, string | undefined>>

function faultOf(scan: Scan, token: string, groups: Groups): string | undefined {
  if (groups['space'] !== undefined) return undefined
  if (groups['comment'] !== undefined) return commentFault(token)
  if (scan.hasEnded) return 'one statement a hunt'
  scan.hasEnded = token === ';'
  if (scan.hasEnded) return undefined
  const { previous } = scan
  scan.previous = token
  const word = groups['word']?.toLowerCase()
  if (word !== undefined) return startFault(scan, word) ?? wordFault(word)
  return textFault(groups) ?? signFault(scan, groups, previous) ?? startFault(scan, token)
}

function commentFault(token: string): string | undefined {
  if (!token.startsWith('/*')) return undefined
  if (!token.endsWith('*/') || token.length < 4) return 'a comment is not closed'
  // The engine nests them, and other readers do not.
  return token.includes('/*', 2) ? 'a comment in a comment' : undefined
}

function wordFault(word: string): string | undefined {
  const why = REFUSED_WORDS.get(word)
  return why && `${word.toUpperCase()} has no place in a hunt: ${why}`
}

function textFault({ quoted, name, placeholder }: Groups): string | undefined {
  if (quoted !== undefined && !/^'(?:[^'\\]|\\[\s\S]|'')*'$/u.test(quoted))
    return 'a text is not closed'
  // A quoted name could spell a function or a word that is looked for; no column needs one.
  if (name !== undefined) return 'a quoted name: columns and tables need no quotes'
  const isNamed = placeholder === undefined || PLACEHOLDER.test(placeholder)
  return isNamed ? undefined : 'a placeholder that is not {name:Type}'
}

function signFault(scan: Scan, { other: sign }: Groups, previous: string): string | undefined {
  if (sign === undefined) return undefined
  if (sign === '(') {
    scan.open++
    const called = previous.toLowerCase()
    if (REFUSED_FUNCTIONS.has(called)) return `${called}() has no place in a hunt`
  }
  if (sign === ')' && --scan.open < 0) return 'a bracket too many'
  // Heredocs, typographic quotes and the like: ways to spell text that only the engine knows.
  return /^[-+*/%=<>!,.()[\]?:|]$/u.test(sign) ? undefined : 'a sign that no hunt needs'
}

function startFault(scan: Scan, token: string): string | undefined {
  if (scan.first !== '') return undefined
  scan.first = token
  return token === 'select' || token === 'with' ? undefined : 'a hunt is one SELECT'
}
