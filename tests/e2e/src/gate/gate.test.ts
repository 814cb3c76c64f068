/* oxlint-disable eslint/no-await-in-loop -- one core after another, as they are compared */
import assert from 'node:assert/strict'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, describe, it } from 'node:test'
import {
  CI,
  folder,
  hasProgram,
  key,
  place,
  program,
  raw,
  receive,
  skip,
  takeCore,
  takeRawCore,
} from './gate_call.ts'
import { backtrace, spooled, unfinishedIn } from './gate_spool.ts'
import { countPieces } from './gate_victim.ts'

before(takeRawCore)

describe('a real core through the gate', { skip }, () => {
  it('is written scrubbed beside its report, and gdb says the same of it', async () => {
    const spool = place('spool')
    const { code, err } = await receive(spool, raw)
    assert.deepEqual([code, err], [1, ''])
    const [landed, ...others] = spooled(spool)
    assert.ok(landed?.core !== undefined && others.length === 0)
    assert.equal(countPieces(key, landed.core), 0)
    assert.equal(landed.core.length, readFileSync(raw).length)
    assert.match(landed.folder, /core\.victim\.4711\.20231114T221320\.000Z$/)
    const scrubbed = join(folder, 'scrubbed')
    writeFileSync(scrubbed, landed.core)
    const expected = backtrace(program, raw)
    assert.ok(expected !== undefined || !CI, 'gdb is missing under CI')
    if (expected !== undefined) {
      assert.match(expected, /main/)
      assert.equal(backtrace(program, scrubbed), expected)
    }
  })

  it('writes no piece of the key to any file, pipe or socket, held in a file as it is', async (t) => {
    if (!hasProgram('strace')) {
      assert.ok(!CI, 'strace is missing under CI')
      t.skip('there is no strace')
      return
    }
    const spool = place('spool')
    const trace = place('trace')
    const calls = 'trace=write,pwrite64,writev,pwritev,pwritev2,sendto,sendmsg'
    const strace = ['strace', '-f', '-xx', '-s', '100000000', '-e', calls, '-o', trace]
    const args = ['--max-memory', '0', '--compress', 'gzip']
    const { code, signal, err } = await receive(spool, raw, args, strace)
    assert.deepEqual({ code, signal, err }, { code: 1, signal: null, err: '' })
    const written = Buffer.from(
      readFileSync(trace, 'latin1')
        .split('\n')
        .map((line) =>
          [...line.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].map(([, hex]) => hex).join(''),
        )
        .join('')
        .replaceAll('\\x', ''),
      'hex',
    )
    rmSync(trace)
    // All of the core went through the enciphered file, so this is no trace of nothing.
    const [landed] = spooled(spool)
    assert.ok(landed?.core !== undefined && written.length > landed.core.length / 2)
    assert.equal(countPieces(key, written), 0)
  })
})

describe('the gate', { skip }, () => {
  it('finds by a public key what nothing in the core points to', async () => {
    const [spool, publicKey, bare] = [place('spool'), place('public.pem'), place('bare')]
    writeFileSync(publicKey, key.publicPem)
    await takeCore(bare, key.bareBlobs)
    const held = countPieces(key, readFileSync(bare))
    assert.ok(held > 40, `${held}`)
    const { code } = await receive(spool, bare, ['--public-key', publicKey, '--json'])
    assert.equal(code, 1)
    const [landed] = spooled(spool)
    assert.equal(landed?.core && countPieces(key, landed.core), 0)
  })

  it('survives two crashes at once', async () => {
    const spool = place('spool')
    const both = await Promise.all([receive(spool, raw), receive(spool, raw)])
    assert.deepEqual(
      both.map(({ code }) => code),
      [1, 1],
    )
    const cores = spooled(spool)
    assert.equal(cores.length, 2)
    for (const { core } of cores) assert.equal(core && countPieces(key, core), 0)
  })

  it('takes garbage and cut cores for what they are, and never keeps a piece', async () => {
    const whole = readFileSync(raw)
    const inputs = [
      whole.subarray(0, Math.floor(whole.length * 0.7)),
      whole.subarray(0, 100),
      Buffer.from('no core at all'),
      Buffer.alloc(1 << 20, 0x5a),
      Buffer.concat([whole.subarray(0, 64), Buffer.alloc(5000, 0xff), whole.subarray(5000)]),
    ]
    for (const bytes of inputs) {
      const [spool, input] = [place('spool'), place('input')]
      writeFileSync(input, bytes)
      const { code } = await receive(spool, input)
      for (const { core } of spooled(spool)) assert.equal(core && countPieces(key, core), 0)
      assert.deepEqual([unfinishedIn(spool), code === 0 || code === 1 || code === 3], [[], true])
    }
  })
})
