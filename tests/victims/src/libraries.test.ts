/** A library in C, and Python: limbs, and mostly neither DER nor PEM. */
import type { KeyObject } from 'node:crypto'
import { join } from 'node:path'
import { describe } from 'node:test'
import { missingInPython, missingMbedTls, PYTHON, sourceOf } from './process/programs.ts'
import { FOLDER, ran, startVictim, type Victim } from './process/victim_process.ts'
import { p256Truth } from './truth/curve_truth.ts'
import { freshP256, freshRsa, pemFile } from './truth/key_files.ts'
import { rsaTruthOf } from './truth/rsa_truth.ts'
import { BESIDE, type Started, testVictim } from './victim_test.ts'

const VALUES = ['d le', 'p le', 'q le', 'dP le', 'dQ le', 'qInv le']
const REMAINDERS = ['R2 mod p le', 'R2 mod q le']

let built: string | undefined

/** Compiled once for both keys. */
function mbedTlsProgram(): string {
  if (built !== undefined) return built
  built = join(FOLDER, 'mbedtls_sign')
  ran('gcc', ['-O1', '-o', built, sourceOf('mbedtls_sign.c'), '-lmbedcrypto'])
  return built
}

const startMbedTls = (name: string, key: KeyObject): Promise<Victim> =>
  startVictim(mbedTlsProgram(), [pemFile(name, key)], /ready/)

/** mbedTLS seeds a generator that encrypts with AES-256, on the stack of `main`. */
const generator = [{ kind: 'aes', why: 'the program draws random numbers with AES-256' }]

describe('libraries', { concurrency: BESIDE }, () => {
  testVictim({
    name: 'mbedTLS with RSA',
    needs: ['gcc', missingMbedTls],
    encodings: [...VALUES, ...REMAINDERS],
    isHarvestable: true,
    alsoThere: generator,
    async start(): Promise<Started> {
      const key = freshRsa()
      return { victim: await startMbedTls('mbedtls-rsa', key), truths: [rsaTruthOf(key)] }
    },
  })

  testVictim({
    name: 'mbedTLS with EC',
    needs: ['gcc', missingMbedTls],
    encodings: ['d le'],
    isHarvestable: false,
    alsoThere: generator,
    async start() {
      const key = freshP256()
      return { victim: await startMbedTls('mbedtls-ec', key), truths: [p256Truth(key)] }
    },
  })

  for (const { way, encodings } of [
    { way: 'sign', encodings: [...VALUES, ...REMAINDERS] },
    { way: 'numbers', encodings: [...VALUES, ...REMAINDERS, 'p digits-30', 'd digits-30'] },
  ])
    testVictim({
      name: `Python's cryptography: ${way}`,
      needs: [PYTHON, () => missingInPython('cryptography')],
      encodings,
      // The text of the file is mostly left, and nothing else there shows a public key.
      isHarvestable: way === 'sign' ? true : 'by-file',
      // One that has made numbers too holds all that the other does.
      isScrubbed: way === 'numbers',
      async start() {
        const key = freshRsa()
        const script = [sourceOf('openssl_sign.py'), way, pemFile(`python-${way}`, key)]
        return { victim: await startVictim(PYTHON, script, /ready/), truths: [rsaTruthOf(key)] }
      },
    })
})
