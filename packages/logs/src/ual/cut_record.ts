/**
 * What is left of an audit record whose JSON text was cut: every field and every item before the cut.
 *
 * @module
 */
import { type Json, parseObject } from '@mintmark/core'

/** Deeper texts are no audit records. */
const MAX_DEPTH = 64

/**
 * The object with what was complete before the cut, or undefined where the text is no object.
 *
 * A value that the cut may have shortened is left out: a text without its closing quote, a number at the very end.
 * Cost: one pass, and a parse.
 */
export function recordBeforeCut(text: string): Json | undefined {
  const begin = text.trimStart()
  if (!begin.startsWith('{')) return undefined
  const whole = wholePart(begin)
  return whole === undefined ? undefined : parseObject(whole)
}

/** The text up to the last value that is surely complete, with what is open closed. */
function wholePart(text: string): string | undefined {
  const open: string[] = []
  let isInString = false
  let whole = { end: 0, closers: '' }
  const endAt = (end: number) => {
    // An element of a list is complete or left out: half an item would be another item.
    const isElement = open.at(-1) === '}' && open.at(-2) === ']'
    if (!isElement) whole = { end, closers: open.toReversed().join('') }
  }
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? ''
    if (isInString) {
      if (character === '\\') at++
      else if (character === '"') isInString = false
    } else if (character === '"') isInString = true
    else if (character === ',') endAt(at)
    else if (character === '{' || character === '[') {
      if (open.length >= MAX_DEPTH) return undefined
      open.push(character === '{' ? '}' : ']')
      endAt(at + 1)
    } else if (character === '}' || character === ']') {
      if (open.pop() !== character) return undefined
      endAt(at + 1)
    }
  }
  return text.slice(0, whole.end) + whole.closers
}
