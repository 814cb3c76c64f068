/**
 * Read-only queries. The engine's `readonly` lets `INTO OUTFILE` and `file()` through (26.7), so we
 * look for these tokens in the normal form of the query, which is what runs.
 */
import { MintmarkError } from '@mintmark/core'
import type { Session } from './session.ts'

export async function normalisedQuery(
  session: Pick<Session, 'rows'>,
  sql: string,
): Promise<string> {
  const [row] = await session.rows('SELECT formatQuerySingleLine({sql:String}) AS query', { sql })
  const normal = row === undefined ? '' : String(row['query'])
  requireReadOnly(normal)
  return normal
}

const TOKEN =
  /'(?:[^'\\]|\\[\s\S]|'')*'|`(?:[^`\\]|\\[\s\S]|``)*`|"(?:[^"\\]|\\[\s\S]|"")*"|\w+|\S/gu

const QUESTIONS = new Set(['select', 'with', 'explain', 'show', 'describe', 'desc', 'exists'])

/** Functions that read outside the case though the engine is read-only. */
const OUTSIDE = new Set(['file', 'catboostevaluate'])

function requireReadOnly(normal: string): void {
  const tokens = normal.match(TOKEN) ?? []
  const first = bare(tokens.find((token) => token !== '(') ?? '')
  if (!QUESTIONS.has(first)) refuse(first.toUpperCase(), 'only questions are taken')
  for (const [index, token] of tokens.entries()) {
    const word = bare(token)
    const next = bare(tokens[index + 1] ?? '')
    if (token === ';') refuse(';', 'one statement at a time')
    if (word === 'into' && next === 'outfile') refuse('INTO OUTFILE', 'it would write a file')
    if (OUTSIDE.has(word) && next === '(') refuse(`${word}()`, 'it would read outside the case')
    if (word === 'format' && isLastWord(tokens, index))
      refuse('FORMAT', 'the output format is an option of the command')
  }
}

function bare(token: string): string {
  const quoted = token.startsWith('`') || (token.startsWith('"') && token.length > 1)
  return (quoted ? token.slice(1, -1) : token).toLowerCase()
}

/** `FORMAT name` ends a statement (SETTINGS may follow); elsewhere `format` is a name. */
function isLastWord(tokens: readonly string[], index: number): boolean {
  const name = tokens[index + 1]
  if (tokens[index] !== 'FORMAT' || name === undefined || !/^\w+$/u.test(name)) return false
  const after = tokens[index + 2]
  return after === undefined || after === 'SETTINGS'
}

function refuse(found: string, why: string): never {
  throw new MintmarkError('INPUT_INVALID', `the query has ${found}: ${why}`, { found })
}
