import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { parsePublicKeys } from '@mintmark/keys/public_keys/parse'
import { readAgain } from '@mintmark/testkit'
import { gateStatus, installGate, loadState, uninstallGate } from '../src/index.ts'
import { patternFor } from '../src/install/kernel_settings.ts'
import { writableByOthers } from '../src/install/writable_by_others.ts'
import { keyOfStored, storedKey } from '../src/stored_keys.ts'
import { BEFORE, machine } from './gate_machine.ts'
import { place } from './gate_world.ts'

describe('the gate', () => {
  it('sets the pattern and the limit, and restores what was there', () => {
    const { paths, settings, programs, kernel } = machine()
    const { state, wasThere } = installGate(paths, settings, programs)
    assert.equal(wasThere, false)
    assert.deepEqual(kernel(), [`|${paths.stateFolder}/receive %P %u %g %s %t %c %h %e`, '6'])
    assert.deepEqual(state.previous, { pattern: BEFORE, pipeLimit: 16 })
    assert.deepEqual(gateStatus(paths).problems, [])
    assert.equal(uninstallGate(paths).outcome, 'restored')
    assert.deepEqual(kernel(), [BEFORE, '16'])
    assert.equal(loadState(paths.stateFolder), undefined)
    assert.equal(uninstallGate(paths).outcome, 'not-installed')
  })

  it('installed twice remembers what was there first, and takes the new settings', () => {
    const { paths, settings, programs, kernel } = machine()
    installGate(paths, settings, programs)
    const limits = { ...settings.limits, maxAtOnce: 7 }
    const again = installGate(paths, { ...settings, limits }, programs)
    assert.equal(again.wasThere, true)
    assert.equal(kernel()[1], '14')
    uninstallGate(paths)
    assert.deepEqual(kernel(), [BEFORE, '16'])
  })

  it('installed again after a reboot remembers what is there now', () => {
    const { paths, settings, programs, kernel, pattern } = machine()
    installGate(paths, settings, programs)
    pattern('core')
    assert.match(gateStatus(paths).problems.join(), /changed since/)
    installGate(paths, settings, programs)
    uninstallGate(paths)
    assert.equal(kernel()[0], 'core')
  })

  it('leaves what was set since', () => {
    const { paths, settings, programs, kernel, pattern } = machine()
    installGate(paths, settings, programs)
    pattern('|/usr/bin/other %p')
    assert.equal(uninstallGate(paths).outcome, 'other-handler')
    assert.equal(kernel()[0], '|/usr/bin/other %p')
    assert.equal(loadState(paths.stateFolder), undefined)
  })
})

