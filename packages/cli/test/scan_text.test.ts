import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { ScanReport } from '@mintmark/scan'
import { scanText } from '../src/render/scan_text.ts'

/** A schedule that was found. */
const schedule = {
  file: 'core',
  offset: 4096,
  address: undefined,
  length: 100,
  kind: 'aes',
  form: 'aes-schedule-enc',
  bits: 128,
  certainty: 'proven',
  proof: 'schedule expands; goes on at 0x2000',
  note: undefined,
  keyId: undefined,
  owner: undefined,
  copies: 1,
} as const

function reportOf(findings: ScanReport['findings']): ScanReport {
  return {
    file: 'core',
    size: 1 << 16,
    container: 'elf-core',
    segments: 3,
    scannedBytes: 1 << 16,
    holeBytes: 0,
    findings,
    candidates: [],
    lesser: [],
    flaws: [],
    limits: [],
    absent: [],
    publicRoots: 0,
  }
}

it('a key without a public half is one, though its parts and its forms lie apart in the file', () => {
  const rest = { ...schedule, offset: 0x2000, beginsAt: schedule.offset }
  const bare = {
    ...schedule,
    offset: 0x3000,
    length: 16,
    form: 'limbs-be',
    sameKeyAt: schedule.offset,
  }
  const told = scanText({ reports: [reportOf([schedule, rest, bare])], unreadable: [] })
  assert.match(told, /^FOUND: 1 key, proven, at 3 places in 1 of 1 file/)
})

it('of many keys those that outlive a process are told first, those that everybody knows last', () => {
  const many = Array.from({ length: 20 }, (_, k) => ({ ...schedule, offset: 4096 * k }))
  const known = { ...schedule, kind: 'rsa', bits: 1024, note: 'self-test', offset: 0 } as const
  const own = { ...schedule, kind: 'ec', bits: 256, offset: 1 << 20 } as const
  const told = scanText({ reports: [reportOf([known, ...many, own])], unreadable: [] })
  assert.match(told, /^FOUND: .*\n {2}ec 256\n.*\n {2}aes 128\n/)
  assert.doesNotMatch(told, /rsa 1024/)
})

it('of candidates alone the first line says that there are some', () => {
  const candidate = {
    ...schedule,
    certainty: 'candidate',
    form: 'keytab',
    proof: 'a keytab',
  } as const
  const report = { ...reportOf([]), candidates: [candidate] }
  const told = scanText({ reports: [report], unreadable: [] })
  assert.match(told, /^LEAD: .* searched\); 1 candidate below may be one\.\n/)
})

it('holes are told beside what was searched', () => {
  const report = { ...reportOf([]), scannedBytes: 3 << 20, holeBytes: 5 << 20 }
  const told = scanText({ reports: [report, reportOf([])], unreadable: [] })
  assert.match(told, /^NOTHING FOUND: .* \(3\.1 MiB and 5\.0 MiB of holes searched\)\.\n/)
  assert.match(told, /^SEARCHED {2}2 files, 3\.1 MiB and 5\.0 MiB of holes \(elf-core\)$/m)
})
