/**
 * `timeline.jsonl`: accesses for Timesketch, one JSON object a line.
 *
 * Source: Timesketch, "Import timelines from a JSONL or CSV file": `message`, `datetime` and `timestamp_desc` must be
 * there; `timestamp` is microseconds.
 *
 * @module
 */
import { isoOf, type Json } from '@mintmark/core'

/** A row with the members that Timesketch asks for before its own; `at_ms` is its time. */
export function timesketchRow(row: Json): Json {
  return {
    message: messageOf(row),
    datetime: isoOf(Number(row['at_ms'])),
    timestamp_desc: 'Access Time',
    timestamp: Number(row['at_ms']) * 1000,
    ...row,
  }
}

function messageOf(row: Json): string {
  const what = cell(row, 'mailbox') || cell(row, 'account') || cell(row, 'object_path')
  return `${cell(row, 'operation')} of ${what} by ${cell(row, 'principal')} from ${cell(row, 'ip')}: ${cell(row, 'verdict')} (${cell(row, 'reason')})`
}

function cell(row: Json, name: string): string {
  const value = row[name]
  return typeof value === 'string' ? value : ''
}
