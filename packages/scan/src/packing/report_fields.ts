/**
 * Fields of apport's crash reports; lines that go on begin with a blank. Source:
 * `problem_report.py` of 2.28; `ProblemType` is first, packed values are base64.
 */
import { MintmarkError } from '@mintmark/core'
import type { ByteSource } from '@mintmark/dump'

export interface CoreField {
  readonly from: number
  readonly valueAt: number
  readonly end: number
}

export const CORE_FIELD: Buffer = Buffer.from('CoreDump: base64\n')
const CORE_NAME = Buffer.from('CoreDump:')
const REPORT_BEGINS = Buffer.from('ProblemType: ')
const STEP_BYTES = 1 << 20
const NEWLINE = 0x0a
const BLANK = 0x20

export function isCrashReport(head: Uint8Array): boolean {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.length)
  const isReport = bytes.subarray(0, REPORT_BEGINS.length).equals(REPORT_BEGINS)
  return isReport && bytes.includes(`\n${CORE_FIELD.toString()}`)
}

export function coreFieldOf(source: ByteSource): CoreField {
  const found: CoreField[] = []
  let from: number | undefined
  const head = Buffer.alloc(CORE_FIELD.length)
  for (const at of fieldStarts(source)) {
    if (from !== undefined) found.push({ from, valueAt: from + CORE_FIELD.length + 1, end: at })
    from = undefined
    const present = head.subarray(0, source.read(at, head))
    if (!present.subarray(0, CORE_NAME.length).equals(CORE_NAME)) continue
    if (!present.equals(CORE_FIELD)) throw invalid('the core of the report is no base64')
    from = at
  }
  const [field, ...others] = found
  if (field === undefined || field.valueAt >= field.end) throw invalid('the report has no core')
  if (others.length > 0) throw invalid('the report has more than one core')
  return field
}

function* fieldStarts(source: ByteSource): Generator<number, void> {
  const window = Buffer.alloc(STEP_BYTES)
  yield 0
  for (let at = 0; ; ) {
    const present = window.subarray(0, source.read(at, window))
    for (const start of startsIn(present)) yield at + start
    if (present.length < window.length) break
    // The letter behind a line's end belongs to it.
    at += present.length - 1
  }
  yield source.size
}

export function* startsIn(text: Buffer): Generator<number, void> {
  for (let end = text.indexOf(NEWLINE); end >= 0; end = text.indexOf(NEWLINE, end + 1))
    if (end + 1 < text.length && text[end + 1] !== BLANK) yield end + 1
}

const invalid = (message: string): MintmarkError => new MintmarkError('INPUT_INVALID', message)
