import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { readAgain } from '@mintmark/testkit'
import {
  type GateSettings,
  gateStatus,
  installGate,
  loadState,
  uninstallGate,
} from '../src/gate/gate.ts'
import { keptKey, keyOfKept } from '../src/gate/kept_keys.ts'
import { patternFor } from '../src/gate/kernel_settings.ts'
import { writableByOthers } from '../src/gate/writable_by_others.ts'
import { parsePublicKeys } from '../src/public_keys/parse.ts'
import { place } from './gate_world.ts'

const BEFORE = '|/usr/lib/systemd/systemd-coredump %P %u %g %s %t %c %h %d %F'

/** A machine: what stands for the kernel's settings, a folder for the gate's own, and a program to run. */
function machine(script = 'process.exit(0)') {
  const procSys = place('sys')
  const home = place('home')
  for (const folder of [procSys, home]) mkdirSync(folder, { mode: 0o755 })
  writeFileSync(path.join(procSys, 'core_pattern'), `${BEFORE}\n`)
  writeFileSync(path.join(procSys, 'core_pipe_limit'), '16\n')
  const receiver = path.join(home, "it's receiver.mjs")
  writeFileSync(receiver, script)
  const settings: GateSettings = {
    spool: place('spool'),
    limits: { maxMemoryBytes: 'auto', maxSizeBytes: 2, maxAtOnce: 3, keepFreeBytes: 0 },
    zstd: undefined,
    ignoresLimits: false,
    publicKeys: [],
  }
  const places = { procSys, stateFolder: path.join(home, 'state') }
  const kernel = () =>
    ['core_pattern', 'core_pipe_limit'].map((name) =>
      readFileSync(path.join(procSys, name), 'utf8').trim(),
    )
  const programs = { node: process.execPath, receiver }
  return {
    places,
    settings,
    programs,
    kernel,
    pattern: (text: string) => writeFileSync(path.join(procSys, 'core_pattern'), `${text}\n`),
  }
}

describe('the gate', () => {
  it('sets the pattern and the limit, and restores what stood there', () => {
    const { places, settings, programs, kernel } = machine()
    const { state, wasThere } = installGate(places, settings, programs)
    assert.equal(wasThere, false)
    assert.deepEqual(kernel(), [`|${places.stateFolder}/receive %P %u %g %s %t %c %h %e`, '6'])
    assert.deepEqual(state.previous, { pattern: BEFORE, pipeLimit: 16 })
    assert.deepEqual(gateStatus(places).problems, [])
    assert.equal(uninstallGate(places).outcome, 'restored')
    assert.deepEqual(kernel(), [BEFORE, '16'])
    assert.equal(loadState(places.stateFolder), undefined)
    assert.equal(uninstallGate(places).outcome, 'not-installed')
  })

  it('installed twice remembers what stood there first, and takes the new settings', () => {
    const { places, settings, programs, kernel } = machine()
    installGate(places, settings, programs)
    const limits = { ...settings.limits, maxAtOnce: 7 }
    const again = installGate(places, { ...settings, limits }, programs)
    assert.equal(again.wasThere, true)
    assert.equal(kernel()[1], '14')
    uninstallGate(places)
    assert.deepEqual(kernel(), [BEFORE, '16'])
  })

  it('installed again after a reboot remembers what stands there now', () => {
    const { places, settings, programs, kernel, pattern } = machine()
    installGate(places, settings, programs)
    pattern('core')
    assert.match(gateStatus(places).problems.join(), /changed since/)
    installGate(places, settings, programs)
    uninstallGate(places)
    assert.equal(kernel()[0], 'core')
  })

  it('leaves what was set since', () => {
    const { places, settings, programs, kernel, pattern } = machine()
    installGate(places, settings, programs)
    pattern('|/usr/bin/other %p')
    assert.equal(uninstallGate(places).outcome, 'not-ours')
    assert.equal(kernel()[0], '|/usr/bin/other %p')
    assert.equal(loadState(places.stateFolder), undefined)
  })
})

