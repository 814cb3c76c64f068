/** The built command, and what it answers. */
import { isObject, type Json } from '@mintmark/core'
import { mintmark } from '@mintmark/testkit'

export { BIN, type Ended, mintmark, ROOT, start, startNode } from '@mintmark/testkit'

/** What a command printed as one JSON object. One that printed none failed: 3 may be an answer of which a part is missing. */
export async function answered(...args: readonly string[]): Promise<Json> {
  const { code, out, err } = await mintmark(...args)
  const value: unknown = code === 2 || out === '' ? undefined : JSON.parse(out)
  if (!isObject(value)) throw new Error(`mintmark ${args.join(' ')} ended with ${code}: ${err}`)
  return value
}

export const rowsOf = (value: unknown): readonly Json[] =>
  Array.isArray(value) ? value.filter(isObject) : []

export const objectOf = (value: unknown): Json => (isObject(value) ? value : {})
