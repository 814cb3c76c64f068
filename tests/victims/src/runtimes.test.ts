/** Go and Java: runtimes with bignums of their own. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'node:test'
import { p256Truth } from './curve_truth.ts'
import { freshP256, freshRsa, pemFile } from './key_files.ts'
import { sourceOf } from './programs.ts'
import { rsaTruthOf } from './rsa_truth.ts'
import { FOLDER, ran, startVictim, type Victim } from './victim_process.ts'
import { BESIDE, testVictim } from './victim_test.ts'

let built: string | undefined

/** Compiled once for both keys. */
function goProgram(): string {
  if (built !== undefined) return built
  built = join(FOLDER, 'go_sign')
  const env = { ...process.env, GO111MODULE: 'off', GOFLAGS: '', GOTOOLCHAIN: 'local' }
  ran('go', ['build', '-o', built, sourceOf('sign.go')], { env })
  return built
}

const startGo = (pem: string): Promise<Victim> => startVictim(goProgram(), [pem], /ready/)

describe('runtimes', { concurrency: BESIDE }, () => {
  testVictim({
    name: 'Go with RSA',
    needs: ['go'],
    forms: ['p le', 'q le', 'p be', 'd be', 'p-1 be', 'R2 mod p le', 'R2 mod q le'],
    isHarvestable: true,
    async start() {
      const key = freshRsa()
      return { victim: await startGo(pemFile('go-rsa', key)), truths: [rsaTruthOf(key)] }
    },
  })

  testVictim({
    name: 'Go with EC',
    needs: ['go'],
    forms: ['d be', 'd le'],
    isHarvestable: true,
    async start() {
      const key = freshP256()
      return { victim: await startGo(pemFile('go-ec', key)), truths: [p256Truth(key)] }
    },
  })

  testVictim({
    name: 'Java with RSA',
    needs: ['javac', 'java'],
    forms: ['p int[]', 'q int[]', 'd int[]', 'p be', 'd be', 'pkcs1'],
    isHarvestable: true,
    async start() {
      const key = freshRsa()
      const der = join(FOLDER, 'java.der')
      writeFileSync(der, key.export({ format: 'der', type: 'pkcs8' }), { mode: 0o600 })
      const source = sourceOf('Sign.java')
      ran('javac', ['-d', FOLDER, source])
      const args = ['-Xmx64m', '-cp', FOLDER, 'Sign', der]
      return { victim: await startVictim('java', args, /ready/), truths: [rsaTruthOf(key)] }
    },
  })
})
