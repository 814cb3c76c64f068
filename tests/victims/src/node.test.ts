/** Node: its own OpenSSL, and what V8 keeps of numbers and text. */
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'node:test'
import { aesTruth } from './aes_truth.ts'
import { ed25519Truth, p256Truth } from './curve_truth.ts'
import { freshEd25519, freshP256, freshRsa, pemFile } from './key_files.ts'
import { sourceOf } from './programs.ts'
import { rsaTruthOf } from './rsa_truth.ts'
import { FOLDER, startVictim, type Victim } from './victim_process.ts'
import { BESIDE, testVictim } from './victim_test.ts'

const startNode = (...args: readonly string[]): Promise<Victim> =>
  startVictim(process.execPath, [sourceOf('hold.mjs'), ...args], /ready/)

const VALUES = ['d le', 'p le', 'q le', 'dP le', 'dQ le', 'qInv le', 'pem middle line']

describe('Node', { concurrency: BESIDE }, () => {
  for (const { way, forms } of [
    { way: 'load', forms: VALUES },
    { way: 'sign', forms: [...VALUES, 'R2 mod p le', 'R2 mod q le'] },
    {
      way: 'numbers',
      forms: [...VALUES, 'p be', 'p hex', 'd hex', 'p base64url+0', 'd base64url+0', 'q be'],
    },
  ])
    testVictim({
      name: `Node with RSA: ${way}`,
      needs: [],
      forms,
      isHarvestable: true,
      // One that has signed holds all that one has which only loaded its key.
      isScrubbed: way !== 'load',
      async start() {
        const key = freshRsa()
        return {
          victim: await startNode(way, pemFile(`node-${way}`, key)),
          truths: [rsaTruthOf(key)],
        }
      },
    })

  testVictim({
    name: 'Node with EC and Ed25519',
    needs: [],
    forms: ['d le', 'seed be', 'pem first line'],
    isHarvestable: true,
    async start() {
      const [ec, ed] = [freshP256(), freshEd25519()]
      const files = [pemFile('node-ec', ec), pemFile('node-ed', ed)]
      return {
        victim: await startNode('sign', ...files),
        truths: [p256Truth(ec), ed25519Truth(ed)],
      }
    },
  })

  testVictim({
    name: 'Node with AES',
    needs: [],
    forms: ['256 schedule', '192 schedule', '128 decryption schedule'],
    isHarvestable: true,
    async start() {
      const keys = [256, 192, 128].map((bits) => randomBytes(bits / 8))
      const files = keys.map((key) => join(FOLDER, `${key.length * 8}.key`))
      for (const [i, file] of files.entries()) writeFileSync(file, keys[i] ?? '', { mode: 0o600 })
      return { victim: await startNode('ciphers', ...files), truths: keys.map(aesTruth) }
    },
  })
})
