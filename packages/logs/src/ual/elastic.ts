/**
 * Records that went through Elastic: Filebeat's `o365audit`, the ECS document that the pipeline
 * makes of it, an index dump around either (`_source`), search `fields`, and Discover's CSV with
 * dotted column names.
 * Source: elastic/integrations, package o365, ingest pipeline of the audit data stream.
 */
import { isObject, type Json } from '@mintmark/core'
import type { Adapter } from '../model/adapter.ts'
import { readUalRecord, rejectPayload, ualRecordIn } from './record.ts'

const PREFIX = 'o365.audit.'

/** Record fields that the pipeline renames, with the paths that it renames them to. */
const MOVED: readonly (readonly [string, string])[] = [
  ['Id', 'event.id'],
  ['CreationTime', '@timestamp'],
  ['Operation', 'event.action'],
  ['RecordType', 'event.code'],
  ['Workload', 'event.provider'],
  ['OrganizationId', 'organization.id'],
  ['UserId', 'user.id'],
  ['MailboxOwnerUPN', 'user.email'],
  ['ClientIP', 'client.ip'],
  ['ClientIP', 'source.ip'],
  ['UserAgent', 'user_agent.original'],
  ['ObjectId', 'url.original'],
  ['SourceFileName', 'file.name'],
  ['SourceRelativeUrl', 'file.directory'],
]

function documentOf(row: Json): Json {
  if (isObject(row['_source'])) return row['_source']
  return isObject(row['fields']) ? row['fields'] : row
}

function rawRecord(document: Json): Json | undefined {
  const raw = document['o365audit']
  if (raw === undefined) return undefined
  return isObject(raw) ? raw : ualRecordIn(raw)
}

function nestedAudit(document: Json): Json | undefined {
  const o365 = document['o365']
  const audit = isObject(o365) ? o365['audit'] : document['o365.audit']
  return isObject(audit) ? audit : undefined
}

function hasDottedAudit(document: Json): boolean {
  if (document['o365.audit.RecordType'] !== undefined) return true
  for (const key in document) if (key.startsWith(PREFIX)) return true
  return false
}

/** The value at a dotted path, whether the document nests or has the path as its key. */
function at(document: Json, path: string): unknown {
  const whole = single(document[path])
  if (whole !== undefined) return whole
  const dot = path.indexOf('.')
  if (dot === -1) return undefined
  const parent = document[path.slice(0, dot)]
  return isObject(parent) ? single(parent[path.slice(dot + 1)]) : undefined
}

/** Search `fields` wrap every value in a list; Discover's CSV writes `-` for nothing. */
function single(value: unknown): unknown {
  const only: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value
  return only === '-' || only === '' || only === null ? undefined : only
}

type Fields = Map<string, unknown>

/** Dotted keys become members where the document does not nest; of deeper names the rest stays dotted. */
function auditFields(document: Json): Fields {
  const audit = nestedAudit(document)
  if (audit !== undefined) return new Map(Object.entries(audit))
  const fields: Fields = new Map()
  const members = new Map<string, Fields>()
  for (const key of Object.keys(document)) {
    const value = key.startsWith(PREFIX) ? single(document[key]) : undefined
    if (value === undefined) continue
    const [, name = '', member] = /^([^.]*)(?:\.(.*))?$/s.exec(key.slice(PREFIX.length)) ?? []
    if (member === undefined) fields.set(name, value)
    else members.set(name, (members.get(name) ?? new Map()).set(member, value))
  }
  for (const [name, nested] of members)
    if (!fields.has(name)) fields.set(name, Object.fromEntries(nested))
  return fields
}

function recordOf(document: Json): Json | undefined {
  const raw = rawRecord(document)
  if (raw !== undefined) return raw
  const original = ualRecordIn(at(document, 'event.original'))
  if (original !== undefined) return original
  const fields = auditFields(document)
  for (const [field, path] of MOVED) {
    if (fields.get(field) === undefined) fields.set(field, at(document, path))
  }
  // Defines its members, so that a field named `__proto__` is a field.
  return Object.fromEntries(fields)
}

export const elastic: Adapter = {
  shape: 'ual-elastic',
  accepts: (row) => {
    const document = documentOf(row)
    const isRaw = document['o365audit'] !== undefined
    return isRaw || nestedAudit(document) !== undefined || hasDottedAudit(document)
  },
  read: (row, { dateOrder }, sink) => {
    const record = recordOf(documentOf(row))
    if (record === undefined) rejectPayload(sink, 'audit-data-not-json', 'o365audit')
    else readUalRecord(record, sink, { dateOrder })
  },
}
