/**
 * A strict check of OCSF 1.3.0 events of the exported classes: required attributes, enumerations, and the sums
 * that tie class, category, activity and type together. Written from the schema; shares nothing with the exporter.
 */
import assert from 'node:assert/strict'
import { isObject, type Json } from '@mintmark/core'

interface EventClass {
  readonly category: number
  readonly required: readonly string[]
  /** Beside those and the ones of every class, whatever else we use. */
  readonly optional?: readonly string[]
  /** Of these at least one. */
  readonly some?: readonly string[]
  readonly activities: readonly number[]
}

const upTo = (last: number) => [...Array(last + 1).keys(), 99]

const CLASSES: Readonly<Record<number, EventClass>> = {
  2004: {
    category: 2,
    required: ['finding_info', 'confidence_id'],
    optional: ['confidence'],
    activities: upTo(3),
  },
  2005: {
    category: 2,
    required: ['finding_info_list', 'status_id', 'confidence_id'],
    optional: ['confidence'],
    some: ['assignee', 'assignee_group'],
    activities: upTo(3),
  },
  3002: {
    category: 3,
    required: ['user'],
    some: ['service', 'dst_endpoint'],
    optional: ['session'],
    activities: upTo(6),
  },
  6003: {
    category: 6,
    required: ['actor', 'api', 'src_endpoint'],
    optional: ['resources'],
    activities: upTo(4),
  },
  6005: {
    category: 6,
    required: ['actor', 'src_endpoint'],
    some: ['database', 'databucket', 'table'],
    optional: ['type', 'type_id'],
    activities: upTo(10),
  },
  6006: { category: 6, required: ['actor', 'file', 'src_endpoint'], activities: upTo(16) },
}

/** Attributes of every class. */
const BASE = [
  'activity_id',
  'activity_name',
  'category_uid',
  'category_name',
  'class_uid',
  'class_name',
  'type_uid',
  'type_name',
  'time',
  'start_time',
  'end_time',
  'count',
  'severity_id',
  'severity',
  'status_id',
  'status',
  'message',
  'metadata',
  'unmapped',
]

const ENDPOINT = ['ip', 'uid', 'name', 'hostname']

/** @returns the events; fails for whatever is not as it should be */
export function checkedEvents(text: string): Json[] {
  const lines = text.split('\n')
  assert.equal(lines.pop(), '')
  return lines.map((line) => {
    const event: unknown = JSON.parse(line)
    assert.ok(isObject(event))
    checkEvent(event)
    return event
  })
}

function checkEvent(event: Json): void {
  const uid = Number(event['class_uid'])
  const own = CLASSES[uid]
  assert.ok(own !== undefined, `class ${uid}`)
  assert.equal(event['category_uid'], own.category)
  assert.ok(own.activities.includes(Number(event['activity_id'])))
  assert.equal(event['type_uid'], uid * 100 + Number(event['activity_id']))
  assert.ok(Number.isSafeInteger(event['time']))
  assert.ok([0, 1, 2, 3, 4, 5, 6, 99].includes(Number(event['severity_id'])))
  for (const name of own.required) assert.ok(isPresent(event[name]), `${uid} lacks ${name}`)
  const known = new Set([...BASE, ...own.required, ...(own.some ?? []), ...(own.optional ?? [])])
  for (const name of Object.keys(event)) assert.ok(known.has(name), `${uid} has no ${name}`)
  if (own.some !== undefined) assert.ok(own.some.some((name) => isPresent(event[name])))
  const metadata = event['metadata']
  assert.ok(isObject(metadata) && isObject(metadata['product']))
  assert.equal(metadata['version'], '1.3.0')
  assert.equal(typeof metadata['product']['vendor_name'], 'string')
  checkObjects(event)
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null && value !== ''
}

function checkObjects(event: Json): void {
  someOf(event['src_endpoint'], ENDPOINT)
  someOf(event['user'], ['name', 'uid'])
  const actor = event['actor']
  if (isObject(actor)) someOf(actor['user'], ['name', 'uid'])
  allOf(event['api'], ['operation'])
  allOf(event['file'], ['name', 'type_id'])
  allOf(event['database'], ['type_id', 'name'])
  allOf(event['finding_info'], ['uid', 'title'])
  const findings = event['finding_info_list']
  if (Array.isArray(findings)) for (const one of findings) allOf(one, ['uid', 'title'])
}

function someOf(value: unknown, names: readonly string[]): void {
  if (value === undefined) return
  assert.ok(isObject(value) && names.some((name) => isPresent(value[name])), names.join(' or '))
}

function allOf(value: unknown, names: readonly string[]): void {
  if (value === undefined) return
  assert.ok(isObject(value) && names.every((name) => isPresent(value[name])), names.join(' and '))
}
