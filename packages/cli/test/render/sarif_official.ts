/** A log beside the JSON schema of SARIF 2.1.0, which the package `@microsoft/jest-sarif` carries. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { isObject } from '@mintmark/core'
import { Ajv } from 'ajv'

const FILE = createRequire(import.meta.url).resolve(
  '@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json',
)
const validate = compiled()

/** What the schema has against a log. */
export function sarifErrors(log: unknown): string[] {
  if (validate(log)) return []
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}

/** It is written for draft 4, of which it uses nothing that newer drafts read otherwise but its name. */
function compiled() {
  const read: unknown = JSON.parse(readFileSync(FILE, 'utf8'))
  if (!isObject(read)) throw new TypeError('the schema of SARIF is none')
  const { $schema: _, id: __, ...schema } = read
  const formats = { uri: isUri, 'uri-reference': isReference, 'date-time': true } as const
  // Its patterns escape what the u flag does not let them.
  return new Ajv({ strict: false, allErrors: true, unicodeRegExp: false, formats }).compile(schema)
}

function isUri(text: string): boolean {
  return URL.canParse(text)
}

/** RFC 3986: letters that stand for themselves, and the rest as %XX. */
function isReference(text: string): boolean {
  return /^(?:[\w.~:/?#[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*$/.test(text)
}
