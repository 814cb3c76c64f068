/** The answer on a terminal with keys in it: within its lines, whatever keys there are. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Answer, KeyFound } from '@mintmark/case'
import { isObject } from '@mintmark/core'
import { answerText } from '../../src/render/answer.ts'
import { writeEvidence } from '../evidence_folder.ts'
import { mintmark } from '../fake_io.ts'
import { assertHarmless } from '../printed.ts'

const folder = mkdtempSync(join(tmpdir(), 'mintmark-answer-keys-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const isAnswer = (value: unknown): value is Answer =>
  isObject(value) && value['schema'] === 'mintmark-answer/1'

let answer: Answer
before(async () => {
  const { folder: input } = writeEvidence(join(folder, 'in'))
  const { out } = await mintmark('investigate', input, '--case', join(folder, 'case'), '--json')
  const value: unknown = JSON.parse(out)
  assert.ok(isAnswer(value))
  answer = value
})

const TIME = '2021-05-18T17:45:00.000Z'
const key = (at: number, more: Partial<KeyFound> = {}): KeyFound => ({
  spkiSha256: String(at).padStart(64, '0'),
  jwkThumbprint: null,
  kind: 'rsa',
  bits: 2048,
  note: null,
  kid: `kid-${at}`,
  subject: 'CN=Signing',
  notAfter: '2021-04-04T14:43:35.000Z',
  dumps: [
    {
      files: ['in/dumps/a.core'],
      sha256: '0'.repeat(64),
      container: 'elf-core',
      copies: 3,
      encodings: [
        { encoding: 'pem', locations: 1, offset: 0, address: null, owner: null, verification: 'p' },
        {
          encoding: 'limbs-le64',
          locations: 2,
          offset: 9,
          address: null,
          owner: null,
          verification: 'p',
        },
      ],
      accessed: null,
    },
  ],
  ...more,
})
const long = 'x'.repeat(500)
const accessed = (suspect: number) => ({
  by: 'hash' as const,
  accesses: 12,
  principals: 2,
  suspect,
  established: suspect,
  people: [
    {
      principal: `eve${long}@example.org`,
      verdict: 'issued',
      hunts: [long, '\u001b[2J'],
      accesses: 1,
      first: TIME,
      last: TIME,
    },
  ],
})

const textWith = (keys: readonly KeyFound[]) => answerText({ ...answer, keys })

describe('mailboxes without a ceiling on a terminal', () => {
  const mailbox = `\u001b[2J${long}@example.org`
  const scope = (): Answer['scope'] => ({
    ...answer.scope,
    messages: { ...answer.scope.messages, upper: null },
    unbounded: [{ mailbox, because: 'throttled' }],
    access_log_losses: [],
  })

  it('fit, however long their names and narrow the terminal', () => {
    for (const width of [80, 60, 40]) {
      const text = answerText({ ...answer, scope: scope() }, { width, path: 'case' })
      assertHarmless(text)
      const at = text.split('\n').findIndex((line) => line.includes('\\x1b'))
      const lines = text.split('\n').slice(at, at + 2)
      assert.ok(lines.every((line) => line.length <= width))
      assert.match(lines.join(' '), /logging throttled for 24 h/)
    }
  })
})

describe('reasons of a mailbox without a ceiling', () => {
  it('come once each, however many files were lost', () => {
    const reasons = ['access-log-unread', 'throttled', 'access-log-unread'] as const
    const unbounded = reasons.map((because) => ({ mailbox: 'ada@example.org', because }))
    const messages = { ...answer.scope.messages, upper: null }
    const scope = { ...answer.scope, messages, unbounded, access_log_losses: [] }
    const text = answerText({ ...answer, scope }).replaceAll(/\s+/g, ' ')
    assert.match(
      text,
      /example\.org files that may be logs unread, logging throttled for 24 h [A-Z]/,
    )
  })
})

describe('the line BLIND on a terminal', () => {
  it('names losses and files not read before tenants, whose names can be long', () => {
    const name = 'x '.repeat(100)
    const timeline = {
      ...answer.timeline,
      horizons: [{ tenant: 'x', name, at: null, because: '' }],
    }
    const unread = { ...answer.conclusion.unread, losses: 2, files: 3, records: 0 }
    const conclusion = { ...answer.conclusion, unread }
    const text = answerText({ ...answer, timeline, conclusion })
    assert.match(text, /^BLIND .*2 losses in the access logs; 3 files not read; x x/m)
  })
})

describe('keys on a terminal', () => {
  it('are reported by name, file and access', () => {
    const lines = textWith([key(1)]).split('\n')
    const at = lines.findIndex((line) => line.startsWith('KEY'))
    assert.deepEqual(lines.slice(at, at + 1), [
      'KEY       private key in a.core (rsa 2048), no log records access to that file',
    ])
  })

  it('say that nothing points at those who accessed the file, where nothing does', () => {
    const [location] = key(1).dumps
    assert.ok(location !== undefined)
    const text = textWith([key(1, { dumps: [{ ...location, accessed: accessed(0) }] })])
    assert.match(
      text.replaceAll(/\s+/g, ' '),
      /accessed 12 times by 2 accounts; nothing points at any of them/,
    )
  })

  it('stay within 24 rows and are harmless, however many and long', () => {
    const [location] = key(1).dumps
    assert.ok(location !== undefined)
    const dumps = Array.from({ length: 3 }, () => ({
      ...location,
      files: [`in/${long}/\u001b[31m${long}`],
      accessed: accessed(12),
    }))
    const hostile = { kid: `\u202e${long}`, subject: `\u009b${long}`, dumps }
    const text = textWith(Array.from({ length: 200 }, (_, at) => key(at, hostile)))
    assertHarmless(text)
    assert.ok(text.trimEnd().split('\n').length <= 24)
    assert.match(text, /199 more keys: --json/)
    assert.match(text, /and in\s+2\s+other\s+dumps/)
    assert.match(text, /things? this evidence cannot tell/)
  })

  it('say how sure the access is, however long the names and narrow the terminal', () => {
    const [location] = key(1).dumps
    assert.ok(location !== undefined)
    const found = { ...location, files: [`${long}.core`] }
    const byName = { ...accessed(12), by: 'name' as const, established: 0 }
    const keys = [key(1, { dumps: [{ ...found, accessed: byName }, found] })]
    for (const width of [80, 60, 40])
      assert.match(
        answerText({ ...answer, keys }, { width }).replaceAll(/\s+/g, ' '),
        /\(lead, matched by file name\)/,
      )
  })

  it('are left out where they are published for tests, nor where there are none', () => {
    assert.equal(textWith([key(1, { note: 'self-test' }), key(2, { note: 'drbg' })]), textWith([]))
    assert.equal(textWith([]).includes('KEY'), false)
  })
})
