import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { parseObject } from '@mintmark/core'
import { scanFile } from '@mintmark/scan/scan_file'
import { elfCore } from '@mintmark/testkit'
import { apportReport } from '@mintmark/testkit/packed_world'
import { gateScrub } from '../src/gate_scrub.ts'
import { type CoreOutcome, receiveCore, type Scrub } from '../src/index.ts'
import { maskedText } from '../src/receive/masked_text.ts'
import { arrivalOfBytes, erasing, filesIn, gateWith, logOf, place } from './gate_world.ts'

const SECRET = '-the-private-bytes-of-this-test-'
const memory = Buffer.alloc(200_000, 'x')
memory.write(SECRET, 70_000)
const CORE = elfCore({ memory: [{ address: 0x1000n, bytes: memory }] }).bytes
const REPORT = apportReport(Buffer.from(CORE))

/** A report that another system dropped. */
const arrivalOfReport = (bytes: Uint8Array) => ({
  ...arrivalOfBytes(bytes, 'core.report.1'),
  source: { path: '/var/crash/x.crash', bytes: bytes.length, modifiedMs: 1, inode: 1 },
})

function writtenReport(done: CoreOutcome): { file: string; text: string; facts: unknown } {
  assert.equal(done.outcome, 'core')
  const folder = 'folder' in done ? done.folder : ''
  const names = readdirSync(folder)
  const file = path.join(folder, names.find((name) => name.endsWith('.crash')) ?? '')
  const report = path.join(folder, names.find((name) => name.endsWith('.json')) ?? '')
  const facts = parseObject(readFileSync(report, 'utf8'))?.['core']
  return { file, text: readFileSync(file, 'latin1'), facts }
}

/** The core of a report, as apport reads it: line by line. */
function coreIn(report: string): Buffer {
  const lines = /\nCoreDump: base64\n((?: .*\n)*)/.exec(report)?.[1]?.trimEnd().split('\n') ?? []
  return gunzipSync(Buffer.concat(lines.map((line) => Buffer.from(line.trim(), 'base64'))))
}

const withoutCore = (report: string): string => report.replace(/CoreDump: base64\n(?: .*\n)*/, '')

const inText = (text: Buffer, part: string) => ({ offset: text.indexOf(part), length: part.length })

describe('the text of a report', () => {
  const text = Buffer.from(
    'Title: a\nProcEnviron:\n A=key\n more\n B=2\nLog: base64\n H4sI\nTags: b\n',
  )
  for (const [what, part, expected] of [
    ['has asterisks in place of a key', 'key\n more', 'ProcEnviron:\n A=***\n ****\n B=2\n'],
    ['has no packed field that held one', '4s', 'Log: removed: it held a private key\nTags: b\n'],
    ['has no field whose name is one', 'itle', 'ProcEnviron:\n A=key\n'],
  ] as const)
    it(what, () => {
      const masked = maskedText(text, [inText(text, part)]).toString()
      assert.ok(masked.includes(expected), masked)
      assert.equal(masked.includes('Title: a\n'), part !== 'itle')
    })

  it('stays as it is without one, and may be empty', () => {
    assert.deepEqual(maskedText(text, []), text)
    assert.equal(maskedText(Buffer.alloc(0), []).length, 0)
  })
})

