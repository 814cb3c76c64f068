/** What a ledger does, whatever it is kept in: imported once the store is named (`useStore`). */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { MintmarkError } from '@mintmark/core'
import {
  assertNotPruned,
  auditLedger,
  encodeEntry,
  hashLeaf,
  type Issuance,
  issuanceOf,
  logPolicy,
  openLedger,
  proveIssuance,
  type Revocation,
  type Sequencer,
  type ShardView,
  verifyInclusion,
  walkShards,
} from '../../src/index.ts'
import { newLedger, readerOf } from '../tested_store.ts'
import { ISSUER, issuance, signingInput } from '../tokens.ts'

await import('../sequence/clock_contract.ts')

const scratch = mkdtempSync(join(tmpdir(), 'mintmark-sequencer-'))
after(() => rmSync(scratch, { recursive: true, force: true }))

let made = 0
const newFolder = () => newLedger(join(scratch, String(made++)))

const refusal = (reason: string) => ({ code: 'ENTRY_REFUSED', facts: { reason } })

function revocationOf(entry: Issuance, revokedAtMs: number = Date.now()): Revocation {
  const { tokenId, inputHash, expiresMs, issuer } = entry
  return { kind: 'revocation', tokenId, inputHash, expiresMs, issuer, revokedAtMs }
}

async function newestShard(folder: string): Promise<ShardView> {
  const reader = await readerOf(folder)
  const shard = await reader.shard((await reader.newest('agency')) ?? '')
  assert.ok(shard !== undefined)
  return shard
}

const later = () => Date.now() + 2 * 3_600_000

/** Claims of a token that is made at a time and lives ten minutes. */
const madeAt = (ms: number) => ({ iat: ms / 1000, exp: ms / 1000 + 600 })

/** Runs `work` on a ledger, and closes it whatever happens. Somebody vouches for the clock that it begins with. */
async function using(
  folder: string,
  work: (ledger: Sequencer) => Promise<void>,
  now: () => number = Date.now,
): Promise<void> {
  const ledger = await openLedger(folder, { now, confirmedMs: now() })
  try {
    await work(ledger)
  } finally {
    await ledger.close()
  }
}

describe('an entry', () => {
  it('gets a place in which it is proven, over several openings', async () => {
    const folder = await newFolder()
    const placed: { entry: Issuance; index: number }[] = []
    for (let round = 0; round < 3; round++) {
      await using(folder, async (ledger) => {
        const entries = Array.from({ length: 300 }, () => issuance())
        const receipts = await Promise.all(entries.map((entry) => ledger.append(entry)))
        for (const [i, entry] of entries.entries())
          placed.push({ entry, index: receipts[i]?.index ?? -1 })
      })
      const { head, tree } = await newestShard(folder)
      assert.equal(head.size, 1 + placed.length)
      for (const { entry, index } of placed) {
        const leaf = hashLeaf(encodeEntry(entry))
        const proof = await tree.inclusion(index)
        assert.ok(verifyInclusion({ index, size: head.size, leaf, proof, root: head.root }))
      }
    }
  })

  it('that is already recorded gets its old position again, also after a restart', async () => {
    const folder = await newFolder()
    const entry = issuance()
    let first: unknown
    await using(folder, async (ledger) => {
      const [one, two] = await Promise.all([ledger.append(entry), ledger.append(entry)])
      assert.deepEqual(two, { ...one, isRepeated: true })
      first = one
    })
    await using(folder, async (ledger) => {
      assert.deepEqual({ ...(await ledger.append(entry)), isRepeated: false }, first)
    })
  })
})

describe('a token id', () => {
  it('belongs to one token for as long as it lives', async () => {
    const folder = await newFolder()
    const jti = '22608a25-1d9b-44b5-b0f2-cb94f06b2d00'
    const other = () => issuance({ jti, sub: 'mallory' })
    await using(folder, async (ledger) => {
      await ledger.append(issuance({ jti }))
      await assert.rejects(ledger.append(other()), refusal('token-id-taken'))
      await assert.rejects(Promise.all([other(), other()].map((entry) => ledger.append(entry))))
    })
    await using(folder, (ledger) =>
      assert.rejects(ledger.append(other()), refusal('token-id-taken')),
    )
    const nowSeconds = later() / 1000
    await using(
      folder,
      async (ledger) => {
        await ledger.append(issuance({ jti, iat: nowSeconds, exp: nowSeconds + 60 }))
      },
      later,
    )
  })
})

