/** The built command, and what it answers. */
import { isObject, type Json } from '@mintmark/core'
import { mintmark } from '@mintmark/testkit'

export { BIN, type Ended, mintmark, ROOT, start, startNode } from '@mintmark/testkit'

/** What a command that found something, or nothing, printed as one JSON object. Any other end is an error. */
export async function answered(...args: readonly string[]): Promise<Json> {
  const { code, out, err } = await mintmark(...args)
  const value: unknown = code === 0 || code === 1 ? JSON.parse(out) : undefined
  if (!isObject(value)) throw new Error(`mintmark ${args.join(' ')} ended with ${code}: ${err}`)
  return value
}

export const rowsOf = (value: unknown): readonly Json[] =>
  Array.isArray(value) ? value.filter(isObject) : []

export const objectOf = (value: unknown): Json => (isObject(value) ? value : {})
