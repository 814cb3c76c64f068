import assert from 'node:assert/strict'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  closeSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { CHUNK_BYTES, FIRST_MOST_BYTES } from '../src/gate/hold_layout.ts'
import {
  coreOfTold,
  gateOf,
  noPerl,
  often,
  parsed,
  READS_ALL,
  readerOf,
  run,
  sha256,
  stalled,
  TELLS,
  TOLD,
  toldOf,
} from './gate_scripts.ts'
import { place } from './gate_world.ts'

describe('the script that the kernel runs', () => {
  it('hands the core and the arguments on as they are', () => {
    toldOf(Buffer.from('the core'))
  })

  for (const [how, script, code] of [
    ['was killed', "process.kill(process.pid, 'SIGKILL')", 137],
    ['could not be loaded', "await import('./missing.mjs')", 1],
  ] as const)
    it(`logs that what received a core ${how}`, () => {
      const ended = run(gateOf(script))
      assert.equal(ended.code, 3)
      const line = `problem \\[\\d+\\] process 77: no core, what received it ended with ${code}\n$`
      assert.match(ended.log, new RegExp(`^\\S+Z ${line}`))
    })

  it('leaves it to the program to log what it knows', () => {
    assert.deepEqual(run(gateOf('process.exit(3)')), { code: 3, log: '' })
  })

  it('gives the pipe room for more at once', { skip: noPerl }, () => {
    const gate = gateOf(
      "import { execFileSync } from 'node:child_process'\n" +
        "const size = execFileSync('perl', ['-e', 'print fcntl(STDIN, 1032, 0)'], { stdio: [0, 'pipe', 'ignore'] })\n" +
        'process.exit(Number(size) === 262144 ? 0 : 9)',
    )
    assert.deepEqual(run(gate, coreOfTold(2 ** 40, 4096)), { code: 0, log: '' })
  })
})

/** What the kernel calls is in no control group; of one that is, Node reads what is large. */
const inGroup = (text: string) => text.replace('"/proc/self/cgroup"', () => `"${groups}"`)
const groups = place('cgroup')
writeFileSync(groups, '0::/system.slice/some.service\n')

const mostOfOneChunk = (text: string) => text.replaceAll(`${FIRST_MOST_BYTES}`, `${CHUNK_BYTES}`)

describe('before Node is started', { skip: noPerl }, () => {
  const cases = [
    { name: 'nothing, of a core of no bytes', bytes: 0, first: 0, isGone: true },
    { name: 'all of a small core', bytes: 5000, first: 5000, isGone: true },
    {
      name: 'all of a core of a byte less than the bound',
      bytes: CHUNK_BYTES - 1,
      first: CHUNK_BYTES - 1,
      isGone: true,
    },
    { name: 'as much as the bound', bytes: CHUNK_BYTES, first: CHUNK_BYTES, isGone: false },
    { name: 'no more than the bound', bytes: CHUNK_BYTES + 1, first: CHUNK_BYTES, isGone: false },
  ]
  for (const { name, bytes, ...expected } of cases)
    it(`there is read ${name}`, () => {
      const { first, isGone, isEarly } = toldOf(Buffer.alloc(bytes, 'of a core '), mostOfOneChunk)
      assert.deepEqual({ first, isGone, isEarly }, { ...expected, isEarly: true })
    })

  it('there is read what the headers tell to be small', () => {
    const { first, isGone } = toldOf(coreOfTold(300_000, 300_000))
    assert.deepEqual({ first, isGone }, { first: 300_000, isGone: true })
  })

  it('there is read no more than the pipe holds of what they tell to be large', () => {
    const { first, isGone } = toldOf(coreOfTold(2 ** 40, 3 << 20), inGroup)
    assert.equal(isGone, false)
    assert.ok(first >= 120 && first <= 1 << 20, String(first))
  })

  it('there is read nothing of a process that asked for no core', () => {
    const args = TOLD.with(5, '0')
    const { isEarly, rest } = toldOf(Buffer.from('the core'), undefined, args)
    assert.deepEqual({ isEarly, rest }, { isEarly: false, rest: 8 })
  })

  it('a process is let go by all that the script starts', () => {
    const pipe = place('pipe')
    execFileSync('mkfifo', [pipe])
    const gate = gateOf(
      "import { constants, openSync } from 'node:fs'\n" +
        'let code\n' +
        `try { openSync(${JSON.stringify(pipe)}, constants.O_WRONLY | constants.O_NONBLOCK) } catch (error) { ({ code } = error) }\n` +
        "process.exit(code === 'ENXIO' ? 0 : 9)",
    )
    const call = 'pipe=$1; shift; printf core > "$pipe" & exec "$0" "$@" < "$pipe"'
    const { status } = spawnSync('/bin/sh', ['-c', call, gate.receive, pipe, ...TOLD])
    assert.deepEqual([status, gate.log()], [0, ''])
  })
})

