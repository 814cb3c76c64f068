/** Scrub leaves an output whole or not at all, whatever ends it. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { elfCore, readAgain } from '@mintmark/testkit'
import { BIN, mintmark, start } from './built_command.ts'

const folder = mkdtempSync(join(tmpdir(), 'mintmark-scrub-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const { privateKey } = readAgain(generateKeyPairSync('rsa', { modulusLength: 2048 }))
const pem = Buffer.from(privateKey.export({ format: 'pem', type: 'pkcs8' }).toString())
const p = Buffer.from(String(privateKey.export({ format: 'jwk' }).p), 'base64url')
const prime = Buffer.from(p.toReversed())

/** Large enough that writing takes some time; the key is at its begin and its end. */
const BYTES = 48 << 20
const input = join(folder, 'core')

before(() => {
  const heap = Buffer.alloc(BYTES, 'not a key; ')
  heap.set(pem, 4096)
  heap.set(prime, BYTES - 8192)
  writeFileSync(input, elfCore({ memory: [{ address: 0x10000n, bytes: heap }] }).bytes)
})

let count = 0
/** A folder of its own for an output. */
function place(): { dir: string; out: string } {
  const dir = join(folder, `out-${count++}`)
  mkdirSync(dir)
  return { dir, out: join(dir, 'core') }
}

function assertNoKey(dir: string): void {
  for (const name of readdirSync(dir)) {
    const bytes = readFileSync(join(dir, name))
    assert.equal(bytes.includes(pem.subarray(100, 160)), false, name)
    assert.equal(bytes.includes(prime.subarray(0, 32)), false, name)
  }
}

describe('a scrub that is ended', () => {
  let takesMs = 0

  before(async () => {
    const { dir, out } = place()
    const startMs = performance.now()
    const { code } = await mintmark('scrub', input, '-o', out)
    takesMs = performance.now() - startMs
    assert.equal(code, 0)
    assert.equal(statSync(out).size, statSync(input).size)
    assertNoKey(dir)
  })

  for (const share of [0.3, 0.6, 0.8, 0.9, 0.95]) {
    it(`by kill -9 after ${share} of its time has no output, or all of it`, async () => {
      const { dir, out } = place()
      const running = start('scrub', input, '-o', out)
      await sleep(takesMs * share)
      running.process.kill('SIGKILL')
      const { signal } = await running.ended
      const names = readdirSync(dir).filter((name) => !name.endsWith('.tmp'))
      if (signal !== null && !names.includes('core')) {
        assert.ok(names.length === 0 || names.join() === 'core.report.json', names.join())
      } else {
        assert.equal(statSync(out).size, statSync(input).size)
        assert.ok(names.includes('core.report.json'))
      }
      assertNoKey(dir)
    })
  }

  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    it(`by ${signal} leaves nothing`, async () => {
      const { dir, out } = place()
      const running = start('scrub', input, '-o', out)
      await firstName(dir)
      running.process.kill(signal)
      const ended = await running.ended
      assert.equal(ended.signal, signal)
      assert.deepEqual(readdirSync(dir), [])
    })
  }
})

/** Waits until something is being written: at most for a minute. */
async function firstName(dir: string): Promise<void> {
  for (let i = 0; i < 12_000 && readdirSync(dir).length === 0; i++) {
    // oxlint-disable-next-line no-await-in-loop -- looks again and again
    await sleep(5)
  }
}

describe('a scrub without room', () => {
  it('says so, and leaves nothing', async () => {
    const { dir, out } = place()
    // In blocks of 512 bytes: half of what it takes.
    const limit = BYTES / 512 / 2
    const shell = `ulimit -f ${limit}; exec "$0" "$@"`
    const args = ['-c', shell, process.execPath, BIN, 'scrub', input, '-o', out]
    const { code, err } = await run('sh', args)
    assert.equal(code, 3)
    assert.match(err, /no room to write .* \(DISK_FULL\)/)
    assert.deepEqual(readdirSync(dir), [])
  })
})

function run(
  command: string,
  args: readonly string[],
): Promise<{ code: number | null; err: string }> {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let err = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, err }))
  })
}
