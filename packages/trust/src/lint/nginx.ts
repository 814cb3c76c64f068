/**
 * The configuration of nginx: directives with words, and blocks of them.
 *
 * Reads the grammar alone: words may be quoted, `#` begins a comment, `\` escapes. Files that `include` names are read as
 * files of their own. Blocks of Lua are skipped.
 *
 * @module
 */
import type { Setting } from './calls.ts'
import { Entries, MOST_DEPTH } from './entries.ts'
import { plainName } from './rule.ts'

const TOKEN =
  /#[^\n]*|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[;{}]|(?:[^\s;{}"'#\\]|\\.|\$\{\w*\}|(?<=\S)#)+/gs

/** @throws {Error} for blocks that do not close, and above limits */
// oxlint-disable-next-line complexity -- one token after another, with the state of the reader
export function readNginx(text: string): readonly Setting[] {
  const entries = new Entries()
  const open: string[] = []
  let words: string[] = []
  let line = 1
  let from = 0
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (token.startsWith('#')) continue
    if (words.length === 0) {
      line += text.slice(from, index).split('\n').length - 1
      from = index
    }
    if (token !== ';' && token !== '{' && token !== '}') {
      words.push(token.replaceAll(/^["']|["']$/g, ''))
      continue
    }
    if (words.length > 0) {
      const [directive = '', ...rest] = words
      const name = [...open, plainName(directive)].join('.')
      const number = entries.size
      entries.add(token === '{' ? `${name}.${number}` : name, rest.join(' '), line)
      if (token === '{') open.push(`${plainName(directive)}.${number}`)
    } else if (token === '{') open.push('block')
    if (token === '}' && open.pop() === undefined)
      throw new Error('a block closes that is not open')
    if (open.length > MOST_DEPTH) throw new Error(`deeper than ${MOST_DEPTH} blocks`)
    words = []
  }
  if (open.length > 0) throw new Error('a block does not close')
  return entries.take()
}
