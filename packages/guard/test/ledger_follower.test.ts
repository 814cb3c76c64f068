import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto'
import { describe, it } from 'node:test'
import { hashedId, MintmarkError } from '@mintmark/core'
import {
  formatVerifierKey,
  type Head,
  type Issuance,
  logPolicy,
  NoteSigner,
  parsePolicy,
  type ReadResource,
  tokenIdBytes,
} from '@mintmark/ledger'
import { WrittenLedger } from '@mintmark/ledger/testing'
import { LedgerFollower } from '../src/index.ts'

const ISSUER = 'https://id.example.org'
const NOW = Date.parse('2026-11-25T12:00:00Z')
const TODAY = 'main/2026-11-25'
const YESTERDAY = 'main/2026-11-24'
const hash = (text: string) => createHash('sha256').update(text).digest()

function issuance(name: string, issuedAtMs: number = NOW): Issuance {
  const blind = hash('blind')
  return {
    kind: 'issuance',
    tokenId: hashedId('test', name),
    inputHash: hash(name),
    issuedAtMs,
    expiresMs: issuedAtMs + 3_000_000,
    commitments: { subject: blind, client: blind, audience: blind, tenant: blind },
    issuer: ISSUER,
    kid: 'k1',
    alg: 'ES256',
    attestation: new Uint8Array(),
  }
}

const many = (count: number, prefix: string) =>
  Array.from({ length: count }, (_, i) => issuance(`${prefix}-${i}`))

/** A ledger with 600 entries in one shard. */
function newLedger(): WrittenLedger {
  const ledger = new WrittenLedger({ main: ISSUER })
  ledger.append(TODAY, [ledger.opening('main', NOW), ...many(599, 'first')])
  return ledger
}

interface Following {
  readonly follower: LedgerFollower
  readonly heads: Head[]
  /** What it reads from now on. */
  place: ReadResource
}

async function follow(ledger: WrittenLedger, seen: readonly Head[] = []): Promise<Following> {
  const following: { place: ReadResource } = { place: ledger.read }
  const heads: Head[] = []
  const follower = new LedgerFollower({
    read: (path) => following.place(path),
    policy: logPolicy(ledger.description.key),
    seen,
    onHeads: (changed) => {
      heads.push(...changed)
      return Promise.resolve()
    },
    now: () => NOW,
  })
  await follower.refresh()
  return Object.assign(following, { follower, heads })
}

const isLive = ({ follower }: Following, name: string): boolean =>
  follower.find(ISSUER, tokenIdBytes(hashedId('test', name)), hash(name)) === 'live'

const codeOf = ({ follower: { trouble } }: Following): string =>
  trouble instanceof MintmarkError ? trouble.code : String(trouble)

it('a follower knows up to which time of issue no token is missing, by entries of a signed head alone', async () => {
  const ledger = newLedger()
  const following = await follow(ledger)
  const covered = () => {
    const seconds = [-121, -120, -60, 0].map((each) => NOW + each * 1000 - 1)
    return seconds.filter((time) => following.follower.covers(ISSUER, time)).length
  }
  assert.equal(covered(), 2)
  const later = [...many(423, 'second'), issuance('last of a bundle', NOW + 60_000)]
  ledger.append(TODAY, later)
  const whole = ledger.read
  following.place = async (path) => {
    const bytes = await whole(path)
    return path.endsWith('entries/003') ? bytes && Uint8Array.from(bytes).fill(9, 200, 210) : bytes
  }
  await following.follower.refresh()
  assert.deepEqual([codeOf(following), covered()], ['LEDGER_BEHIND', 2])
  following.place = whole
  await following.follower.refresh()
  assert.deepEqual([codeOf(following), covered()], ['undefined', 3])
  await following.follower.stop()
})

