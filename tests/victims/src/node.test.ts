/** Node: its own OpenSSL, and what V8 keeps of numbers and text. */
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'node:test'
import { sourceOf } from './process/programs.ts'
import { FOLDER, startVictim, type Victim } from './process/victim_process.ts'
import { aesTruth } from './truth/aes_truth.ts'
import { ed25519Truth, p256Truth } from './truth/curve_truth.ts'
import { freshEd25519, freshP256, freshRsa, pemFile } from './truth/key_files.ts'
import { rsaTruthOf } from './truth/rsa_truth.ts'
import { BESIDE, testVictim } from './victim_test.ts'

const startNode = (...args: readonly string[]): Promise<Victim> =>
  startVictim(process.execPath, [sourceOf('hold.mjs'), ...args], /ready/)

// Cores of Node hold the certificates of many authorities, with each of which a scrub looks at every place: one core of
// RSA and one of the rest is scrubbed, those that hold most.
const VALUES = ['d le', 'p le', 'q le', 'dP le', 'dQ le', 'qInv le', 'pem middle line']

describe('Node', { concurrency: BESIDE }, () => {
  for (const { way, encodings } of [
    { way: 'load', encodings: VALUES },
    { way: 'sign', encodings: [...VALUES, 'R2 mod p le', 'R2 mod q le'] },
    {
      way: 'numbers',
      encodings: [
        ...VALUES,
        'R2 mod p le',
        'R2 mod q le',
        'p be',
        'p hex',
        'd hex',
        'p base64url+0',
        'd base64url+0',
        'q be',
      ],
    },
  ])
    testVictim({
      name: `Node with RSA: ${way}`,
      needs: [],
      encodings,
      isHarvestable: true,
      // One that has signed and made numbers holds all that the others do.
      isScrubbed: way === 'numbers',
      async start() {
        const key = freshRsa()
        return {
          victim: await startNode(way, pemFile(`node-${way}`, key)),
          truths: [rsaTruthOf(key)],
        }
      },
    })

  testVictim({
    name: 'Node with EC, Ed25519 and AES',
    needs: [],
    encodings: [
      'd le',
      'seed be',
      'pem first line',
      '256 schedule',
      '192 schedule',
      '128 decryption schedule',
    ],
    isHarvestable: true,
    async start() {
      const keys = [256, 192, 128].map((bits) => randomBytes(bits / 8))
      const raw = keys.map((key) => join(FOLDER, `${key.length * 8}.key`))
      for (const [i, file] of raw.entries()) writeFileSync(file, keys[i] ?? '', { mode: 0o600 })
      const [ec, ed] = [freshP256(), freshEd25519()]
      const files = [pemFile('node-ec', ec), pemFile('node-ed', ed)]
      return {
        victim: await startNode('ciphers', ...raw, ...files),
        truths: [p256Truth(ec), ed25519Truth(ed), ...keys.map(aesTruth)],
      }
    },
  })
})
