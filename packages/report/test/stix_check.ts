/**
 * A strict check of a STIX 2.1 bundle: what the standard and the JSON schemas of OASIS ask of the exported types.
 *
 * Written from the standard (sections 2.9, 3, 4, 5, 6) and shares nothing with the code that it checks. It is stricter
 * than the schemas: properties that the standard does not name are refused, and every reference must lead somewhere.
 */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { isObject, type Json } from '@mintmark/core'

const UUID5 = /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/
const MILLISECONDS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

interface Shape {
  readonly required: readonly string[]
  readonly optional: readonly string[]
  /** Of observables: what their ids are made of. */
  readonly contributing?: readonly string[]
}

const SHAPES: Readonly<Record<string, Shape>> = {
  identity: { required: ['name'], optional: ['identity_class', 'roles', 'description', 'sectors'] },
  'attack-pattern': { required: ['name'], optional: ['external_references', 'description'] },
  sighting: {
    required: ['sighting_of_ref'],
    optional: [
      'description',
      'first_seen',
      'last_seen',
      'count',
      'observed_data_refs',
      'where_sighted_refs',
      'summary',
    ],
  },
  'observed-data': {
    required: ['first_observed', 'last_observed', 'number_observed', 'object_refs'],
    optional: [],
  },
  note: { required: ['content', 'object_refs'], optional: ['abstract', 'authors'] },
  report: {
    required: ['name', 'published', 'object_refs'],
    optional: ['description', 'report_types'],
  },
  'user-account': { required: ['user_id'], optional: [], contributing: ['user_id'] },
  'email-addr': { required: ['value'], optional: ['belongs_to_ref'], contributing: ['value'] },
  'ipv4-addr': { required: ['value'], optional: [], contributing: ['value'] },
  'ipv6-addr': { required: ['value'], optional: [], contributing: ['value'] },
  file: { required: ['hashes', 'name'], optional: [], contributing: ['hashes', 'name'] },
}

/** What each reference may lead to. */
const TARGETS: Readonly<Record<string, readonly string[]>> = {
  created_by_ref: ['identity'],
  sighting_of_ref: ['attack-pattern'],
  observed_data_refs: ['observed-data'],
  where_sighted_refs: ['identity'],
  belongs_to_ref: ['user-account'],
}

/** @returns the bundle's objects; fails for whatever is not as it should be */
export function checkedBundle(text: string): Json[] {
  const bundle: unknown = JSON.parse(text)
  assert.ok(isObject(bundle))
  assert.deepEqual(Object.keys(bundle), ['type', 'id', 'objects'])
  assert.equal(bundle['type'], 'bundle')
  assertId('bundle', bundle['id'])
  const objects: unknown = bundle['objects']
  assert.ok(Array.isArray(objects) && objects.length > 0)
  const all = objects.filter(isObject)
  assert.equal(all.length, objects.length)
  const ids = new Set(all.map(({ id }) => String(id)))
  assert.equal(ids.size, all.length, 'an id stands twice')
  for (const object of all) checkObject(object, ids)
  return all
}

function checkObject(object: Json, ids: ReadonlySet<string>): void {
  const type = String(object['type'])
  const shape = SHAPES[type]
  assert.ok(shape !== undefined, `the type ${type}`)
  assertId(type, object['id'])
  assert.equal(object['spec_version'], '2.1')
  const common =
    shape.contributing === undefined ? ['created', 'modified', 'created_by_ref', 'confidence'] : []
  const allowed = new Set([
    'type',
    'id',
    'spec_version',
    ...common,
    ...shape.required,
    ...shape.optional,
  ])
  for (const name of Object.keys(object)) assert.ok(allowed.has(name), `${type}.${name}`)
  for (const name of shape.required) assert.ok(name in object, `${type} lacks ${name}`)
  if (shape.contributing === undefined) checkCreated(object)
  else checkObservableId(type, object, shape.contributing)
  for (const [name, value] of Object.entries(object)) checkValue(type, name, value, ids)
}

function checkCreated(object: Json): void {
  const { created, modified } = object
  assert.match(String(created), MILLISECONDS)
  assert.match(String(modified), MILLISECONDS)
  assert.ok(String(modified) >= String(created))
}

/** UUIDv5 of the canonical JSON of the contributing properties, as section 2.9 has it. */
function checkObservableId(type: string, object: Json, contributing: readonly string[]): void {
  const own = Object.fromEntries(contributing.map((name) => [name, object[name]]))
  const bytes = Buffer.concat([
    Buffer.from('00abedb4aa42466c9c01fed23315a9b7', 'hex'),
    Buffer.from(JSON.stringify(own)),
  ])
  const hash = createHash('sha1').update(bytes).digest('hex')
  const id = String(object['id'])
    .slice(type.length + 2)
    .replaceAll('-', '')
  // All but the digits of version and variant are the hash's.
  assert.equal(
    `${id.slice(0, 12)}${id.slice(13, 16)}${id.slice(17)}`,
    `${hash.slice(0, 12)}${hash.slice(13, 16)}${hash.slice(17, 32)}`,
  )
}

function checkValue(type: string, name: string, value: unknown, ids: ReadonlySet<string>): void {
  assert.match(name, /^[a-z0-9_]{3,250}$|^id$/)
  assert.notEqual(value, null, `${type}.${name} is null`)
  if (Array.isArray(value)) assert.ok(value.length > 0, `${type}.${name} is empty`)
  if (/^(first|last)_(seen|observed)$|^published$/.test(name))
    assert.match(String(value), TIMESTAMP)
  if (name === 'number_observed' || name === 'count')
    assert.ok(Number.isSafeInteger(value) && Number(value) >= 1 && Number(value) <= 999_999_999)
  if (/_refs?$/.test(name)) checkReferences(name, value, ids)
  if (name === 'external_references')
    assert.match(JSON.stringify(value), /"source_name":"mitre-attack","external_id":"T\d{4}/)
  if (type === 'ipv4-addr' && name === 'value')
    assert.match(String(value), /^\d{1,3}(\.\d{1,3}){3}$/)
  if (type === 'ipv6-addr' && name === 'value') assert.match(String(value), /^[0-9a-f:]+$/)
  if (type === 'email-addr' && name === 'value') assert.match(String(value), /^[^\s@]+@[^\s@]+$/)
}

function checkReferences(name: string, value: unknown, ids: ReadonlySet<string>): void {
  const refs: readonly unknown[] = Array.isArray(value) ? value : [value]
  assert.equal(Array.isArray(value), name.endsWith('_refs'))
  assert.equal(new Set(refs).size, refs.length, `${name} names one thing twice`)
  for (const ref of refs) {
    assert.ok(ids.has(String(ref)), `${name} leads nowhere: ${String(ref)}`)
    const [target] = String(ref).split('--')
    const targets = TARGETS[name]
    if (targets !== undefined) assert.ok(targets.includes(target ?? ''), `${name}: ${String(ref)}`)
  }
}

function assertId(type: string, id: unknown): void {
  const text = String(id)
  assert.ok(text.startsWith(`${type}--`), text)
  assert.match(text.slice(type.length + 2), UUID5)
}