describe('the gate says', () => {
  it('that the number of cores at once was changed since', () => {
    const { places, settings, programs } = machine()
    installGate(places, settings, programs)
    writeFileSync(path.join(places.procSys, 'core_pipe_limit'), '0\n')
    assert.deepEqual(gateStatus(places).problems, [
      'kernel.core_pipe_limit was changed since, from 6 to 0',
    ])
  })

  it('once that its spool is gone, or full', () => {
    const { places, settings, programs } = machine()
    installGate(places, settings, programs)
    writeFileSync(programs.receiver, 'process.exit(3)')
    rmSync(settings.spool, { recursive: true })
    assert.deepEqual(gateStatus(places).problems, [
      `the spool ${settings.spool} cannot be used: it is not there`,
    ])
    const limits = { ...settings.limits, keepFreeBytes: 2 ** 52 }
    writeFileSync(programs.receiver, '')
    installGate(places, { ...settings, limits }, programs)
    const [problem, ...more] = gateStatus(places).problems
    assert.match(problem ?? '', /^the spool's disk has \d+ MiB left/)
    assert.deepEqual(more, [])
  })

  it('that the kernel has no such settings, and makes nothing', () => {
    const { places, settings, programs } = machine()
    assert.throws(() => installGate({ ...places, procSys: place('none') }, settings, programs), {
      code: 'GATE_UNFIT',
      message: /^kernel.core_pattern cannot be set: this kernel has no such setting$/,
    })
    assert.deepEqual([settings.spool, places.stateFolder].map(existsSync), [false, false])
  })

  it('that its own folder cannot be made, and changes nothing', () => {
    const { places, settings, programs, kernel } = machine()
    writeFileSync(places.stateFolder, '')
    assert.throws(() => installGate(places, settings, programs), {
      code: 'GATE_UNFIT',
      message: /state, .*state, cannot be made: EEXIST$/,
    })
    assert.deepEqual(kernel(), [BEFORE, '16'])
  })
})

describe('the gate, whatever happens,', () => {
  it('says what to do once its state is lost or damaged', () => {
    const { places, settings, programs, kernel } = machine()
    installGate(places, settings, programs)
    const file = path.join(places.stateFolder, 'gate.json')
    for (const damage of ['{', '{}', '[]', '{"schema":"mintmark-gate-state/1"}']) {
      writeFileSync(file, damage)
      assert.throws(() => uninstallGate(places), { code: 'GATE_STATE' })
    }
    rmSync(file)
    assert.throws(() => uninstallGate(places), { code: 'GATE_STATE', message: /sysctl -w/ })
    assert.match(kernel()[0] ?? '', /receive/)
    installGate(places, settings, programs)
    assert.match(gateStatus(places).problems.join(), /before is not known/)
    assert.throws(() => uninstallGate(places), { code: 'GATE_STATE' })
  })

  it('is not installed by a program that does not run, and everything is as it was', () => {
    const { places, settings, programs, kernel } = machine(
      "process.stderr.write('no scanner here\\n'); process.exit(3)",
    )
    assert.throws(() => installGate(places, settings, programs), {
      code: 'GATE_UNFIT',
      message: /no scanner here/,
    })
    assert.deepEqual(kernel(), [BEFORE, '16'])
    assert.equal(loadState(places.stateFolder), undefined)
    assert.equal(existsSync(path.join(places.stateFolder, 'receive')), false)
  })

  it('keeps its old settings where the new ones do not run', () => {
    const { places, settings, programs, kernel } = machine()
    installGate(places, settings, programs)
    const before = loadState(places.stateFolder)
    writeFileSync(programs.receiver, 'process.exit(3)')
    const limits = { ...settings.limits, maxAtOnce: 9 }
    assert.throws(() => installGate(places, { ...settings, limits }, programs), {
      code: 'GATE_UNFIT',
    })
    assert.deepEqual(loadState(places.stateFolder), before)
    assert.equal(kernel()[1], '6')
    assert.match(gateStatus(places).problems.join(), /does not run/)
  })
})

describe('the gate and others', () => {
  it('is not put over another gate', () => {
    const { places, settings, programs } = machine()
    installGate(places, settings, programs)
    const other = { ...places, stateFolder: place('state') }
    assert.throws(() => installGate(other, settings, programs), { code: 'GATE_UNFIT' })
  })

  it('is for root alone in its files', () => {
    const { places, settings, programs } = machine()
    installGate(places, settings, programs)
    const modes = ['', 'gate.json', 'receive'].map(
      (name) => statSync(path.join(places.stateFolder, name)).mode & 0o777,
    )
    assert.deepEqual(modes, [0o700, 0o600, 0o700])
  })

  it('names a pattern that the kernel has room for', () => {
    assert.ok(patternFor(`/${'x'.repeat(100)}`).length <= 127)
    for (const program of [`/${'x'.repeat(103)}`, '/a b', '/a%p', 'a', '/a\nb'])
      assert.throws(() => patternFor(program), { code: 'GATE_UNFIT' })
  })
})

function run(script: string) {
  const { places, settings, programs } = machine(
    "import { readFileSync, writeFileSync } from 'node:fs'\n" +
      "if (process.argv.includes('--check')) process.exit(0)\n" +
      script,
  )
  const { state } = installGate(places, settings, programs)
  const began = performance.now()
  const receive = path.join(places.stateFolder, 'receive')
  const told = ['77', '0', '0', '11', '1', '9', 'host', "it's; rm -rf $HOME `x`"]
  // Through a pipe, as from the kernel: Node's own are sockets.
  const piped = ['-c', `printf 'the core' | "$0" "$@"`, receive, ...told]
  const ended = spawnSync('/bin/sh', piped, { cwd: '/', env: {}, encoding: 'utf8' })
  const log = path.join(state.settings.spool, 'gate.log')
  return {
    code: ended.status,
    ms: performance.now() - began,
    log: existsSync(log) ? readFileSync(log, 'utf8') : '',
    spool: state.settings.spool,
  }
}

describe('the script that the kernel runs', () => {
  it('hands the core and the arguments on as they are', () => {
    const { code, spool, log } = run(
      "writeFileSync(JSON.parse(readFileSync(process.argv[2] + '/gate.json')).settings.spool + '/told', JSON.stringify([process.argv.slice(3), readFileSync(0, 'utf8')]))",
    )
    assert.deepEqual([code, log], [0, ''])
    const told: unknown = JSON.parse(readFileSync(path.join(spool, 'told'), 'utf8'))
    const kernel = ['77', '0', '0', '11', '1', '9', 'host', "it's; rm -rf $HOME `x`"]
    assert.deepEqual(told, [kernel, 'the core'])
  })

  it('logs that what received a core was killed', () => {
    const { code, log } = run("process.kill(process.pid, 'SIGKILL')")
    assert.equal(code, 3)
    assert.match(
      log,
      /^\S+Z problem \[\d+\] process 77: no core, what received it ended with 137\n$/,
    )
  })

  it('ends what receives a process that stands still', async () => {
    const { places, settings, programs } = machine(
      "import { readSync } from 'node:fs'\n" +
        "if (!process.argv.includes('--check')) readSync(0, Buffer.alloc(9))",
    )
    const { state } = installGate(places, settings, programs)
    const script = path.join(places.stateFolder, 'receive')
    const text = readFileSync(script, 'utf8')
    assert.match(text, /while sleep 60; do/)
    writeFileSync(script, text.replace('sleep 60', 'sleep 0.1'))
    const received = spawn(script, ['77'], { env: {}, stdio: ['pipe', 'ignore', 'ignore'] })
    assert.deepEqual(await once(received, 'exit'), [3, null])
    assert.match(
      readFileSync(path.join(state.settings.spool, 'gate.log'), 'utf8'),
      /process 77: no core, what received it ended with 137/,
    )
  })

  it('gives the pipe room for more at once, where there is perl', (t) => {
    if (spawnSync('perl', ['-e', '1']).status !== 0) {
      t.skip('there is no perl')
      return
    }
    const { code, log } = run(
      "import { execFileSync } from 'node:child_process'\n" +
        "const size = () => Number(execFileSync('perl', ['-e', 'print fcntl(STDIN, 1032, 0)'], { stdio: [0, 'pipe', 'ignore'] }))\n" +
        'const began = performance.now()\n' +
        'while (size() !== 262144) if (performance.now() - began > 10_000) process.exit(9)',
    )
    assert.deepEqual([code, log], [0, ''])
  })

  it('leaves it to the program to log what it knows', () => {
    const { code, log } = run('process.exit(3)')
    assert.deepEqual([code, log], [3, ''])
  })
})

describe('a program that root would run', () => {
  it('is refused where others can change it or a folder above it', () => {
    const folder = place('program')
    mkdirSync(folder, { mode: 0o755 })
    const file = path.join(folder, 'main.mjs')
    writeFileSync(file, '', { mode: 0o644 })
    const isRoot = process.geteuid?.() === 0
    assert.equal(writableByOthers(file), isRoot ? undefined : file)
    chmodSync(file, 0o666)
    assert.equal(writableByOthers(file), file)
    chmodSync(file, 0o644)
    chmodSync(folder, 0o777)
    assert.equal(writableByOthers(file), isRoot ? folder : file)
  })
})

describe('public keys that the gate keeps', () => {
  const pairs = {
    rsa: () => readAgain(generateKeyPairSync('rsa', { modulusLength: 1024 })),
    ec: () => readAgain(generateKeyPairSync('ec', { namedCurve: 'P-256' })),
    ed25519: () => readAgain(generateKeyPairSync('ed25519')),
  }
  for (const [type, make] of Object.entries(pairs)) {
    it(`come back as they were, and without any secret: ${type}`, () => {
      const jwk = { ...make().privateKey.export({ format: 'jwk' }), kid: 'signing-1' }
      const { keys } = parsePublicKeys(Buffer.from(JSON.stringify({ keys: [jwk] })), 'jwks')
      const [key] = keys
      assert.ok(key)
      const text = JSON.stringify(keptKey(key))
      assert.deepEqual(keyOfKept(JSON.parse(text)), key)
      assert.equal(text.includes(String(jwk.d).slice(0, 20)), false)
    })
  }

  it('are left out where they are none', () => {
    for (const kept of [undefined, {}, { spki: 'AAAA' }, { spki: 7 }, []])
      assert.equal(keyOfKept(kept), undefined)
  })
})
