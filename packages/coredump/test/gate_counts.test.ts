/** What a core that was written counts as, by the one policy: docs/threat-model-dumps.md, S14. */
import assert from 'node:assert/strict'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import { expandKey } from '@mintmark/scan/schedules/aes_words'
import { loadGateScrub, receiveCore } from '../src/index.ts'
import { arrivalOfBytes, gateWith } from './gate_world.ts'

function pem(): Buffer {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return Buffer.from(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
}

/** The state of OpenSSL's CTR-DRBG, and the schedule of its key. */
function generatorState(): Buffer {
  const key = randomBytes(32)
  const head = Buffer.alloc(12)
  head.writeBigUInt64LE(32n)
  head.writeUInt32LE(1, 8)
  const schedule = Buffer.from(expandKey(key).buffer)
  return Buffer.concat([head, key, randomBytes(16), Buffer.alloc(52), schedule, Buffer.alloc(16)])
}

/** SEC1 of a scalar, with the name of its curve and without its point: nothing verifies it. */
function bareSec1(): Buffer {
  const head = Buffer.from('30310201010420', 'hex')
  const curve = Buffer.from('a00a06082a8648ce3d030107', 'hex')
  const text = Buffer.concat([head, randomBytes(32).fill(0x11, 0, 1), curve]).toString('base64')
  return Buffer.from(`-----BEGIN EC PRIVATE KEY-----\n${text}\n-----END EC PRIVATE KEY-----\n`)
}

describe('a core counts as', () => {
  for (const [what, planted, counts, isErased] of [
    ['nothing found, where nothing was erased', Buffer.alloc(0), 'nothing', false],
    ['nothing found, where only the state of a generator was', generatorState(), 'nothing', true],
    ['found, where a key was erased', pem(), 'found', true],
    ['found, where both were', Buffer.concat([pem(), generatorState()]), 'found', true],
    ['a lead, where nothing verifies what was erased', bareSec1(), 'lead', true],
  ] as const)
    it(what, async () => {
      const gate = gateWith({ loadScrub: () => loadGateScrub([], false) })
      const core = Buffer.concat([Buffer.alloc(65_536, 'memory\0\0'), planted, Buffer.alloc(4096)])
      const written = await receiveCore(gate, arrivalOfBytes(core))
      assert.ok(written.outcome === 'core')
      assert.deepEqual([written.counts, written.erasedRanges > 0], [counts, isErased])
    })
})
