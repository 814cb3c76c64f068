/** gpg-agent, which keeps keys in libgcrypt's own form, and ssh-agent, which keeps none in the clear. */
import assert from 'node:assert/strict'
import { createPrivateKey } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, it } from 'node:test'
import { givenKeys, type HeldCore, heldCore, removeCore } from './process/held_core.ts'
import { describeVictim } from './process/programs.ts'
import { FOLDER, ran, startVictim, type Victim } from './process/victim_process.ts'
import { placeOf } from './scan_checks.ts'
import { scanned, type Told } from './scanned.ts'
import { type RsaNumbers, rsaTruth, rsaTruthOf, type Truth } from './truth/rsa_truth.ts'
import { sshEd25519 } from './truth/ssh_keys.ts'
import { testVictim } from './victim_test.ts'

/** A home of GnuPG with a fresh RSA key without a passphrase. */
function gnupgHome(name: string): NodeJS.ProcessEnv {
  const home = join(FOLDER, name)
  mkdirSync(home, { mode: 0o700 })
  const env = { ...process.env, GNUPGHOME: home }
  const key = ['--quick-gen-key', 'a@example.org', 'rsa2048', 'sign', 'never']
  ran('gpg', ['--batch', '--passphrase', '', ...key], { env })
  return env
}

/** The numbers of the one key, which the agent's file spells in hex over several lines. */
function gnupgNumbers(home: string): RsaNumbers {
  const folder = join(home, 'private-keys-v1.d')
  const file = readdirSync(folder).find((name) => name.endsWith('.key')) ?? ''
  const text = readFileSync(join(folder, file), 'latin1').replaceAll(/\s+/g, '')
  const number = (name: string) =>
    BigInt(`0x${new RegExp(`\\(${name}#([0-9A-F]+)#\\)`).exec(text)?.[1] ?? '0'}`)
  return { n: number('n'), e: number('e'), d: number('d'), p: number('p'), q: number('q') }
}

testVictim({
  name: 'gpg-agent after a signature',
  needs: ['gpg', 'gpgconf', 'gpg-connect-agent', 'gpg-agent'],
  encodings: ['p be', 'q be', 'd be'],
  isHarvestable: true,
  async start() {
    const env = gnupgHome('gnupg')
    // Another agent than the one that made the key.
    ran('gpgconf', ['--kill', 'gpg-agent'], { env })
    ran('gpg', ['--batch', '--clearsign'], { env, input: 'x' })
    const answer = ran('gpg-connect-agent', ['getinfo pid', '/bye'], { env })
    const pid = Number(/^D (\d+)/m.exec(answer)?.[1])
    const stop = async () => void ran('gpgconf', ['--kill', 'gpg-agent'], { env })
    const truth = rsaTruth(gnupgNumbers(env['GNUPGHOME'] ?? ''))
    return { victim: { pid, stop }, truths: [truth] }
  },
})

/** An agent with two keys, which has signed with each. */
async function sshAgent(): Promise<{ victim: Victim; truths: readonly Truth[] }> {
  const socket = join(FOLDER, 'agent')
  const [rsa, ed] = [join(FOLDER, 'id_rsa'), join(FOLDER, 'id_ed')]
  ran('ssh-keygen', ['-q', '-t', 'rsa', '-b', '2048', '-m', 'PEM', '-N', '', '-f', rsa])
  ran('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', ed])
  const victim = await startVictim('ssh-agent', ['-D', '-a', socket], /SSH_AUTH_SOCK/)
  const env = { ...process.env, SSH_AUTH_SOCK: socket }
  ran('ssh-add', ['-q', rsa, ed], { env })
  ran('ssh-add', ['-T', `${rsa}.pub`, `${ed}.pub`], { env })
  return { victim, truths: [rsaTruthOf(createPrivateKey(readFileSync(rsa))), sshEd25519(ed)] }
}

/** libcrypto draws random numbers, and has tested itself: nothing of that is a key that somebody has. */
const isOwn = ({ note }: Told) => note === 'drbg' || note === 'self-test'

describeVictim('ssh-agent, which shields its keys', ['ssh-agent', 'ssh-add', 'ssh-keygen'], () => {
  let held: HeldCore | undefined
  const core = (): HeldCore => {
    if (held === undefined) throw new Error('no core was taken')
    return held
  }
  before(async () => {
    const { victim, truths } = await sshAgent()
    try {
      held = heldCore(victim, 'ssh-agent', truths)
    } finally {
      await victim.stop()
    }
  })
  after(() => {
    if (held !== undefined) removeCore(held)
  })

  it('holds the public halves, and no private value in any spelling', () => {
    const { hits, publicHits, truths } = core()
    assert.deepEqual(hits.map(placeOf), [])
    for (const { publicNeedles } of truths)
      assert.ok(publicHits.some(({ needle }) => publicNeedles.includes(needle)))
  })

  for (const way of ['given', 'harvested'] as const)
    it(`has no finding with its keys ${way}`, async () => {
      const keys = way === 'given' ? givenKeys(core()) : []
      const { findings } = await scanned(core().core.path, ...keys)
      assert.deepEqual(
        findings.filter((finding) => !isOwn(finding)),
        [],
      )
    })
})