it('the same token id under two issuers is two tokens', async () => {
  const issuers = new Map([
    ['agency', ISSUER],
    ['other', 'https://other.example'],
  ])
  const folder = await newLedger(join(scratch, 'issuers'), { issuers })
  const jti = '22608a25-1d9b-44b5-b0f2-cb94f06b2d00'
  await using(folder, async (ledger) => {
    const other = issuance({ jti, iss: 'https://other.example' })
    const appends = [issuance({ jti }), other, revocationOf(other)]
    const receipts = await Promise.all(appends.map((entry) => ledger.append(entry)))
    assert.deepEqual(
      receipts.map(({ shard, index }) => `${shard.split('/')[0]} ${index}`),
      ['agency 1', 'other 1', 'other 2'],
    )
  })
  const reader = await readerOf(folder)
  const policy = logPolicy(reader.description.key)
  const report = await auditLedger(reader, { policy, seen: [], nowMs: Date.now() })
  assert.deepEqual([report.findings, report.shards, report.revocations], [[], 2, 1])
})

/** Claims whose numbers are seconds from now. */
function fromNow(claims: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const nowSeconds = Math.floor(Date.now() / 1000)
  const placed = Object.entries(claims).map(([name, value]) => [
    name,
    typeof value === 'number' ? nowSeconds + value : value,
  ])
  return Object.fromEntries(placed)
}

describe('a ledger refuses', () => {
  // Times are seconds from when the token comes: on a busy machine that is long after this.
  const refused: readonly (readonly [string, Record<string, unknown>, string])[] = [
    ['another issuer', { iss: 'https://id.example.com' }, 'issuer-unknown'],
    ['a token that has expired', { iat: -600, exp: -300 }, 'expired'],
    ['a token that lives too long', { exp: 7200 }, 'lifetime'],
    ['a token that ends before it begins', { iat: 30, exp: 0 }, 'lifetime'],
    ['a token of five minutes ago', { iat: -300, exp: 300 }, 'issued-at'],
    ['a token of tomorrow', { iat: 86_400, exp: 86_500 }, 'issued-at'],
  ]
  for (const [name, claims, reason] of refused) {
    it(`${name}, and takes what came with it`, async () => {
      const folder = await newFolder()
      await using(folder, async (ledger) => {
        const good = ledger.append(issuance())
        await assert.rejects(ledger.append(issuance(fromNow(claims))), refusal(reason))
        assert.equal((await good).index, 1)
      })
      assert.equal((await newestShard(folder)).head.size, 2)
    })
  }

  it('no revocation of a token that a clock of the allowed difference takes for live', async () => {
    const seconds = Math.floor(Date.now() / 1000)
    const entry = issuance({ iat: seconds - 40, exp: seconds - 20 })
    await using(await newFolder(), async (ledger) => {
      await ledger.append(entry)
      assert.equal((await ledger.append(revocationOf(entry))).isRepeated, false)
    })
  })

  it('a revocation of no token that lives, and records one once', async () => {
    const folder = await newFolder()
    const entry = issuance()
    await using(folder, async (ledger) => {
      await assert.rejects(ledger.append(revocationOf(entry)), refusal('not-issued'))
      await ledger.append(entry)
      const receipt = await ledger.append(revocationOf(entry))
      assert.deepEqual([receipt.index, receipt.isRepeated], [2, false])
      assert.equal((await ledger.append(revocationOf(entry))).isRepeated, true)
      const inputHash = issuance().inputHash
      await assert.rejects(
        ledger.append({ ...revocationOf(entry), inputHash }),
        refusal('not-issued'),
      )
    })
    await using(folder, async (ledger) => {
      assert.equal((await ledger.append(revocationOf(entry))).isRepeated, true)
    })
  })
})

describe('a shard', () => {
  it('is opened with a new day, and names how the last one ended', async () => {
    const folder = await newFolder()
    const day = 86_400_000
    const start = Date.parse('2026-11-25T12:00:00Z')
    for (const at of [0, 1, 3]) {
      const nowMs = start + at * day
      const iat = nowMs / 1000
      await using(
        folder,
        async (ledger) => {
          await ledger.append(issuance({ iat, exp: iat + 600 }))
        },
        () => nowMs,
      )
    }
    const chain: string[] = []
    for await (const { shard, opening } of walkShards(await readerOf(folder), 'agency')) {
      assert.equal(opening?.issuer, ISSUER)
      chain.push(`${shard.path} ${opening.previousOrigin} ${opening.previousSize}`)
    }
    assert.deepEqual(chain, [
      'agency/2026-11-28 ledger.example.org/agency/2026-11-26 2',
      'agency/2026-11-26 ledger.example.org/agency/2026-11-25 2',
      'agency/2026-11-25  0',
    ])
  })

  it('goes on when the clock is set back', async () => {
    const folder = await newFolder()
    const nowMs = Date.parse('2026-11-25T00:00:30Z')
    let clock = nowMs
    await using(
      folder,
      async (ledger) => {
        await ledger.append(issuance(madeAt(nowMs)))
        clock = nowMs - 60_000
        const { shard, index } = await ledger.append(issuance(madeAt(clock)))
        assert.deepEqual([shard, index], ['agency/2026-11-25', 2])
      },
      () => clock,
    )
  })
})

