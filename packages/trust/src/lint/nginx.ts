/**
 * The configuration of nginx: directives with words, and blocks of them.
 *
 * Reads the grammar alone: words may be quoted, `#` begins a comment, `\` escapes. Files that `include` names are read as
 * files of their own. Blocks of Lua are skipped.
 *
 * @module
 */
import type { Setting } from './calls.ts'
import { plainName } from './rule.ts'

const TOKEN =
  /#[^\n]*|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[;{}]|(?:[^\s;{}"'#\\]|\\.|\$\{\w*\}|(?<=\S)#)+/gs
const MOST = 100_000
const MOST_BLOCKS = 64

/** @throws {Error} for blocks that do not close, and above limits */
// oxlint-disable-next-line complexity -- one token after another, with the state of the reader
export function readNginx(text: string): readonly Setting[] {
  const list: Setting[] = []
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
      if (list.length >= MOST) throw new Error(`more than ${MOST} directives`)
      const [directive = '', ...rest] = words
      const name = [...open, plainName(directive)].join('.')
      const block = `${name}.${list.length}`
      list.push({ name: token === '{' ? block : name, value: rest.join(' '), line })
      if (token === '{') open.push(`${plainName(directive)}.${list.length - 1}`)
    } else if (token === '{') open.push('block')
    if (token === '}' && open.pop() === undefined)
      throw new Error('a block closes that is not open')
    if (open.length > MOST_BLOCKS) throw new Error(`deeper than ${MOST_BLOCKS} blocks`)
    words = []
  }
  if (open.length > 0) throw new Error('a block does not close')
  return list
}