it('a follower does not know what the ledger would say before it has read whose ledger it is', async () => {
  const ledger = newLedger()
  const follower = new LedgerFollower({
    read: ledger.read,
    live: {
      listen: () => Promise.resolve(undefined),
      ask: () => Promise.resolve({ state: 'recorded' }),
    },
    policy: logPolicy(ledger.description.key),
    now: () => NOW,
  })
  const asked = [tokenIdBytes(hashedId('test', 'acknowledged')), hash('acknowledged')] as const
  assert.equal((await follower.ask(ISSUER, ...asked)).state, 'failed')
  await follower.refresh()
  assert.equal((await follower.ask(ISSUER, ...asked)).state, 'recorded')
  assert.equal((await follower.ask('https://other.example', ...asked)).state, 'failed')
  await follower.stop()
})

describe('a follower of a ledger', () => {
  it('knows all recorded and newly recorded tokens, and no other', async () => {
    const ledger = newLedger()
    const following = await follow(ledger)
    assert.equal(following.follower.trouble, undefined)
    assert.equal(following.follower.liveTokens, 599)
    assert.ok(isLive(following, 'first-0') && isLive(following, 'first-598'))
    assert.ok(!isLive(following, 'second-0'))
    for (const [i, count] of [1, 3, 255, 256, 257, 600].entries()) {
      ledger.append(TODAY, many(count, `more-${i}`))
      await following.follower.refresh()
      assert.ok(isLive(following, `more-${i}-${count - 1}`))
    }
    await following.follower.stop()
  })

  it('goes on from shard to shard, and leaves out what has expired', async () => {
    const ledger = new WrittenLedger({ main: ISSUER })
    ledger.append(YESTERDAY, [
      ledger.opening('main', NOW - 86_400_000),
      issuance('expired', NOW - 86_000_000),
      issuance('late', NOW - 60_000),
    ])
    const following = await follow(ledger)
    ledger.append(TODAY, [ledger.opening('main', NOW, YESTERDAY), issuance('today')])
    await following.follower.refresh()
    assert.equal(following.follower.trouble, undefined)
    assert.deepEqual(
      ['expired', 'late', 'today'].map((name) => isLive(following, name)),
      [false, true, true],
    )
    const again = await follow(ledger, following.heads)
    assert.equal(again.follower.trouble, undefined)
    assert.ok(isLive(again, 'late') && isLive(again, 'today'))
    await Promise.all([following.follower.stop(), again.follower.stop()])
  })

  it('takes no checkpoint of a stranger, nor one that too few witnesses have seen', async () => {
    const ledger = newLedger()
    const strangers = generateKeyPairSync('ed25519').privateKey
    const stranger = new NoteSigner('ledger.example.org', 'log', strangers)
    const witness = new NoteSigner('w1.example.net', 'witness', strangers)
    const own = `log ${formatVerifierKey(ledger.description.key)}\n`
    const witnessed = `${own}witness w1 ${formatVerifierKey(witness.key)}\nquorum w1\n`
    const policies = [
      ['LEDGER_INVALID', logPolicy(stranger.key)],
      ['LEDGER_DAMAGED', parsePolicy(witnessed)],
    ] as const
    for (const [code, policy] of policies) {
      const follower = new LedgerFollower({ read: ledger.read, policy, now: () => NOW })
      await follower.refresh()
      assert.ok(follower.trouble instanceof MintmarkError)
      assert.equal(follower.trouble.code, code)
      assert.equal(follower.liveTokens, 0)
      await follower.stop()
    }
  })
})