describe('a crash report that was dropped', () => {
  for (const [store, maxMemoryBytes] of [
    ['memory', 1 << 28],
    ['the encrypted file', 0],
  ] as const)
    it(`is written as a report with the scrubbed core, buffered in ${store}`, async () => {
      const at = Buffer.from(CORE).indexOf(SECRET)
      const limits = { maxMemoryBytes, maxSizeBytes: 1 << 30, maxAtOnce: 4, keepFreeBytes: 0 }
      const scrubs: number[] = []
      const scrub: Scrub = (input, name) => {
        const isFirst = scrubs.push(1) === 1
        return erasing(...(isFirst ? [{ offset: at, length: SECRET.length }] : []))(input, name)
      }
      const gate = gateWith({ limits, scrub })
      const { text, facts } = writtenReport(await receiveCore(gate, arrivalOfReport(REPORT)))
      const core = coreIn(text)
      const expected = Buffer.from(CORE).fill(0, at, at + SECRET.length)
      assert.ok(core.equals(expected))
      assert.equal(withoutCore(text), withoutCore(REPORT.toString('latin1')))
      assert.equal(parseObject(JSON.stringify(facts))?.['compression'], 'apport')
      assert.equal(filesIn(gate.spool.folder).length, 2)
    })

  it('is free of its keys, in the core, in the environment and in a backtrace', async () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
    const bytes = Buffer.alloc(200_000, 'x')
    rsa.export({ format: 'der', type: 'pkcs1' }).copy(bytes, 9000)
    const pem = String(ec.export({ format: 'pem', type: 'pkcs8' })).trim()
    const exponent = Buffer.from(rsa.export({ format: 'jwk' }).d ?? '', 'base64url').toString('hex')
    const core = elfCore({ memory: [{ address: 0x1000n, bytes }] }).bytes
    const raw = Buffer.concat([
      apportReport(Buffer.from(core)),
      Buffer.from(`ProcEnviron:\n LANG=C\n KEY=${pem.replaceAll('\n', '\n ')}\n SHELL=/bin/sh\n`),
      Buffer.from(`Stacktrace:\n #0 sign (d=0x${exponent}) at sign.c:7\nTitle: it crashed\n`),
    ])
    const before = place('raw')
    writeFileSync(before, raw)
    assert.equal((await scanFile(before)).findings.length >= 2, true)
    const gate = gateWith({ scrub: gateScrub([], false) })
    const done = await receiveCore(gate, arrivalOfReport(raw))
    assert.equal('counts' in done && done.counts, 'found')
    const { file, text } = writtenReport(done)
    const after = await scanFile(file)
    assert.deepEqual([after.findings, after.unverified, after.limits], [[], [], []])
    for (let at = 0; at + 16 <= exponent.length; at += 16)
      assert.equal(text.includes(exponent.slice(at, at + 16)), false)
    for (const line of pem.split('\n').slice(1, -1)) assert.equal(text.includes(line), false)
    assert.match(
      text,
      /\nProcEnviron:\n LANG=C\n KEY=[*\n -]+\n SHELL=\/bin\/sh\nStacktrace:\n #0 sign \(d=/,
    )
    assert.match(text, /\) at sign\.c:7\nTitle: it crashed\n$/)
    assert.equal(coreIn(text).length, core.length)
  })
})

describe('a crash report', () => {
  it('gives no core where its text would not be clean', async () => {
    let scrubs = 0
    const scrub: Scrub = (input, name) =>
      erasing(...(scrubs++ === 0 ? [] : [{ offset: 0, length: 1 }]))(input, name)
    const gate = gateWith({ scrub })
    const done = await receiveCore(gate, arrivalOfReport(REPORT))
    assert.equal(done.outcome, 'unclean')
    assert.match(logOf(gate), /no core, .*: the text of the report\n/)
    assert.equal(filesIn(gate.spool.folder).length, 1)
  })

  it('is no report where it comes from the kernel', async () => {
    const gate = gateWith()
    const done = await receiveCore(gate, arrivalOfBytes(REPORT))
    assert.ok(done.outcome === 'core')
    assert.deepEqual(
      readdirSync(done.folder).map((name) => path.extname(name)),
      ['.gz', '.json'],
    )
  })
})

describe('a crash report that cannot be opened', () => {
  const text = REPORT.toString('latin1')
  const [line = ''] = /(?<=\n )[\w+/]{400,}/.exec(text) ?? []
  const changed = Buffer.from(line, 'base64')
  changed[changed.length - 3] = (changed.at(-3) ?? 0) ^ 1
  for (const [what, report, why] of [
    ['is cut', text.slice(0, text.indexOf(line) + 300), /cut or damaged/],
    ['has another checksum', text.replace(line, changed.toString('base64')), /cut or damaged/],
    ['has two cores', `${text}CoreDump: base64\n H4sI\n`, /more than one core/],
    ['has a second core as text', `${text}CoreDump: none\n`, /no base64/],
    ['has letters that are no base64', text.replace(line.slice(0, 8), '!!!!!!!!'), /no base64/],
    ['has an empty core', text.replaceAll(/(?<=base64\n)(?: .*\n)*/g, ''), /no core/],
    [
      'is not packed',
      text.replace(/(?<=base64\n)(?: .*\n)*/, ' aGVsbG8gd29ybGQ=\n'),
      /packed neither/,
    ],
  ] as const)
    it(`is lost where it ${what}, and nothing of it is written`, async () => {
      const gate = gateWith()
      const done = await receiveCore(gate, arrivalOfReport(Buffer.from(report, 'latin1')))
      assert.ok(done.outcome === 'lost')
      assert.match(done.why, why)
      assert.deepEqual(filesIn(gate.spool.folder), [])
    })

  it('is lost where its core is larger than may be', async () => {
    const limits = {
      maxMemoryBytes: 1 << 26,
      maxSizeBytes: 100_000,
      maxAtOnce: 4,
      keepFreeBytes: 0,
    }
    const done = await receiveCore(gateWith({ limits }), arrivalOfReport(REPORT))
    assert.ok(done.outcome === 'lost')
    assert.match(done.why, /the core is larger than 100000 bytes/)
  })
})
