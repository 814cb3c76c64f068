/**
 * sshd with three host keys: the listener, which shields them once they are loaded, and the process
 * of a session, which holds them in the clear.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { mintmark } from '@mintmark/testkit'
import { piecesOf } from './process/core_file.ts'
import { givenKeys, type HeldCore, heldCore, removeCore } from './process/held_core.ts'
import { describeVictim } from './process/programs.ts'
import { FOLDER, freePort, ran, startVictim, type Victim } from './process/victim_process.ts'
import { scanned } from './scanned.ts'
import type { Truth } from './truth/rsa_truth.ts'
import { piecesLeft } from './truth/secret_pieces.ts'
import { hostKey } from './truth/ssh_keys.ts'
import { testVictim } from './victim_test.ts'

const SSHD = '/usr/sbin/sshd'
const NEEDS = [SSHD, 'ssh', 'ssh-keygen']
const TYPES = ['rsa', 'ecdsa', 'ed25519'] as const

interface Server {
  readonly listener: Victim
  readonly port: number
  readonly truths: readonly Truth[]
}

let keys: readonly ReturnType<typeof hostKey>[] = []

async function startServer(): Promise<Server> {
  // Where the server of a distribution sheds its rights.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true })
  if (keys.length === 0) {
    keys = TYPES.map(hostKey)
    ran('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', 'client'])
    copyFileSync(join(FOLDER, 'client.pub'), join(FOLDER, 'authorized'))
    chmodSync(join(FOLDER, 'authorized'), 0o600)
  }
  const port = await freePort()
  const config = join(FOLDER, `sshd-${port}.conf`)
  const lines = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    ...keys.map(({ file }) => `HostKey ${file}`),
    `AuthorizedKeysFile ${join(FOLDER, 'authorized')}`,
    'PidFile none',
    'UsePAM no',
    'StrictModes no',
    'PermitRootLogin yes',
  ]
  writeFileSync(config, `${lines.join('\n')}\n`)
  const listener = await startVictim(SSHD, ['-D', '-e', '-f', config], /Server listening/)
  return { listener, port, truths: keys.map(({ truth }) => truth) }
}

/** A client whom the server has shown a key, and let in. */
async function startClient(port: number, hostKeyType: string): Promise<ChildProcess> {
  const options = [
    'StrictHostKeyChecking=no',
    'UserKnownHostsFile=/dev/null',
    `HostKeyAlgorithms=${hostKeyType}`,
  ].flatMap((option) => ['-o', option])
  const args = ['-p', `${port}`, '-i', 'client', ...options, '127.0.0.1', 'echo in; sleep 600']
  const client = spawn('ssh', args, { cwd: FOLDER, stdio: ['ignore', 'pipe', 'ignore'] })
  await once(client.stdout, 'data')
  return client
}

/** The first process that another started. */
const childOf = (pid: number): number =>
  Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ')[0])

describe('sshd', () => {
  testVictim({
    name: 'the process of a session',
    needs: NEEDS,
    encodings: ['p le', 'q le', 'd le', 'seed be'],
    isHarvestable: false,
    // Keys that were agreed on for this session.
    alsoThere: [
      { kind: 'aes', why: 'cipher of the session' },
      { kind: 'x25519', why: 'key exchange' },
      { kind: 'ml-kem', why: 'key exchange' },
    ],
    async start() {
      const { listener, port, truths } = await startServer()
      const client = await startClient(port, 'ecdsa-sha2-nistp256')
      const stop = async (): Promise<void> => {
        client.kill('SIGKILL')
        await listener.stop()
      }
      return { victim: { pid: childOf(listener.pid), stop }, truths }
    },
  })
})

/** Of a prime or an exponent of RSA of 3072 bits: far from the half that gives the rest. */
const HARMLESS_BITS = 256
/** Of the note that an ELF core has of the vector registers of x86-64: type and name. */
const XSTATE = Buffer.from('020200004c494e5558000000', 'hex')
/** The first register of 128 bits in it. Source: Intel's manual, volume 1, 10.5.1. */
const XMM = 160

describeVictim('the listener of sshd, which shields its keys', NEEDS, () => {
  let held: HeldCore | undefined
  const core = (): HeldCore => {
    if (held === undefined) throw new Error('no core was taken')
    return held
  }
  const planted = () => `${core().core.path}.planted`
  before(async () => {
    const { listener, truths } = await startServer()
    try {
      held = heldCore(listener, 'listener', truths)
    } finally {
      await listener.stop()
    }
  })
  after(() => {
    if (held === undefined) return
    removeCore(held)
    rmSync(planted(), { force: true })
  })

  async function scrubbed(path: string, ...options: readonly string[]): Promise<void> {
    const out = `${path}.scrubbed`
    const { code, out: said, err } = await mintmark('scrub', path, '-o', out, ...options)
    try {
      assert.equal(code, 0, `${said}${err}`)
      const memory = piecesOf(out)
      const secrets = core().truths.map((truth) => truth.secrets)
      const [rsa = [], ...curves] = secrets
      assert.deepEqual(piecesLeft(memory, curves.flat()), [])
      // A scrub that knows no value of a key cannot know a small piece of it: what is left does not give the key.
      assert.deepEqual(piecesLeft(memory, rsa, HARMLESS_BITS), [])
    } finally {
      for (const file of [out, `${out}.report.json`]) rmSync(file, { force: true })
    }
  }

  it('is clean once it is scrubbed, and holds no piece of a key', async () => {
    await scrubbed(core().core.path, ...givenKeys(core()))
  })

  it('with 28 of 32 bytes of the P-256 key in registers: it is found by the public key', async () => {
    const bytes = readFileSync(core().core.path)
    const note = bytes.indexOf(XSTATE)
    assert.ok(note > 0)
    const d = core().truths[1]?.secrets[0]?.value ?? 0n
    const scalar = Buffer.from(d.toString(16).padStart(64, '0'), 'hex')
    const at = note + XSTATE.length + XMM + 32
    scalar.copy(bytes, at, 4)
    writeFileSync(planted(), bytes, { mode: 0o600 })
    const { findings } = await scanned(planted(), ...givenKeys(core()))
    const own = findings.filter(({ keyId }) => keyId === core().truths[1]?.keyId)
    assert.deepEqual(
      own.map(({ offset, length, encoding }) => [offset, length, encoding]),
      [[at, 28, 'limbs-be']],
    )
  })

  for (const way of ['given', 'harvested'] as const)
    it(`so planted it is clean once it is scrubbed, its keys ${way}`, async () => {
      await scrubbed(planted(), ...(way === 'given' ? givenKeys(core()) : []))
    })
})
