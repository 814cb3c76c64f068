import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { assertDovecot } from '../src/live/dovecot.ts'
import { targetsOf } from '../src/live/forger.ts'
import { mailboxes } from '../src/live/people.ts'
import { Programs } from '../src/live/programs.ts'
import { differences, type Forgery, type Outcome, outcomeOf } from '../src/live.ts'

const folder = mkdtempSync(join(tmpdir(), 'mintmark-live-test-'))
after(() => rmSync(folder, { recursive: true, force: true }))

describe('the mail server', () => {
  it('that is missing is named', () =>
    assert.throws(() => assertDovecot(folder), {
      code: 'PROGRAM_MISSING',
      facts: { program: 'dovecot' },
    }))

  for (const [version, isFit] of [
    ['2.3.21 (47349e2482)', false],
    ['2.4.1-4 (7d8c0e5759)', true],
  ] as const)
    it(`is ${isFit ? '' : 'not '}${version}`, () => {
      const file = join(folder, 'dovecot')
      writeFileSync(file, `#!/bin/sh\necho '${version}'\n`)
      chmodSync(file, 0o755)
      const ask = () => assertDovecot(`${folder}:${process.env['PATH'] ?? ''}`)
      if (isFit) assert.doesNotThrow(ask)
      else assert.throws(ask, { code: 'PROGRAM_MISSING' })
    })
})

describe('a program', () => {
  it('that ends before it prints the awaited text has failed', async () => {
    const program = new Programs(['mintmark']).start(process.execPath, ['-e', 'console.log("no")'])
    await assert.rejects(program.prints(/yes/), { code: 'PROGRAM_FAILED' })
  })
  it('that cannot be started has, too', async () => {
    const program = new Programs(['mintmark']).start(join(folder, 'nothing'), [])
    await assert.rejects(program.prints(/yes/), { code: 'PROGRAM_FAILED' })
  })
  it('is stopped with the others, and waited for', async () => {
    const programs = new Programs(['mintmark'])
    const wait = 'console.log("here"); setInterval(() => {}, 1000)'
    const running = [0, 1].map(() => programs.start(process.execPath, ['-e', wait]))
    await Promise.all(running.map((each) => each.prints(/(here)/)))
    // Who asks second waits as well.
    void programs.stopAll()
    await programs.stopAll()
    assert.deepEqual(
      running.map((each) => each.hasEnded),
      [true, true],
    )
    assert.throws(() => programs.start(process.execPath, []), { code: 'PROGRAM_FAILED' })
  })
})

it('mailboxes are the same for the same seed, and each message has an id of its own', () => {
  assert.deepEqual(mailboxes(558), mailboxes(558))
  assert.notDeepEqual(mailboxes(558), mailboxes(559))
  const ids = mailboxes(558).flatMap(({ messages }) => messages.map(({ messageId }) => messageId))
  assert.equal(new Set(ids).size, ids.length)
})

it('the last victims get ids of genuine tokens, the others new ones', () => {
  const targets = targetsOf(mailboxes(558).slice(0, 3), ['genuine'])
  assert.deepEqual(
    targets.map((target) => target.class),
    ['forged', 'forged', 'reused-id'],
  )
  assert.equal(targets[2]?.jti, 'genuine')
  assert.notEqual(targets[0]?.jti, targets[1]?.jti)
})

describe('the answer and the truth', () => {
  const forgery: Forgery = {
    class: 'forged',
    mailbox: 'ada@agency.example',
    tokenId: 't1',
    isRefused: false,
    fromMs: 10_000,
    toMs: 20_000,
    messages: [{ folder: 'INBOX', uid: 1, messageId: '<a>' }],
  }
  const refused: Forgery = {
    ...forgery,
    class: 'reused-id',
    tokenId: 't2',
    isRefused: true,
    messages: [],
  }
  const truth = outcomeOf([forgery, refused])
  const account = {
    mailbox: 'ada@agency.example',
    messages: ['INBOX/1'],
    firstMs: 10_000,
    lastMs: 19_000,
  }
  const said: Outcome = {
    tokens: new Map([
      ['t1', 'unissued'],
      ['t2', 'mismatched'],
    ]),
    accounts: [account],
  }

  it('agree where they say the same', () => assert.deepEqual(differences(truth, said), []))

  const others: readonly [string, Outcome][] = [
    ['a token that is not found', { ...said, tokens: new Map([['t1', 'unissued']]) }],
    [
      'a genuine token that is called forged',
      { ...said, tokens: new Map([...said.tokens, ['t3', 'unissued']]) },
    ],
    [
      'a token with another verdict',
      { ...said, tokens: new Map([...said.tokens, ['t2', 'unissued']]) },
    ],
    ['a mailbox that is not named', { ...said, accounts: [] }],
    ['a mailbox that was not read', { ...said, accounts: [account, { ...account, mailbox: 'x' }] }],
    ['another message', { ...said, accounts: [{ ...account, messages: ['INBOX/2'] }] }],
    ['one message more', { ...said, accounts: [{ ...account, messages: ['INBOX/1', 'INBOX/2'] }] }],
    ['a time too early', { ...said, accounts: [{ ...account, firstMs: 8000 }] }],
    ['a time too late', { ...said, accounts: [{ ...account, lastMs: 22_000 }] }],
  ]
  for (const [name, other] of others)
    it(`differ by ${name}`, () => assert.equal(differences(truth, other).length, 1))
})
