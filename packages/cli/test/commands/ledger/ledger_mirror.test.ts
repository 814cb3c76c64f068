/** `mintmark ledger prove` on the files of a ledger that a web server has: they may be late, or changed. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { claims, ISSUER, issuanceFor, token, WrittenLedger } from '@mintmark/ledger/testing'
import { mintmark } from '../../fake_io.ts'

const scratch = mkdtempSync(join(tmpdir(), 'mintmark-mirror-'))
const SHARD = 'agency/2026-11-25'
const NOW = Date.parse('2026-11-25T12:00:00Z')
const tokenOf = (seconds: number) => {
  const iat = NOW / 1000 + seconds
  return token(claims({ iat, exp: iat + 600 }))
}
const ledger = new WrittenLedger({ agency: ISSUER })
ledger.append(SHARD, [ledger.opening('agency', NOW), issuanceFor(tokenOf(0))])
const way = { change: (bytes: Uint8Array, _path: string) => bytes }
const server = createServer(({ url = '' }, response) => {
  const bytes = ledger.files.get(url.slice(1))
  response.writeHead(bytes === undefined ? 404 : 200).end(bytes && way.change(bytes, url))
}).listen(0, '127.0.0.1')
await new Promise((resolve) => {
  server.once('listening', resolve)
})
after(() => {
  server.close()
  rmSync(scratch, { recursive: true, force: true })
})

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
const late = tokenOf(1)
const file = join(scratch, 'token.txt')
writeFileSync(file, late)
const prove = () => mintmark('ledger', 'prove', url, '--token', file)

describe('a ledger on a web server', () => {
  it('has not recorded a token only where a later one is published', async () => {
    const early = await prove()
    assert.match(early.err, /cannot tell whether the token is recorded/)
    ledger.append(SHARD, [issuanceFor(tokenOf(121))])
    assert.equal((await prove()).code, 3)
    ledger.append(SHARD, [issuanceFor(tokenOf(122))])
    const { code, err } = await prove()
    assert.deepEqual(
      [early.code, code, err],
      [3, 1, 'mintmark: the ledger has no entry of this token\n'],
    )
  })

  it('whose entries were changed says nothing of a token', async () => {
    ledger.append(SHARD, [issuanceFor(late), issuanceFor(tokenOf(200))])
    assert.equal((await prove()).code, 0)
    const { inputHash } = issuanceFor(late)
    const change = (bytes: Uint8Array, path: string) => {
      const at = path.includes('/entries/') ? Buffer.from(bytes).indexOf(inputHash) : -1
      return at === -1 ? bytes : Uint8Array.from(bytes).fill(7, at, at + 32)
    }
    Object.assign(way, { change })
    const { code, err } = await prove()
    assert.deepEqual([code, /LEDGER_DAMAGED/.test(err)], [3, true])
  })
})