describe('a ledger', () => {
  it('takes nothing after it was closed', async () => {
    const ledger = await openLedger(await newFolder(), { now: Date.now })
    await ledger.close()
    await assert.rejects(ledger.append(issuance()), { code: 'LEDGER_FAILED' })
  })
})

describe('an opening', () => {
  it('is refused while another one has the ledger', async () => {
    const folder = await newFolder()
    await using(folder, async () => {
      await assert.rejects(openLedger(folder, { now: Date.now }), { code: 'LEDGER_BUSY' })
    })
    await using(folder, async (ledger) => {
      await ledger.append(issuance())
    })
  })
})

describe('heads that others have seen', () => {
  it('must be in the ledger, or it does not start', async () => {
    const folder = await newFolder()
    await using(folder, async (ledger) => {
      await Promise.all(Array.from({ length: 5 }, () => ledger.append(issuance())))
    })
    const { head } = await newestShard(folder)
    const openKnowing = (seen: { origin: string; size: number; root?: Uint8Array }) =>
      openLedger(folder, { now: Date.now, seen: [{ root: undefined, ...seen }] })
    const behind = { code: 'LEDGER_BEHIND' }
    await assert.rejects(openKnowing({ origin: head.origin, size: head.size + 1 }), behind)
    await assert.rejects(openKnowing({ ...head, root: new Uint8Array(32) }), behind)
    await assert.rejects(openKnowing({ ...head, size: head.size - 1 }), behind)
    await assert.rejects(
      openKnowing({ origin: 'ledger.example.org/agency/2099-01-01', size: 1 }),
      behind,
    )
    for (const fine of [head, { origin: head.origin, size: 3 }, { origin: 'other', size: 99 }])
      await (await openKnowing(fine)).close()
  })
})

it('a signing input that cannot be recorded is refused without a word of it', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['', ''],
    [signingInput({ jti: 7 }), 'jti'],
    [signingInput({ mintmark_salt: 'short' }), 'mintmark_salt'],
    [signingInput({ iat: '7' }), 'iat'],
    [signingInput({ aud: { secret: 'word' } }), 'aud'],
    [`${signingInput()}=`, ''],
  ]
  for (const [input, claim] of cases) {
    assert.throws(
      () => issuanceOf(input),
      (error: unknown) => {
        assert.ok(error instanceof MintmarkError)
        assert.deepEqual([error.code, error.facts['claim']], ['ENTRY_REFUSED', claim])
        return !JSON.stringify(error).includes('word')
      },
    )
  }
})

async function audited(folder: string, nowMs: number) {
  const reader = await readerOf(folder)
  const policy = logPolicy(reader.description.key)
  return await auditLedger(reader, { policy, seen: [], nowMs })
}

describe('a ledger that keeps entries for two days', () => {
  const DAY = 86_400_000
  const start = Date.parse('2026-11-20T12:00:00Z')

  async function lived(days: number): Promise<string> {
    const folder = await newLedger(join(scratch, `kept-${days}`), { retentionDays: 2 })
    for (let day = 0; day < days; day++) {
      const nowMs = start + day * DAY
      const work = async (ledger: Sequencer) => void (await ledger.append(issuance(madeAt(nowMs))))
      await using(folder, work, () => nowMs)
    }
    return folder
  }

  it('takes older shards away, keeps their checkpoints, and passes an audit', async () => {
    const folder = await lived(6)
    await using(
      folder,
      async () => {},
      () => start + 5 * DAY,
    )
    const report = await audited(folder, start + 5 * DAY)
    assert.deepEqual(report.findings, [])
    assert.deepEqual(report.pruned, ['agency/2026-11-22'])
    assert.equal(report.issuances, 3)
    const oldest = await (await readerOf(folder)).shard('agency/2026-11-20')
    assert.equal(oldest?.head.size, 2)
    const reader = await readerOf(folder)
    const of = (day: number) => issuance({ ...madeAt(start + day * DAY), jti: `day-${day}` })
    // Nobody knows any more whether a token of that day was recorded.
    await assert.rejects(proveIssuance(reader, of(1)), { code: 'LEDGER_MISSING' })
    assert.equal(await proveIssuance(reader, of(5)), undefined)
    await assert.rejects(assertNotPruned(reader, 'agency/2026-11-20'), { code: 'LEDGER_MISSING' })
    await assertNotPruned(reader, 'agency/2026-11-25')
  })

  it('takes nothing away because a clock stands wrong', async () => {
    const folder = await lived(2)
    const wrong = start + 400 * DAY
    await using(
      folder,
      async () => {},
      () => wrong,
    )
    const report = await audited(folder, start + DAY)
    assert.deepEqual([report.findings, report.pruned, report.issuances], [[], [], 2])
  })
})
