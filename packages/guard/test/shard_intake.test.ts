/** A shard that is large enough for threads: what a guard takes of it, and what it refuses. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Entry, encodeEntry, GrowingTree, logPolicy, type SeenHead } from '@mintmark/ledger'
import { WrittenLedger } from '@mintmark/ledger/testing'
import { LedgerFollower } from '../src/index.ts'

const ISSUER = 'https://id.example.org/agency'
const NOW = Date.parse('2026-11-25T12:00:00Z')
const SHARD = 'main/2026-11-25'
/** Some more than 160 bundles, of which the last is not full. */
const TOKENS = 42_000
const SEEN = 20_000
const REVOKED = 30_000

const bytesOf = (n: number, length: number) => {
  const bytes = Buffer.alloc(length, n % 251)
  bytes.writeUInt32BE(n)
  return bytes
}
const idOf = (n: number) => bytesOf(n, 16)
const inputOf = (n: number) => bytesOf(n, 32)
const textOf = (n: number) =>
  idOf(n)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')

const blank = new Uint8Array(32)
const commitments = { subject: blank, client: blank, audience: blank, tenant: blank }

/** One in ten expired long ago, and one is revoked later. */
function* entries(): Generator<Entry> {
  for (let n = 1; n < TOKENS; n++) {
    const expiresMs = n % 10 === 0 ? NOW - 7_200_000 : NOW + 600_000
    const common = { tokenId: textOf(n), inputHash: inputOf(n), expiresMs, issuer: ISSUER }
    const texts = { kid: 'k', alg: 'ES256', attestation: new Uint8Array() }
    yield { kind: 'issuance', ...common, ...texts, issuedAtMs: NOW, commitments }
  }
  const [tokenId, inputHash] = [textOf(REVOKED + 1), inputOf(REVOKED + 1)]
  const times = { expiresMs: NOW + 600_000, revokedAtMs: NOW }
  yield { kind: 'revocation', tokenId, inputHash, issuer: ISSUER, ...times }
}

const ledger = new WrittenLedger({ main: ISSUER })
const all = [ledger.opening('main', NOW), ...entries()]
ledger.append(SHARD, all)

function seenHead(): SeenHead {
  const tree = new GrowingTree()
  for (const entry of all.slice(0, SEEN)) {
    tree.append(encodeEntry(entry))
    tree.takeFull()
  }
  return { origin: `ledger.example.org/${SHARD}`, size: SEEN, root: tree.root() }
}

interface Followed {
  readonly follower: LedgerFollower
  readonly code: unknown
}

/** A guard's first look, at files of which one may be another. */
async function follow(changed = '', bytes?: Uint8Array, seen: SeenHead[] = []): Promise<Followed> {
  const read = (path: string) =>
    Promise.resolve(path === `${SHARD}/${changed}` ? bytes : ledger.files.get(path))
  const policy = logPolicy(ledger.description.key)
  const follower = new LedgerFollower({ read, policy, seen, now: () => NOW })
  await follower.refresh()
  await follower.stop()
  const { trouble } = follower
  return { follower, code: trouble instanceof Error && 'code' in trouble ? trouble.code : trouble }
}

const fileOf = (name: string) => Buffer.from(ledger.files.get(`${SHARD}/${name}`) ?? [])

describe('a guard that starts from a large shard', () => {
  it('has each token of it that is alive, and no other', async () => {
    const { follower, code } = await follow('', undefined, [seenHead()])
    assert.equal(code, undefined)
    const found = (n: number) => follower.find(ISSUER, idOf(n), inputOf(n))
    for (let n = 1; n < TOKENS; n += 7)
      assert.equal(found(n), n % 10 === 0 ? 'unknown' : 'live', `token ${n}`)
    assert.equal(found(REVOKED + 1), 'revoked')
    assert.equal(found(TOKENS), 'unknown')
    assert.equal(follower.find(ISSUER, idOf(1), inputOf(2)), 'mutated')
  })

  it('refuses it where one bit of one bundle is another', async () => {
    for (const name of ['tile/entries/000', 'tile/entries/077', 'tile/entries/159']) {
      const bytes = fileOf(name)
      const at = bytes.length - 9
      bytes[at] = (bytes[at] ?? 0) ^ 1
      const { follower, code } = await follow(name, bytes)
      assert.equal(code, 'LEDGER_BEHIND', name)
      assert.equal(follower.liveTokens, 0)
    }
  })

  it('fails with the code of the damage in a bundle', async () => {
    const name = 'tile/entries/100'
    const whole = fileOf(name)
    assert.equal((await follow(name, whole.subarray(0, -1))).code, 'LEDGER_DAMAGED')
    assert.equal((await follow(name, Buffer.concat([whole, whole]))).code, 'LEDGER_DAMAGED')
    assert.equal((await follow(name, undefined)).code, 'LEDGER_DAMAGED')
    whole[2] = 9
    assert.equal((await follow(name, whole)).code, 'INPUT_INVALID')
  })

  it('refuses a shard that contradicts a head seen earlier, within a bundle too', async () => {
    const seen = seenHead()
    const other = { ...seen, root: Buffer.from(seen.root ?? []).fill(0, 0, 1) }
    assert.equal((await follow('', undefined, [other])).code, 'LEDGER_BEHIND')
  })
})
