/**
 * Checks a hunt's SQL before any engine does: one SELECT. This refuses what the engine's `readonly` lets through, and
 * what the two could read differently; `check_hunt.ts` is the second check.
 *
 * @module
 */

/** Something in a statement that a hunt may not have. */
interface StatementFault {
  /** 1-based, in the text that was given. */
  readonly line: number
  readonly message: string
}

/** A statement that may be a hunt's: without comments, and with the names of its parameters. */
export interface Statement {
  readonly sql: string
  /** `{name:Type}` placeholders in the order in which they first stand. */
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
  const scan = new Scan(firstLine)
  for (const match of source.matchAll(TOKEN)) {
    const fault = scan.take(match[0], match.groups ?? {})
    if (fault !== undefined) return fault
  }
  return scan.end()
}

type Groups = Readonly<Record<string, string | undefined>>

class Scan {
  #line: number
  readonly #firstLine: number
  #sql = ''
  #open = 0
  /** Line of the terminator; 0 before it. */
  #endedOn = 0
  #previous = ''
  #first = ''
  readonly #placeholders: { name: string; type: string; line: number }[] = []

  constructor(firstLine: number) {
    this.#line = firstLine
    this.#firstLine = firstLine
  }

  take(token: string, groups: Groups): StatementFault | undefined {
    const fault = this.#fault(token, groups)
    this.#sql += groups['comment'] === undefined ? token : ' '
    this.#line += token.split('\n').length - 1
    return fault
  }

  end(): Statement | StatementFault {
    if (this.#first === '') return this.#at('there is no SELECT', this.#firstLine)
    if (this.#open !== 0) return this.#at('a bracket is not closed')
    // The terminator, if there is one: the statement is put inside another.
    return { sql: this.#sql.replace(/;\s*$/u, '').trim(), placeholders: this.#placeholders }
  }

  #at(message: string, line: number = this.#line): StatementFault {
    return { line, message }
  }

  #fault(token: string, groups: Groups): StatementFault | undefined {
    if (groups['space'] !== undefined) return undefined
    if (groups['comment'] !== undefined) return this.#comment(token)
    if (this.#endedOn > 0) return this.#at('one statement a hunt')
    if (token === ';') {
      this.#endedOn = this.#line
      return undefined
    }
    const previous = this.#previous
    this.#previous = token
    return this.#meaning(token, groups, previous)
  }

  #meaning(token: string, groups: Groups, previous: string): StatementFault | undefined {
    const { quoted, name, placeholder, word } = groups
    if (quoted !== undefined)
      return isClosed(quoted) ? this.#start(token) : this.#at('a text is not closed')
    // A quoted name could spell a function or a word that is looked for; no column needs one.
    if (name !== undefined) return this.#at('a quoted name: columns and tables need no quotes')
    if (placeholder !== undefined) return this.#placeholder(placeholder)
    if (word !== undefined) return this.#word(word)
    return this.#sign(token, previous)
  }

  #comment(token: string): StatementFault | undefined {
    if (!token.startsWith('/*')) return undefined
    if (!token.endsWith('*/') || token.length < 4) return this.#at('a comment is not closed')
    // The engine nests them, and other readers do not.
    return token.indexOf('/*', 2) === -1 ? undefined : this.#at('a comment in a comment')
  }

  #placeholder(token: string): StatementFault | undefined {
    const match = PLACEHOLDER.exec(token)
    const [, name = '', type = ''] = match ?? []
    if (name === '') return this.#at('a placeholder that is not {name:Type}')
    this.#placeholders.push({ name, type, line: this.#line })
    return this.#start(token)
  }

  #word(word: string): StatementFault | undefined {
    const lower = word.toLowerCase()
    const started = this.#start(lower)
    if (started !== undefined) return started
    const why = REFUSED_WORDS.get(lower)
    return why === undefined
      ? undefined
      : this.#at(`${lower.toUpperCase()} has no place in a hunt: ${why}`)
  }

  #sign(token: string, previous: string): StatementFault | undefined {
    if (token === '(') {
      this.#open++
      const called = previous.toLowerCase()
      if (REFUSED_FUNCTIONS.has(called)) return this.#at(`${called}() has no place in a hunt`)
    }
    if (token === ')' && --this.#open < 0) return this.#at('a bracket too many')
    // Heredocs, typographic quotes and the like: ways to spell text that only the engine knows.
    if (!/^[-+*/%=<>!,.()[\]?:|]$/u.test(token)) return this.#at('a sign that no hunt needs')
    return this.#start(token)
  }

  /** The first token says what the statement is. */
  #start(token: string): StatementFault | undefined {
    if (this.#first !== '') return undefined
    this.#first = token
    if (token === 'select' || token === 'with') return undefined
    return this.#at('a hunt is one SELECT')
  }
}

function isClosed(quoted: string): boolean {
  return quoted.length > 1 && quoted.endsWith("'") && /^'(?:[^'\\]|\\[\s\S]|'')*'$/u.test(quoted)
}
