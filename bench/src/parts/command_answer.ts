/** What the built command answers, as a user runs it. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { isObject, type Json, parseObject } from '@mintmark/core'

const MINTMARK = fileURLToPath(new URL('../../../packages/cli/bin/mintmark.mjs', import.meta.url))
const run = promisify(execFile)

/** What it printed, whatever its exit code says of that. A call that printed nothing throws what it said. */
export async function printedBy(...args: readonly string[]): Promise<string> {
  try {
    return (await run(process.execPath, [MINTMARK, ...args], { maxBuffer: 2 ** 30 })).stdout
  } catch (error) {
    const printed = isObject(error) && error['code'] !== 2 ? String(error['stdout']) : ''
    if (printed !== '') return printed
    throw error
  }
}

/** Its answer as one JSON document. */
export async function answerOf(...args: readonly string[]): Promise<Json> {
  const value: unknown = JSON.parse(await printedBy(...args, '--json'))
  return objectOf(value)
}

/** The objects of a text with one a line. */
export function linesOf(text: string): readonly Json[] {
  return text.split('\n').flatMap((line) => {
    const row = parseObject(line)
    return row === undefined ? [] : [row]
  })
}

export const objectOf = (value: unknown): Json => (isObject(value) ? value : {})

export const rowsOf = (value: unknown): readonly Json[] =>
  Array.isArray(value) ? value.filter(isObject) : []

/** Lower and upper bound; infinity where there is no upper one. */
export const boundsOf = (of: Json, name: string): readonly [lower: number, upper: number] => {
  const { lower, upper } = objectOf(of[name])
  return [Number(lower), upper === null ? Number.POSITIVE_INFINITY : Number(upper)]
}

/** With a mark between thousands; `unbounded` for infinity. */
export const counted = (n: number): string =>
  Number.isFinite(n) ? n.toLocaleString('en') : 'unbounded'