describe('the gate says', () => {
  it('that the number of cores at once was changed since', () => {
    const { paths, settings, programs } = machine()
    installGate(paths, settings, programs)
    writeFileSync(path.join(paths.procSys, 'core_pipe_limit'), '0\n')
    assert.deepEqual(gateStatus(paths).problems, [
      'kernel.core_pipe_limit was changed since, from 6 to 0',
    ])
  })

  it('once that its spool is gone, or full', () => {
    const { paths, settings, programs } = machine()
    installGate(paths, settings, programs)
    writeFileSync(programs.receiver, 'process.exit(3)')
    rmSync(settings.spool, { recursive: true })
    assert.deepEqual(gateStatus(paths).problems, [
      `the spool ${settings.spool} cannot be used: it is not there`,
    ])
    const limits = { ...settings.limits, keepFreeBytes: 2 ** 52 }
    writeFileSync(programs.receiver, '')
    installGate(paths, { ...settings, limits }, programs)
    const [problem, ...more] = gateStatus(paths).problems
    assert.match(problem ?? '', /^the spool's disk has \d+ MiB left/)
    assert.deepEqual(more, [])
  })

  it('how many folders were left by what was killed', () => {
    const { paths, settings, programs } = machine()
    const { state } = installGate(paths, settings, programs)
    mkdirSync(path.join(state.settings.spool, '.unfinished-0badb007-1-2-3.abcdef'))
    assert.equal(gateStatus(paths).spool?.leftBehind, 1)
  })

  it('that the kernel has no such settings, and makes nothing', () => {
    const { paths, settings, programs } = machine()
    assert.throws(() => installGate({ ...paths, procSys: place('none') }, settings, programs), {
      code: 'GATE_UNFIT',
      message: /^kernel.core_pattern cannot be set: this kernel has no such setting$/,
    })
    assert.deepEqual([settings.spool, paths.stateFolder].map(existsSync), [false, false])
  })

  // Node 20 never comes back from making a folder with those above it there.
  it('that no folder can be made below /proc', { skip: !existsSync('/proc/self') }, () => {
    const { paths, settings, programs } = machine()
    const missing = '/proc/missing/folder'
    assert.throws(() => installGate(paths, { ...settings, spool: missing }, programs), {
      code: 'GATE_UNFIT',
      message: `the spool ${missing} cannot be used: it is not there`,
    })
    const elsewhere = { ...paths, stateFolder: missing }
    assert.throws(() => installGate(elsewhere, settings, programs), { code: 'GATE_UNFIT' })
  })

  it('that its own folder cannot be made, and changes nothing', () => {
    const { paths, settings, programs, kernel } = machine()
    writeFileSync(paths.stateFolder, '')
    assert.throws(() => installGate(paths, settings, programs), {
      code: 'GATE_UNFIT',
      message: /state, .*state, cannot be made: EEXIST$/,
    })
    assert.deepEqual(kernel(), [BEFORE, '16'])
  })
})

describe('the gate, whatever happens,', () => {
  it('says what to do once its state is lost or damaged', () => {
    const { paths, settings, programs, kernel } = machine()
    installGate(paths, settings, programs)
    const file = path.join(paths.stateFolder, 'gate.json')
    for (const damage of ['{', '{}', '[]', '{"schema":"mintmark-gate-state/1"}']) {
      writeFileSync(file, damage)
      assert.throws(() => uninstallGate(paths), { code: 'GATE_STATE' })
      assert.deepEqual(gateStatus(paths).problems.slice(1), [
        'kernel.core_pattern names the gate: no core is written until it is installed again',
      ])
    }
    rmSync(file)
    assert.deepEqual(gateStatus(paths).problems, [
      'kernel.core_pattern names the gate, and what it remembers is gone: no core is written until it is installed again',
    ])
    assert.throws(() => uninstallGate(paths), { code: 'GATE_STATE', message: /sysctl -w/ })
    assert.match(kernel()[0] ?? '', /receive/)
    installGate(paths, settings, programs)
    assert.match(gateStatus(paths).problems.join(), /the setting before it is not known/)
    assert.throws(() => uninstallGate(paths), { code: 'GATE_STATE' })
  })

  it('is not installed by a program that does not run, and everything is as it was', () => {
    const { paths, settings, programs, kernel } = machine(
      "process.stderr.write('no scanner here\\n'); process.exit(3)",
    )
    assert.throws(() => installGate(paths, settings, programs), {
      code: 'GATE_UNFIT',
      message: /no scanner here/,
    })
    assert.deepEqual(kernel(), [BEFORE, '16'])
    assert.equal(loadState(paths.stateFolder), undefined)
    assert.equal(existsSync(path.join(paths.stateFolder, 'receive')), false)
  })

  it('keeps its old settings where the new ones do not run', () => {
    const { paths, settings, programs, kernel } = machine()
    installGate(paths, settings, programs)
    const before = loadState(paths.stateFolder)
    writeFileSync(programs.receiver, 'process.exit(3)')
    const limits = { ...settings.limits, maxAtOnce: 9 }
    assert.throws(() => installGate(paths, { ...settings, limits }, programs), {
      code: 'GATE_UNFIT',
    })
    assert.deepEqual(loadState(paths.stateFolder), before)
    assert.equal(kernel()[1], '6')
    assert.match(gateStatus(paths).problems.join(), /does not run/)
  })
})

describe('the gate and others', () => {
  it('has no folder that others than root can change: they would be root at the next crash', (t) => {
    if (process.geteuid?.() !== 0) {
      t.skip('only root installs programs for root')
      return
    }
    const { paths, settings, programs, kernel } = machine()
    mkdirSync(paths.stateFolder)
    for (const change of [
      () => chmodSync(paths.stateFolder, 0o777),
      () => {
        chmodSync(paths.stateFolder, 0o700)
        chownSync(paths.stateFolder, 65534, 0)
      },
    ]) {
      change()
      assert.throws(() => installGate(paths, settings, programs), {
        code: 'GATE_UNFIT',
        message: /state can be changed by others than root/,
      })
      assert.deepEqual([kernel()[0], readdirSync(paths.stateFolder)], [BEFORE, []])
    }
  })

  it('stays as it is where the kernel does not take what was there before', () => {
    const { paths, settings, programs, kernel } = machine()
    installGate(paths, settings, programs)
    const stood = kernel()
    const file = path.join(paths.procSys, 'core_pattern')
    rmSync(file)
    // Takes what is written, and stays as it is.
    symlinkSync('/proc/self/comm', file)
    const pattern = readFileSync(file, 'utf8').trim()
    const state = path.join(paths.stateFolder, 'gate.json')
    writeFileSync(
      state,
      readFileSync(state, 'utf8').replace(JSON.stringify(stood[0]), JSON.stringify(pattern)),
    )
    assert.throws(() => uninstallGate(paths), { code: 'GATE_UNFIT' })
    assert.equal(kernel()[1], stood[1])
    assert.ok(loadState(paths.stateFolder) !== undefined)
  })

  it('is not put over another gate', () => {
    const { paths, settings, programs } = machine()
    installGate(paths, settings, programs)
    const other = { ...paths, stateFolder: place('state') }
    assert.throws(() => installGate(other, settings, programs), { code: 'GATE_UNFIT' })
  })

  it('is for root alone in its files', () => {
    const { paths, settings, programs } = machine()
    installGate(paths, settings, programs)
    const modes = ['', 'gate.json', 'receive'].map(
      (name) => statSync(path.join(paths.stateFolder, name)).mode & 0o777,
    )
    assert.deepEqual(modes, [0o700, 0o600, 0o700])
  })

  it('names a pattern that the kernel has room for', () => {
    assert.ok(patternFor(`/${'x'.repeat(100)}`).length <= 127)
    for (const program of [`/${'x'.repeat(103)}`, '/a b', '/a%p', 'a', '/a\nb'])
      assert.throws(() => patternFor(program), { code: 'GATE_UNFIT' })
  })
})

describe('a program that root would run', () => {
  it('keeps the gate from being installed where others can change it', (t) => {
    if (process.geteuid?.() !== 0) {
      t.skip('only root installs programs for root')
      return
    }
    for (const [change, what] of [
      [(receiver: string) => chmodSync(receiver, 0o666), /receiver\.mjs can be changed by others/],
      [
        (receiver: string) => chownSync(receiver, 65534, 0),
        /receiver\.mjs can be changed by others/,
      ],
      [
        (receiver: string) => chmodSync(path.dirname(receiver), 0o777),
        /home-\d+ can be changed by others/,
      ],
    ] as const) {
      const { paths, settings, programs, kernel } = machine()
      change(programs.receiver)
      assert.throws(() => installGate(paths, settings, programs), {
        code: 'GATE_UNFIT',
        message: what,
      })
      assert.equal(kernel()[0], BEFORE)
      assert.deepEqual([existsSync(paths.stateFolder), existsSync(settings.spool)], [false, false])
    }
  })

  it('keeps the gate from being installed where others can change its interpreter', (t) => {
    if (process.geteuid?.() !== 0) {
      t.skip('only root installs programs for root')
      return
    }
    const { paths, settings, programs, kernel } = machine()
    const node = path.join(path.dirname(programs.receiver), 'node')
    writeFileSync(node, '', { mode: 0o777 })
    chmodSync(node, 0o777)
    assert.throws(() => installGate(paths, settings, { ...programs, node }), {
      code: 'GATE_UNFIT',
      message: /node can be changed by others/,
    })
    assert.equal(kernel()[0], BEFORE)
  })

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
      const text = JSON.stringify(storedKey(key))
      assert.deepEqual(keyOfStored(JSON.parse(text)), key)
      assert.equal(text.includes(String(jwk.d).slice(0, 20)), false)
    })
  }

  it('are left out where they are none', () => {
    for (const kept of [undefined, {}, { spki: 'AAAA' }, { spki: 7 }, []])
      assert.equal(keyOfStored(kept), undefined)
  })
})
