/** Libraries of JavaScript, which keep numbers in the heap of V8. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createPrivateKey, type JsonWebKey } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { isObject } from '@mintmark/core'
import { mintmark } from '@mintmark/testkit'
import { piecesOf } from './process/core_file.ts'
import { givenKeys, type HeldCore, heldCore, removeCore } from './process/held_core.ts'
import { describeVictim, type Missing, sourceOf } from './process/programs.ts'
import { FOLDER, startVictim } from './process/victim_process.ts'
import { scanned } from './scanned.ts'
import { ed25519Truth, p256Truth } from './truth/curve_truth.ts'
import { piecesLeft } from './truth/secret_pieces.ts'
import { BESIDE } from './victim_test.ts'

/** As they are today: what they keep of a key depends on them. */
const LIBRARIES = ['elliptic@6.6.1', '@noble/curves@2.4.0', 'tweetnacl@1.0.3', 'jsrsasign@11.1.5']
const folder = join(FOLDER, 'libraries')
let isInstalled: boolean | undefined

/** They are installed for these tests alone: no program of the project is to hold any of them. */
const missing: Missing = () => {
  if (isInstalled === undefined) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'package.json'), '{ "private": true }')
    const options = ['--no-audit', '--no-fund', '--ignore-scripts', '--no-save']
    const installed = spawnSync('npm', ['install', ...options, ...LIBRARIES], { cwd: folder })
    isInstalled = installed.status === 0
  }
  return isInstalled ? undefined : 'libraries of npm'
}

async function startLibrary(library: string): Promise<HeldCore> {
  const program = sourceOf('js_key.cjs')
  const printed: string[] = []
  const ready = { test: (text: string) => printed.push(text) > 0 && /ready/.test(text) }
  const victim = await startVictim(process.execPath, [program, library, folder], ready)
  try {
    const jwk: unknown = JSON.parse(/key (\{.*\}) ready/.exec(printed.at(-1) ?? '')?.[1] ?? '')
    assert.ok(isObject(jwk))
    const key = createPrivateKey({ key: jwk as JsonWebKey, format: 'jwk' })
    const truth = jwk['kty'] === 'EC' ? p256Truth(key) : ed25519Truth(key)
    return heldCore(victim, library.replace('/', '-'), [truth])
  } finally {
    await victim.stop()
  }
}

describe('libraries of JavaScript', { concurrency: BESIDE }, () => {
  for (const library of ['elliptic', '@noble/curves', 'tweetnacl', 'jsrsasign']) {
    describeVictim(library, [missing], () => {
      let held: HeldCore | undefined
      const core = (): HeldCore => {
        if (held === undefined) throw new Error('no core was taken')
        return held
      }
      const out = () => `${core().core.path}.scrubbed`
      const secrets = () => core().truths.flatMap((truth) => truth.secrets)
      before(async () => {
        held = await startLibrary(library)
      })
      after(() => {
        if (held === undefined) return
        for (const path of [out(), `${out()}.report.json`]) rmSync(path, { force: true })
        removeCore(held)
      })

      it('holds its key, which is found by the public key', async () => {
        assert.ok(piecesLeft(core().pieces, secrets(), 232).length > 0)
        const { findings } = await scanned(core().core.path, ...givenKeys(core()))
        assert.ok(findings.some(({ keyId }) => keyId === core().truths[0]?.keyId))
      })

      it('is clean once it is scrubbed, and holds no piece of the key', async () => {
        const args = ['scrub', core().core.path, '-o', out(), ...givenKeys(core())]
        const { code, out: said, err } = await mintmark(...args)
        assert.equal(code, 0, `${said}${err}`)
        assert.deepEqual(piecesLeft(piecesOf(out()), secrets()), [])
      })
    })
  }
})
