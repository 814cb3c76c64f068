import { type Json, parseObject } from '@mintmark/core'

/** A JSON text whose content begins as an object: `"{\"CreationTime\":…`. */
export const TEXT_OF_OBJECT: RegExp = /^"\{(?:\\[nrt]|\s){0,20}\\"/

/** The object that a JSON text spells as a text; undefined if it does not. */
export function objectIn(spelled: string): Json | undefined {
  // Cheap before JSON.parse: most texts are no objects.
  if (!TEXT_OF_OBJECT.test(spelled)) return undefined
  try {
    const text: unknown = JSON.parse(spelled)
    return typeof text === 'string' ? parseObject(text) : undefined
  } catch {
    return undefined
  }
}