/** Ways to change a ledger of 600 entries on its way, after it was followed or before. */
const forgeries: readonly {
  readonly name: string
  readonly code: string
  readonly place: (honest: WrittenLedger) => ReadResource
}[] = [
  {
    name: 'a fork of the same size, signed with the stolen key',
    code: 'LEDGER_BEHIND',
    place: () => fork(600).read,
  },
  {
    name: 'a fork that is longer',
    code: 'LEDGER_BEHIND',
    place: () => fork(700).read,
  },
  {
    name: "yesterday's back-up",
    code: 'LEDGER_BEHIND',
    place: () => {
      const ledger = new WrittenLedger({ main: ISSUER })
      ledger.append(TODAY, [ledger.opening('main', NOW), ...many(300, 'first')])
      return ledger.read
    },
  },
  {
    name: 'an earlier shard in the place of the newest',
    code: 'LEDGER_BEHIND',
    place: () => {
      const ledger = new WrittenLedger({ main: ISSUER })
      ledger.append(YESTERDAY, [ledger.opening('main', NOW), ...many(5, 'first')])
      return ledger.read
    },
  },
  {
    name: 'an empty ledger',
    code: 'LEDGER_BEHIND',
    place: () => new WrittenLedger({ main: ISSUER }).read,
  },
  {
    name: 'an entry that was put in on the way',
    code: 'LEDGER_BEHIND',
    place: (honest) => {
      honest.append(TODAY, many(10, 'next'))
      return async (path) => {
        const bytes = await honest.read(path)
        if (bytes === undefined || !path.includes('tile/entries/002')) return bytes
        const changed = Buffer.from(bytes)
        const end = changed.length - 2
        changed[end - 300] = (changed[end - 300] ?? 0) ^ 1
        return changed
      }
    },
  },
  {
    name: 'a bundle that is missing',
    code: 'LEDGER_DAMAGED',
    place: (honest) => {
      honest.append(TODAY, many(10, 'next'))
      return (path) =>
        path.includes('tile/entries/002') ? Promise.resolve(undefined) : honest.read(path)
    },
  },
  {
    name: 'a next shard that does not begin where this one ended',
    code: 'LEDGER_BEHIND',
    place: (honest) => {
      const opening = honest.opening('main', NOW, TODAY)
      honest.append(TODAY, many(1, 'too-late'))
      honest.append('main/2026-11-26', [opening, issuance('forged')])
      return honest.read
    },
  },
]

function fork(size: number): WrittenLedger {
  const ledger = new WrittenLedger({ main: ISSUER })
  ledger.append(TODAY, [
    ledger.opening('main', NOW),
    issuance('forged'),
    ...many(size - 2, 'first'),
  ])
  return ledger
}

describe('a follower that is lied to', () => {
  for (const { name, code, place } of forgeries)
    it(`keeps what it knows before ${name}`, async () => {
      const honest = newLedger()
      const following = await follow(honest)
      following.place = place(honest)
      await following.follower.refresh()
      assert.equal(codeOf(following), code)
      assert.ok(!isLive(following, 'forged') && !isLive(following, 'next-9'))
      assert.ok(isLive(following, 'first-298'))
      await following.follower.stop()
    })

  for (const { name, code, place } of forgeries
    .filter((each) => each.code === 'LEDGER_BEHIND')
    .slice(0, 5))
    it(`remembers heads, and does not begin with ${name}`, async () => {
      const first = await follow(newLedger())
      await first.follower.stop()
      const ledger = newLedger()
      const following = await follow(ledger, first.heads)
      assert.equal(following.follower.trouble, undefined)
      await following.follower.stop()
      const other = new WrittenLedger({ main: ISSUER })
      const read = place(ledger)
      const follower = new LedgerFollower({
        read,
        policy: logPolicy(other.description.key),
        seen: first.heads,
        now: () => NOW,
      })
      await follower.refresh()
      assert.ok(follower.trouble instanceof MintmarkError)
      assert.equal(follower.trouble.code, code)
      assert.equal(follower.liveTokens, 0)
      assert.equal(follower.ageMs, Number.POSITIVE_INFINITY)
      await follower.stop()
    })

  it('comes back by itself when the lie ends', async () => {
    const honest = newLedger()
    const following = await follow(honest)
    following.place = fork(700).read
    await following.follower.refresh()
    assert.equal(codeOf(following), 'LEDGER_BEHIND')
    honest.append(TODAY, [issuance(randomUUID()), issuance('after')])
    following.place = honest.read
    await following.follower.refresh()
    assert.equal(following.follower.trouble, undefined)
    assert.ok(isLive(following, 'after'))
    await following.follower.stop()
  })
})
