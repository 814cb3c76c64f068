/**
 * Texts of the notes and form fields of a page.
 *
 * @module
 */
import { isObject } from '@mintmark/core'

const FIELDS: ReadonlySet<string> = new Set([
  'contentsObj',
  'fieldValue',
  'defaultFieldValue',
  'textContent',
])

/**
 * Lines of text, as they stand.
 *
 * @param notes as the reader of PDF gives them: texts are strings, lists of them, or `str` of an object
 */
export function textsOfNotes(notes: readonly unknown[]): readonly string[] {
  return notes.flatMap((note) =>
    Object.entries(isObject(note) ? note : {}).flatMap(([name, value]) =>
      FIELDS.has(name) ? linesIn(value) : [],
    ),
  )
}

function linesIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return value.split(/\r\n?|\n/)
  if (Array.isArray(value)) return value.flatMap((item: unknown) => linesIn(item))
  return isObject(value) && 'str' in value ? linesIn(value['str']) : []
}
