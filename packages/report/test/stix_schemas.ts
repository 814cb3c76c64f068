/** STIX objects beside the JSON schemas of OASIS for 2.1, which the package `stixview` carries. */
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { isObject, type Json } from '@mintmark/core'
import { Ajv, type AnySchemaObject, type ValidateFunction } from 'ajv'

const PACKAGE = dirname(createRequire(import.meta.url).resolve('stixview/package.json'))
const FOLDER = join(PACKAGE, 'src', 'stix2-schemas')

/** Schemas by the type that they are of. */
const VALIDATORS = validators()

/** What the schema of its type has against an object; a type without a schema is named. */
export function schemaErrors(object: Json): string[] {
  const type = String(object['type'])
  const validate = VALIDATORS.get(type)
  if (validate === undefined) return [`no schema is of the type ${type}`]
  if (validate(object)) return []
  return (validate.errors ?? []).map((error) => `${type}${error.instancePath} ${error.message}`)
}

function validators(): ReadonlyMap<string, ValidateFunction> {
  const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .map((name) => ({ name, schema: schemaIn(name) }))
  const schemas = files.map(({ schema }) => schema)
  // Their patterns escape what the u flag does not let them.
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false, schemas })
  return new Map(
    files
      .filter(({ name }) => !name.startsWith('common'))
      .map(({ schema }) => [String(schema['title']), ajv.compile(schema)]),
  )
}

function schemaIn(name: string): AnySchemaObject {
  const read: unknown = JSON.parse(readFileSync(join(FOLDER, name), 'utf8'))
  if (!isObject(read)) throw new TypeError(`${name} is no schema`)
  return read
}