describe('Node is started at once, and reads all', () => {
  for (const [name, pattern] of [
    ['memfd_create', /syscall \d+(?=, my \$name)/],
    ['splice', /syscall \d+(?=, 0, 0, \$file)/],
  ] as const)
    it(`where ${name} is not allowed`, { skip: noPerl }, () => {
      const { first } = toldOf(Buffer.alloc(3 << 20, 7), (text) =>
        text.replace(pattern, 'syscall 99999'),
      )
      assert.equal(first, 0)
    })

  it('where little memory is left', { skip: noPerl }, () => {
    const info = place('meminfo')
    writeFileSync(info, 'MemTotal:  9000000 kB\nMemAvailable:    1048575 kB\n')
    const edit = (text: string) => text.replace('/proc/meminfo', info)
    assert.equal(toldOf(Buffer.alloc(3 << 20, 7), edit).isEarly, false)
  })

  it('where as many as may be are read already', { skip: noPerl }, async () => {
    const gate = gateOf(TELLS)
    const lock = `open F, "+<", shift or die; my $all = pack "s2 x4 q2 i x4", 1, 0, 0, 32, 0;
      fcntl F, 6, $all or die; $| = 1; print "held"; sleep 60`
    const file = path.join(path.dirname(gate.receive), 'gate.json')
    const holder = spawn('perl', ['-e', lock, file], { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(holder.stdout, 'data')
    const isEarly = () => {
      assert.deepEqual(run(gate), { code: 0, log: '' })
      return parsed(readFileSync(path.join(gate.spool, 'told'), 'utf8')).isEarly
    }
    assert.equal(isEarly(), false)
    holder.kill()
    await once(holder, 'exit')
    assert.equal(isEarly(), true)
  })

  it('where there is no perl', () => {
    const programs = place('programs')
    mkdirSync(programs)
    for (const name of ['nice', 'chrt', 'readlink', 'sleep', 'grep', 'cat'])
      if (existsSync(`/usr/bin/${name}`)) symlinkSync(`/usr/bin/${name}`, path.join(programs, name))
    const edit = (text: string) => text.replace('PATH=/usr/bin:/bin', `PATH=${programs}`)
    assert.equal(toldOf(Buffer.alloc(3 << 20, 7), edit).isEarly, false)
  })
})

describe('what reads a core', () => {
  for (const [what, bytes] of [
    ['nothing', Buffer.alloc(0)],
    ['a part of a small core', Buffer.from('of a core')],
    ['the head of a large one', coreOfTold(2 ** 40, 5000)],
  ] as const)
    it(`is ended where ${what} came, and nothing more comes`, async () => {
      const gate = gateOf(READS_ALL, often)
      const { end, ended } = stalled(gate)
      writeSync(end, bytes)
      assert.deepEqual(await ended, [3, null])
      closeSync(end)
      assert.match(gate.log(), /process 77: no core, what received it ended with 137/)
    })

  it('is not ended while something comes', async () => {
    const gate = gateOf(READS_ALL, often)
    const { end, script, ended } = stalled(gate)
    for (let i = 0; i < 40; i++) {
      writeSync(end, '.')
      // oxlint-disable-next-line no-await-in-loop -- that is how slow it comes
      await sleep(20)
    }
    assert.deepEqual([script.exitCode, gate.log()], [null, ''])
    closeSync(end)
    await ended
  })

  it('leaves no core, and a line in the log, where it is killed before Node is started', {
    skip: noPerl,
  }, async () => {
    const gate = gateOf(READS_ALL)
    const { end, script, ended } = stalled(gate)
    writeSync(end, 'of a core')
    const reader = await readerOf(script.pid ?? 0)
    process.kill(reader, 'SIGKILL')
    assert.deepEqual(await ended, [3, null])
    closeSync(end)
    assert.match(gate.log(), /process 77: no core, what received it ended with 137/)
  })
})

const coreNumber = (id: number) => Buffer.alloc(200_000 + id, `of ${id} `)

describe('crashes at one time', { skip: noPerl }, () => {
  it('are read each for itself', async () => {
    const gate = gateOf(TELLS.replace("'/told'", "'/told-' + args[1]"))
    const calls = Array.from({ length: 6 }, (_, id) => {
      const file = place('core')
      writeFileSync(file, coreNumber(id))
      const call = 'core=$1; shift; cat "$core" | "$0" "$@"'
      return once(spawn('/bin/sh', ['-c', call, gate.receive, file, String(id)]), 'exit')
    })
    for (const ended of await Promise.all(calls)) assert.deepEqual(ended, [0, null])
    for (const id of calls.keys()) {
      const told = parsed(readFileSync(path.join(gate.spool, `told-${id}`), 'utf8'))
      const { first, isGone } = told
      assert.deepEqual({ first, isGone }, { first: 200_000 + id, isGone: true })
      assert.equal(told.sha256, sha256(coreNumber(id)))
    }
  })

  it('have Node started once nobody is read any more, or after a while', async () => {
    const gate = gateOf(READS_ALL, (text) => text.replace('alarm 2', 'alarm 1'))
    const { end, script, ended } = stalled(gate)
    writeSync(end, 'of a core')
    const reader = await readerOf(script.pid ?? 0)
    while (!readFileSync('/proc/locks', 'utf8').includes(`FLOCK  ADVISORY  READ ${reader} `))
      // oxlint-disable-next-line no-await-in-loop -- until it reads
      await sleep(10)
    const tookMs = () => {
      const began = performance.now()
      assert.deepEqual(run(gate), { code: 0, log: '' })
      return performance.now() - began
    }
    assert.ok(tookMs() > 900)
    process.kill(reader, 'SIGKILL')
    await ended
    closeSync(end)
  })
})
