/**
 * `timeline.jsonl`: accesses for Timesketch, one JSON object a line.
 *
 * Source: Timesketch, "Import timelines from a JSONL or CSV file": `message`, `datetime` and `timestamp_desc` must be
 * there; `timestamp` is microseconds.
 *
 * @module
 */
import { isoOf, type Json } from '@mintmark/core'
import { text } from './cells.ts'

/** A row with the members that Timesketch asks for before its own; `at_ms` is its time. */
export const timesketchRow = (row: Json): Json => ({
  message: messageOf(row),
  datetime: isoOf(Number(row['at_ms'])),
  timestamp_desc: 'Access Time',
  timestamp: Number(row['at_ms']) * 1000,
  ...row,
})

function messageOf(row: Json): string {
  const what = text(row, 'mailbox') || text(row, 'account') || text(row, 'object_path')
  return `${text(row, 'operation')} of ${what} by ${text(row, 'principal')} from ${text(row, 'ip')}: ${text(row, 'verdict')} (${text(row, 'reason')})`
}
