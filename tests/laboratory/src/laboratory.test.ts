import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, it } from 'node:test'
import { type Examined, examine } from './examine.ts'
import { tableOfPage } from './page.ts'
import { FAULTS, type Specimen } from './specimen.ts'
import { SPECIMENS } from './specimens.ts'
import { tableOf } from './table.ts'

/** What a busy machine may add to a lifetime, beside the second that is promised. */
const SLACK_S = 1

/** A strict verifier has no finding but those with a reason, each of which is one. */
function assertStrict({ specimen, accepted, untold, asked }: Examined): void {
  assert.deepEqual(untold, [])
  assert.deepEqual(new Set(accepted), new Set(Object.keys(specimen.leaves ?? {})))
  assert.ok(asked >= 20, `${asked}`)
}

function assertFaultsFound({ faults }: Examined): void {
  for (const { fault, vectors, untold } of faults) {
    assert.deepEqual(untold, [], fault)
    assert.ok(
      FAULTS[fault].shownBy.some((id) => vectors.includes(id)),
      `${fault}: ${vectors.join(', ')}`,
    )
  }
}

function assertTimes({ caches }: Examined): void {
  for (const { cache, reachableS, unreachableS, seen } of caches) {
    const kept = cache.kept ?? cache
    for (const [measured, expected] of [
      [reachableS, kept.reachableS],
      [unreachableS, kept.unreachableS],
    ] as const) {
      const isSame = measured === expected
      const isNear = Math.abs((measured ?? Number.NaN) - expected) <= SLACK_S
      assert.ok(
        isSame || isNear,
        `${cache.setting}: ${measured}, not ${expected} s (${seen.join(', ')})`,
      )
    }
  }
}

/** Its row without what chance changes a little: seconds, and how many vectors found a fault. */
const comparable = (table: string) =>
  table.replace(/\*\*[\d.]+(?: \/ [\d.]+)?\*\*/g, '').replace(/: \d+(?=[;|]| \|)/g, '')

const rowOf = (table: string, { name }: Specimen) =>
  table.split('\n').find((line) => line.startsWith(`| **${name}**`)) ?? ''

/** They wait most of the time: for caches to expire. */
const AT_ONCE = 3

describe('a verifier of the laboratory', { concurrency: AT_ONCE }, () => {
  for (const specimen of SPECIMENS)
    it(`is found with each planted fault, and not without: ${specimen.name}`, async (test) => {
      const examined = await examine(specimen)
      if (examined === undefined) {
        test.skip('a part of it is not installed')
        return
      }
      assertStrict(examined)
      assertFaultsFound(examined)
      assertTimes(examined)
      const made = comparable(rowOf(tableOf([examined]), specimen))
      assert.equal(comparable(rowOf(tableOfPage(), specimen)), made)
    })

  it('has a row of the page, and the page has no other', () => {
    const rows = tableOfPage().split('\n').slice(2)
    assert.equal(rows.length, SPECIMENS.length)
    assert.ok(rows.length >= 12)
  })
})

/** Its answer to a token of two parts: the error is thrown where no caller can catch it. */
const OKTA = `
import http from 'node:http'
import { generateKeyPairSync } from 'node:crypto'
import OktaJwtVerifier from '@okta/jwt-verifier'
const jwk = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' })
const keys = JSON.stringify({ keys: [{ ...jwk, kid: 'a', use: 'sig', alg: 'RS256' }] })
const server = http.createServer((_request, response) => response.end(keys)).listen(0, '127.0.0.1', async () => {
  const issuer = 'http://127.0.0.1:' + server.address().port
  const verifier = new OktaJwtVerifier({ issuer, testing: { disableHttpsCheck: true } })
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const token = part({ alg: 'RS256', kid: 'a' }) + '.' + part({ iss: issuer })
  await verifier.verifyAccessToken(token, 'a').catch(() => undefined)
  process.exit(0)
})`

describe('@okta/jwt-verifier', () => {
  it('ends its process at a token without a signature', () => {
    const args = ['--input-type=module', '--eval', OKTA]
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: import.meta.dirname })
    assert.equal(status, 1)
    assert.match(stderr.toString(), /TypeError: .*'length'[\s\S]*njwt/)
  })
})
