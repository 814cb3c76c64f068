import assert from 'node:assert/strict'
import { it } from 'node:test'
import * as fc from 'fast-check'
import { readDovecotLine } from '../../src/dovecot/line.ts'
import { provenAtLogin, readSessionId, writtenTime } from '../../src/dovecot/written_time.ts'
import { adapters } from '../../src/index.ts'
import { collect } from '../collected.ts'

const runs = { numRuns: Number(process.env['FUZZ_RUNS'] ?? 200) }

/** What lines of Dovecot are made of, whole and broken. */
const piece = fc.constantFrom(
  'Nov 26 06:26:02 ',
  '2026-11-26T06:26:02.123+01:00 mx1 dovecot: ',
  'imap-login: Info: Login: ',
  'imap-login: Info: Login aborted: x (auth failed, 1 attempts) (auth_failed): ',
  'user=<ada>, ',
  'user=<',
  '>, ',
  'rip=192.0.2.7, ',
  'session=<abcdefghABCDEFGH>',
  'imap(ada)<1><abcdefghABCDEFGH>: Info: ',
  'expunge: box=INBOX, uid=7, msgid=<a@b>, size=1',
  'Disconnected: Logged out in=1 out=2 body_count=3 body_bytes=4',
  'stats: Info: {"event":"mail_opened","end_time":"2026-11-26T06:26:02Z","fields":{"uid":1}}',
  'stats: {"event":"',
  '}',
  '=',
  ': ',
  ', ',
  '\n',
  '\r\n',
  '\0',
  'é😀',
  '\u001B[0m',
)
const log = fc
  .array(piece, { maxLength: 30 })
  .map((pieces) => `imap-login: Login: user=<a>, rip=1.1.1.1\n${pieces.join('')}`)
const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 })

it('lines of Dovecot read the same whole, in pieces and byte by byte, whatever they are', () => {
  fc.assert(
    fc.property(log, sizes, (text, pieces) => {
      const whole = collect(text, [], { adapters })
      assert.deepEqual(collect(text, pieces, { adapters }), whole)
      assert.deepEqual(collect(text, [1], { adapters }), whole)
    }),
    runs,
  )
})

it('any text is a line or none, and no throw', () => {
  fc.assert(
    fc.property(fc.oneof(log, fc.string({ unit: 'binary' })), (text) => {
      readDovecotLine(text)
      readSessionId(text)
      writtenTime(text)
    }),
    runs,
  )
})

it('a login proves its time in every zone, in every year', () => {
  const at = fc.integer({ min: Date.UTC(2005, 0) / 1000, max: Date.UTC(2094, 0) / 1000 })
  const quarter = fc.integer({ min: -48, max: 56 })
  const late = fc.integer({ min: 0, max: 180 })
  fc.assert(
    fc.property(at, quarter, late, fc.boolean(), (second, zone, lateSeconds, hasYear) => {
      const startMs = (second * 1000) % (2 ** 48 / 1000)
      const local = new Date((second + lateSeconds + zone * 900) * 1000)
      const iso = local.toISOString()
      const old = `${local.toUTCString().slice(8, 11)} ${String(local.getUTCDate()).padStart(2)} ${iso.slice(11, 19)} x`
      const written = writtenTime(hasYear ? `${iso.slice(0, 19)} x` : old)
      assert.ok(written !== undefined)
      assert.deepEqual(provenAtLogin(written, startMs), {
        zoneMs: zone * 900_000,
        atMs: (second + lateSeconds) * 1000,
      })
    }),
    runs,
  )
})
