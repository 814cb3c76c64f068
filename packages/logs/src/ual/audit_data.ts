/** The `AuditData` cell of an export: one audit record as JSON text, or what is left of it. */
import { isObject, type Json, parseObject } from '@mintmark/core'
import type { RowSink } from '../model/adapter.ts'
import { MAX_DEPTH } from '../model/limits.ts'
import { saying } from '../model/records.ts'
import { type OuterFields, readCutRecord, readUalRecord, rejectPayload } from './record.ts'

/** Layers of JSON text within JSON text that re-exports produce. */
const MAX_LAYERS = 3
/** Where open types of Graph have the record: its records since 2026, and objects of its PowerShell module. */
const BAGS: readonly string[] = [
  'dynamicProperties',
  'AdditionalProperties',
  'additionalProperties',
]
/** One of these at least is in every audit record. */
const OF_A_RECORD: readonly string[] = ['Operation', 'CreationTime', 'RecordType']

const TRUNCATED = saying(
  'audit-data-truncated',
  'AuditData is cut short in this file: the export, or a program that saved it again, dropped the end of records.',
)

type PayloadFault =
  | 'audit-data-empty'
  | 'audit-data-truncated'
  | 'audit-data-not-json'
  | 'audit-data-not-a-record'

/**
 * Reads the record in an `AuditData` value, or rejects it. Of a record that was cut, what was
 * complete before the cut is read, with the columns beside it.
 */
export function readAuditData(value: unknown, sink: RowSink, outer: OuterFields): void {
  const record = auditDataOf(value)
  if (isObject(record)) {
    readUalRecord(record, sink, outer)
    return
  }
  const isCut = record === 'audit-data-truncated'
  const rest = isCut && typeof value === 'string' ? recordBeforeCut(value) : undefined
  if (rest === undefined || !readCutRecord(rest, sink, outer)) {
    rejectPayload(sink, record, 'AuditData')
  }
  if (isCut) sink.statement(TRUNCATED)
}

/**
 * The record, or why there is none. An object without any field of a record is none: read as one, it would be an
 * access without a user, a mailbox and a token, which nobody would miss.
 */
function auditDataOf(value: unknown): Json | PayloadFault {
  const found = objectIn(value)
  if (!isObject(found) || isRecord(found)) return found
  const inner = BAGS.map((bag) => found[bag]).find((bag) => isObject(bag) && isRecord(bag))
  return isObject(inner) ? inner : 'audit-data-not-a-record'
}

const isRecord = (found: Json) => OF_A_RECORD.some((name) => found[name] !== undefined)

function objectIn(value: unknown): Json | PayloadFault {
  let found = value
  for (let layer = 0; layer < MAX_LAYERS; layer++) {
    if (isObject(found)) return found
    if (Array.isArray(found)) {
      const only: unknown = found[0]
      return found.length === 1 && isObject(only) ? only : 'audit-data-not-json'
    }
    if (found === undefined || found === null || found === '') return 'audit-data-empty'
    if (typeof found !== 'string') return 'audit-data-not-json'
    const parsed = parse(found)
    if (parsed === undefined) return faultOf(found)
    found = parsed.value
  }
  return isObject(found) ? found : 'audit-data-not-json'
}

function parse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}

/** Why a text does not parse. Cost: one pass. */
function faultOf(text: string): PayloadFault {
  const trimmed = text.trim()
  if (trimmed === '') return 'audit-data-empty'
  const first = trimmed[0]
  if (first !== '{' && first !== '"' && first !== '[') return 'audit-data-not-json'
  return isOpen(trimmed) ? 'audit-data-truncated' : 'audit-data-not-json'
}

/** Whether a JSON text ends within a string, an object or a list: it was cut, wherever the cut fell. */
function isOpen(text: string): boolean {
  let depth = 0
  let isInString = false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (isInString) {
      if (code === 0x5c) at++
      else if (code === 0x22) isInString = false
    } else if (code === 0x22) isInString = true
    else if (code === 0x7b || code === 0x5b) depth++
    else if (code === 0x7d || code === 0x5d) depth--
  }
  return isInString || depth > 0
}

/** The object with what was complete before the cut, or undefined where the text is no object. */
function recordBeforeCut(text: string): Json | undefined {
  const begin = text.trimStart()
  if (!begin.startsWith('{')) return undefined
  const whole = wholePart(begin)
  return whole === undefined ? undefined : parseObject(whole)
}

function wholePart(text: string): string | undefined {
  const open: string[] = []
  let isInString = false
  let whole = { end: 0, closers: '' }
  const endAt = (end: number) => {
    // An element of a list is complete or left out: half an item would be another item.
    const isElement = open.at(-1) === '}' && open.at(-2) === ']'
    if (!isElement) whole = { end, closers: open.toReversed().join('') }
  }
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? ''
    if (isInString) {
      if (character === '\\') at++
      else if (character === '"') isInString = false
    } else if (character === '"') isInString = true
    else if (character === ',') endAt(at)
    else if (character === '{' || character === '[') {
      if (open.length >= MAX_DEPTH) return undefined
      open.push(character === '{' ? '}' : ']')
      endAt(at + 1)
    } else if (character === '}' || character === ']') {
      if (open.pop() !== character) return undefined
      endAt(at + 1)
    }
  }
  return text.slice(0, whole.end) + whole.closers
}
