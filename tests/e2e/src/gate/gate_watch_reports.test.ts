/* oxlint-disable eslint/no-await-in-loop -- one after another, as they are compared */
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { answered, rowsOf } from '../built_command.ts'
import { key, place, program, raw, skip, takeRawCore } from './gate_call.ts'
import { backtrace, spooled, unfinishedIn } from './gate_spool.ts'
import { countPieces } from './gate_victim.ts'
import { killedSweep, plainCopies, sweep } from './gate_watch_call.ts'

before(takeRawCore)

/** Of the core, before it is packed: each part is a line. */
const LINE_BYTES = 300_000
const NAME = '_usr_bin_victim.0.crash'

/** What a PEM is behind a name of the environment: further lines of the value begin with a blank. */
const folded = (text: string): string => text.trim().replaceAll('\n', '\n ')

/** A crash report of a process that holds the key, as apport writes it. */
function reportOf(core: Buffer): Buffer {
  const packed = gzipSync(core, { level: 1 })
  const lines: string[] = []
  for (let at = 0; at < packed.length; at += LINE_BYTES)
    lines.push(` ${packed.subarray(at, at + LINE_BYTES).toString('base64')}\n`)
  const attached = gzipSync(Buffer.from(`log\n${key.pem}`)).toString('base64')
  return Buffer.from(
    `ProblemType: Crash\nArchitecture: amd64\nAppLog: base64\n ${attached}\n` +
      `CoreDump: base64\n${lines.join('')}Date: Mon Nov 30 00:00:00 2026\n` +
      `ProcCmdline: /usr/bin/victim\nProcEnviron:\n LANG=C\n KEY=${folded(key.pem)}\n SHELL=/bin/sh\n`,
  )
}

function dropReport(dropped: string): void {
  mkdirSync(dropped)
  writeFileSync(join(dropped, NAME), reportOf(readFileSync(raw)))
}

describe('gate watch, with a crash report of apport,', { skip }, () => {
  it('writes a report that gdb and apport can use and no scan finds a key in', async () => {
    const [dropped, spool] = [place('dropped'), place('spool')]
    dropReport(dropped)
    const { code, out } = await sweep(dropped, spool)
    assert.equal(code, 1)
    assert.deepEqual(JSON.parse(out), {
      written: 1,
      withKeys: 1,
      withLeads: 0,
      failed: 0,
      left: 0,
      waiting: 0,
    })
    assert.deepEqual(readdirSync(dropped), [])
    const [landed] = spooled(spool)
    assert.ok(landed?.core !== undefined)
    assert.equal(landed.core.length, readFileSync(raw).length)
    assert.equal(countPieces(key, landed.core), 0)
    const report = join(
      landed.folder,
      readdirSync(landed.folder).find((name) => name.endsWith('.crash')) ?? '',
    )
    const text = readFileSync(report, 'latin1')
    const fields = [...text.matchAll(/^(\w+):/gm)].map(([, name]) => name)
    const expected = [
      'ProblemType',
      'Architecture',
      'AppLog',
      'CoreDump',
      'Date',
      'ProcCmdline',
      'ProcEnviron',
    ]
    assert.deepEqual(fields, expected)
    assert.match(text, /\nAppLog: removed: it held a private key\n/)
    assert.match(text, /\n LANG=C\n KEY=[*\n -]+\n SHELL=\/bin\/sh\n$/)
    const scanned = await answered('scan', report, '--json', '--deep')
    assert.deepEqual(rowsOf(scanned['findings']), [])
    const core = place('core')
    writeFileSync(core, landed.core)
    const seen = backtrace(program, core)
    if (seen !== undefined) assert.equal(seen, backtrace(program, raw))
  })
})

describe('gate watch, killed over a crash report,', { skip }, () => {
  it('has left no plain copy, and the next one finishes', async () => {
    const [dropped, spool] = [place('dropped'), place('spool')]
    dropReport(dropped)
    mkdirSync(spool, { mode: 0o700 })
    for (let i = 1; i <= 5 && existsSync(join(dropped, NAME)); i++) {
      await killedSweep(dropped, spool, i * 500)
      assert.deepEqual(plainCopies(spool), [])
    }
    await sweep(dropped, spool)
    assert.deepEqual([readdirSync(dropped), unfinishedIn(spool)], [[], []])
    for (const { core } of spooled(spool)) assert.equal(core && countPieces(key, core), 0)
    assert.equal(spooled(spool).length, 1)
  })
})
