import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { ScanReport } from '@mintmark/scan'
import { answerOf } from '@mintmark/scan/answer'
import { exitCodeOf } from '../../src/commands/dumps/scan.ts'
import { scanText } from '../../src/render/scan_text.ts'
import { findingOf, reportOf } from '../scan_reports.ts'

const schedule = findingOf()

function textOf(reports: readonly ScanReport[]): string {
  const scanned = { reports, unreadable: [] }
  const answer = answerOf(scanned)
  return scanText({ scanned, answer, code: exitCodeOf(answer) })
}

it('a key without a public half is one, though its parts and its encodings are apart in the file', () => {
  const rest = { ...schedule, offset: 0x2000, beginsAt: schedule.offset }
  const bare = {
    ...schedule,
    offset: 0x3000,
    length: 16,
    encoding: 'limbs-be',
    sameKeyAt: schedule.offset,
  }
  const told = textOf([reportOf([schedule, rest, bare])])
  assert.match(told, /^FOUND: 1 key, verified, at 3 locations in 1 of 1 file/)
})

it('keys that outlive a process are listed first, and published keys are listed apart', () => {
  const many = Array.from({ length: 20 }, (_, k) => ({ ...schedule, offset: 4096 * k }))
  const known = { ...schedule, kind: 'rsa', bits: 1024, note: 'self-test', offset: 0 } as const
  const own = { ...schedule, kind: 'ec', bits: 256, offset: 1 << 20 } as const
  const told = textOf([reportOf([known, ...many, own])])
  assert.match(
    told,
    /^FOUND: 21 keys, .*\. Ignored: 1 published test key\.\n {2}ec 256\n.*\n {2}aes 128\n/,
  )
  assert.match(told, /\nIGNORED: .*\n {2}1 × rsa \(a published test key\)/)
})

it('the first line counts unverified keys where there are no others', () => {
  const candidate = {
    ...schedule,
    certainty: 'unverified',
    encoding: 'cng-kdbm',
    verification: 'a blob of a symmetric key',
  } as const
  const report = { ...reportOf([]), unverified: [candidate] }
  const told = textOf([report])
  assert.match(told, /^LEAD: .* searched\); 1 unverified key below\.\n/)
})

it('holes are counted apart from the searched bytes', () => {
  const report = { ...reportOf([]), scannedBytes: 3 << 20, holeBytes: 5 << 20 }
  const told = textOf([report, reportOf([])])
  assert.match(told, /^NOTHING FOUND: .* \(3\.1 MiB and 5\.0 MiB of holes searched\)\.\n/)
  assert.match(told, /^SEARCHED {2}2 files, 3\.1 MiB and 5\.0 MiB of holes \(elf-core\)$/m)
})
