/** Examples of each rule of `trust lint`, from `lint_examples.yaml`. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'

interface Group {
  /** Name of the file; undefined: any of the language. */
  readonly in?: string
  readonly good: string
  /** By rule. */
  readonly bad: Readonly<Record<string, string>>
}

const isGroups = (value: unknown): value is readonly Group[] => Array.isArray(value)
const file = new URL('lint_examples.yaml', import.meta.url)
const groups: unknown = parse(readFileSync(file, 'utf8'))
assert.ok(isGroups(groups))

const examples = groups.flatMap(({ in: name, good, bad }) =>
  Object.entries(bad).map(([id, source]) => [id, { name, good, bad: source }] as const),
)
const EXAMPLES = new Map(examples)

/** Of each example, in the order of the file: an id with two examples is there twice. */
export const exampleIds: readonly string[] = examples.map(([id]) => id)

interface Example {
  readonly name: string | undefined
  readonly good: string
  readonly bad: string
}

/** What a rule finds, and what it does not. */
export const exampleOf = (id: string): Example =>
  EXAMPLES.get(id) ?? assert.fail(`${id} has no examples`)
