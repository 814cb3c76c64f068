import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { MintmarkError } from '@mintmark/core'
import { LedgerFollower } from '@mintmark/guard'
import { parsePolicy } from '@mintmark/ledger'
import { ledgerClient, type RunningServer, serveWitness } from '@mintmark/ledger/http'
import {
  claims,
  frontEndKey,
  issuanceFor,
  type MadeLedger,
  makeLedger,
  post,
  published,
  serve,
  token,
} from '@mintmark/ledger/testing'
import { mintmark } from '../../fake_io.ts'

const scratch = mkdtempSync(join(tmpdir(), 'mintmark-witness-'))
after(() => rmSync(scratch, { recursive: true, force: true }))

const address = { host: '127.0.0.1', port: 0, now: Date.now }

async function append(served: RunningServer, folder: string, count: number): Promise<void> {
  const entries = Array.from({ length: count }, () => issuanceFor(token(claims())))
  const { status } = await post(served.url, frontEndKey(folder), entries)
  assert.equal(status, 200)
}

/** A witness that is served, and its line in a policy. */
async function newWitness(n: number, vkey: string) {
  const folder = join(scratch, `w${n}`)
  const named = ['--witness', '--name', `w${n}.example.org`, '--log', vkey]
  const { out, err, code } = await mintmark('ledger', 'init', folder, ...named)
  assert.equal(code, 0, err)
  const witness = await serveWitness(folder, address)
  return { witness, line: `witness w${n} ${out.trim()} ${witness.url}` }
}

/** A second history under the same key, cosigned by a third witness that has lost its state. */
async function forkOf(made: MadeLedger, line: string) {
  const forged = await makeLedger(scratch, 'forged')
  for (const file of ['private/checkpoint.pem', 'public/ledger.json'])
    cpSync(join(made.folder, file), join(forged.folder, file))
  const fresh = join(scratch, 'w4')
  const named = ['--witness', '--name', 'w3.example.org', '--log', made.vkey]
  await mintmark('ledger', 'init', fresh, ...named)
  // The third witness lost its state, or never saw this ledger: it cosigns the fork.
  for (const file of ['private/cosigner.pem', 'witness.json'])
    cpSync(join(scratch, 'w3', file), join(fresh, file))
  const third = await serveWitness(fresh, address)
  const own = join(scratch, 'one.txt')
  const moved = line.replace(/ http.*/, ` ${third.url}`)
  writeFileSync(own, `log ${made.vkey}\n${moved}\nquorum w3\n`)
  const fork = await serve(forged.folder, { policy: parsePolicy(readFileSync(own, 'utf8')) })
  return { folder: forged.folder, fork, third }
}

/** A guard that asks for the quorum takes nothing of it. */
async function assertNotFollowed(url: string, policyFile: string): Promise<void> {
  const policy = parsePolicy(readFileSync(policyFile, 'utf8'))
  const follower = new LedgerFollower({ read: ledgerClient(url), policy, now: Date.now })
  await follower.refresh()
  await follower.stop()
  assert.ok(follower.trouble instanceof MintmarkError)
  assert.equal(follower.trouble.code, 'LEDGER_DAMAGED')
  assert.match(follower.trouble.message, /quorum-missing/)
  assert.equal(follower.liveTokens, 0)
}

describe('a ledger with three witnesses, of which two must cosign', () => {
  const witnesses: RunningServer[] = []
  const lines: string[] = []
  let made: MadeLedger
  let policy = ''
  let served: RunningServer

  before(async () => {
    made = await makeLedger(scratch, 'ledger')
    for (const n of [1, 2, 3]) {
      const { witness, line } = await newWitness(n, made.vkey)
      witnesses.push(witness)
      lines.push(line)
    }
    policy = join(scratch, 'policy.txt')
    const quorum = 'group two 2 w1 w2 w3\nquorum two\n'
    writeFileSync(policy, `log ${made.vkey}\n${lines.join('\n')}\n${quorum}`)
    served = await serve(made.folder, { policy: parsePolicy(readFileSync(policy, 'utf8')) })
  })
  after(async () => {
    await served.stop()
    await Promise.all(witnesses.map((witness) => witness.stop()))
  })

  it('publishes a checkpoint that the policy accepts', async () => {
    await append(served, made.folder, 300)
    const { checkpoint } = await published(served.url, 301)
    assert.equal(checkpoint.note.signatures.length, 4)
    const { code, out } = await mintmark('ledger', 'audit', served.url, '--policy', policy)
    assert.equal(code, 0, out)
  })

  it('goes on while one of them is away', async () => {
    await witnesses.pop()?.stop()
    await append(served, made.folder, 10)
    const { checkpoint } = await published(served.url, 311)
    assert.equal(checkpoint.note.signatures.length, 3)
  })

  it('does not start from a copy that is older than what a witness saw', async () => {
    await served.stop()
    const copy = join(scratch, 'copy')
    cpSync(made.folder, copy, { recursive: true })
    const options = { policy: parsePolicy(readFileSync(policy, 'utf8')) }
    served = await serve(made.folder, options)
    await append(served, made.folder, 5)
    await published(served.url, 316)
    await assert.rejects(serve(copy, options), { code: 'LEDGER_BEHIND' })
  })

  it('is not believed with one witness, which is what a thief of its key could get', async () => {
    const { folder, fork, third } = await forkOf(made, lines[2] ?? '')
    try {
      await append(fork, folder, 400)
      assert.equal((await published(fork.url, 401)).checkpoint.note.signatures.length, 2)
      const { code, out } = await mintmark('ledger', 'audit', fork.url, '--policy', policy)
      assert.equal(code, 1)
      assert.match(out, /checkpoint +agency\/[^:]+: quorum-missing/)
      await assertNotFollowed(fork.url, policy)
    } finally {
      await fork.stop()
      await third.stop()
    }
  })
})
