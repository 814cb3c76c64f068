/** Go and Java: runtimes with bignums of their own. */
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'node:test'
import { sourceOf } from './process/programs.ts'
import { FOLDER, ran, startVictim, type Victim } from './process/victim_process.ts'
import { p256Truth } from './truth/curve_truth.ts'
import { freshP256, freshRsa, pemFile } from './truth/key_files.ts'
import { mlKemTruth } from './truth/ml_kem_truth.ts'
import { rsaTruthOf } from './truth/rsa_truth.ts'
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

const startGo = (...files: readonly string[]): Promise<Victim> =>
  startVictim(goProgram(), files, /ready/)

describe('runtimes', { concurrency: BESIDE }, () => {
  testVictim({
    name: 'Go with RSA',
    needs: ['go'],
    encodings: ['p le', 'q le', 'p be', 'd be', 'p-1 be', 'R2 mod p le', 'R2 mod q le'],
    isHarvestable: true,
    async start() {
      const key = freshRsa()
      return { victim: await startGo(pemFile('go-rsa', key)), truths: [rsaTruthOf(key)] }
    },
  })

  testVictim({
    name: 'Go with EC and ML-KEM',
    needs: ['go'],
    encodings: ['d be', 'd le', 'ML-KEM d be', 'ML-KEM z be', 'ML-KEM s'],
    isHarvestable: true,
    async start() {
      const key = freshP256()
      const seed = randomBytes(64)
      const seedFile = join(FOLDER, 'go-ml-kem.seed')
      writeFileSync(seedFile, seed, { mode: 0o600 })
      const victim = await startGo(pemFile('go-ec', key), seedFile)
      return { victim, truths: [p256Truth(key), mlKemTruth(seed)] }
    },
  })

  testVictim({
    name: 'Java with RSA',
    needs: ['javac', 'java'],
    encodings: ['p int[]', 'q int[]', 'd int[]', 'p be', 'd be', 'pkcs1'],
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
