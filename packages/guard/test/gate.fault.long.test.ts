/**
 * A signing gate over a ledger whose disk fails or loses its power at every one of its operations.
 * After each, the ledger is opened again and followed anew: every token that was given out must be let in, and every one
 * whose revocation was acknowledged must not. There is no signature over what is not durable.
 */
import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { MintmarkError } from '@mintmark/core'
import {
  createFolderLedger,
  type Description,
  issuanceOf,
  logPolicy,
  openFolderLedger,
  tokenIdBytes,
} from '@mintmark/ledger'
import { type Fault, SimulatedDisk } from '@mintmark/testkit'
import { LedgerFollower, revocationOf, SigningGate } from '../src/index.ts'
import { claims, ENTERPRISE, newKey } from './guard_world.ts'

const FOLDER = '/ledger'
const START = Date.parse('2026-11-25T23:59:58Z')
const DAY = 86_400_000
/** Seeds of what survives, at each place. */
const SEEDS = Number(process.env['FAULT_SEEDS'] ?? 1)
const DESCRIPTION: Omit<Description, 'key'> = {
  name: 'ledger.example.org',
  period: 'day',
  issuers: new Map([['agency', ENTERPRISE]]),
  maxLifetimeMs: 3_600_000,
  skewMs: 60_000,
  retentionDays: undefined,
}
/** Tokens that are asked for at once, how many of them are revoked then, and whether a new day begins before. */
const STEPS: readonly (readonly [number, number, boolean])[] = [
  [3, 1, false],
  [20, 0, false],
  [2, 2, true],
  [1, 0, false],
]
const { kid, privateKey } = newKey('own-1', ENTERPRISE)

/** What left the gate, and which of it is revoked for certain. */
interface Given {
  readonly tokens: Set<string>
  readonly revoked: Set<string>
  /** A revocation that nobody acknowledged may hold or not. */
  readonly doubtful: Set<string>
}

const newGiven = (): Given => ({ tokens: new Set(), revoked: new Set(), doubtful: new Set() })

/** Opens the ledger, mints and revokes, and closes it; ends early when the disk does. */
async function live(disk: SimulatedDisk, given: Given): Promise<void> {
  let nowMs = START
  const now = () => nowMs
  const options = { now, elapsed: now, files: disk, segmentBytes: 4000, publishIntervalMs: 0 }
  const ledger = await openFolderLedger(FOLDER, options)
  const record = (entry: Parameters<typeof ledger.append>[0]) => ledger.append(entry)
  const gate = new SigningGate({ record, kid, alg: 'ES256', privateKey })
  const mint = async (): Promise<string> => {
    const { token } = await gate.mint(claims({ iat: nowMs / 1000, exp: nowMs / 1000 + 600 }))
    given.tokens.add(token)
    return token
  }
  const revoke = async (token: string): Promise<void> => {
    given.doubtful.add(token)
    await record(revocationOf(token, nowMs))
    given.revoked.add(token)
  }
  try {
    for (const [count, revocations, isNextDay] of STEPS) {
      if (isNextDay) nowMs += DAY
      const asked = await Promise.allSettled(Array.from({ length: count }, mint))
      const tokens = asked.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
      await Promise.all(tokens.slice(0, revocations).map(revoke))
      for (const each of asked) if (each.status === 'rejected') throw each.reason
    }
  } finally {
    await ledger.close()
  }
}

/** What a verifier that has never seen this ledger says of each token. */
async function check(disk: SimulatedDisk, given: Given): Promise<void> {
  const ledger = await openFolderLedger(FOLDER, { now: () => START + DAY, files: disk })
  await ledger.close()
  const follower = new LedgerFollower({
    read: (path) => disk.read(`${FOLDER}/public/${path}`),
    policy: logPolicy(description.key),
    // Nothing has expired: tokens of both days are asked for.
    now: () => START,
  })
  await follower.refresh()
  assert.equal(follower.trouble, undefined)
  for (const token of given.tokens) {
    const { tokenId, inputHash } = issuanceOf(token.slice(0, token.lastIndexOf('.')))
    const found = follower.find(ENTERPRISE, tokenIdBytes(tokenId), inputHash)
    if (given.revoked.has(token)) assert.equal(found, 'revoked')
    else if (given.doubtful.has(token)) assert.match(found, /^(?:live|revoked)$/)
    else assert.equal(found, 'live', 'a token that was signed')
  }
  await follower.stop()
}

let description: Description

describe('a signing gate over a disk that fails', () => {
  let fresh: SimulatedDisk
  let operations = 0

  before(async () => {
    fresh = new SimulatedDisk()
    description = await createFolderLedger(FOLDER, DESCRIPTION, fresh)
    const disk = fresh.copy()
    disk.failAt(Number.POSITIVE_INFINITY, 'cut', 1)
    const given = newGiven()
    await live(disk, given)
    assert.deepEqual([given.tokens.size, given.revoked.size], [26, 3])
    await check(disk, given)
    operations = disk.operations
  })

  /** Lets operation `n` fail, and says whether what was given out is there. */
  async function failing(n: number, fault: Fault, seed: number): Promise<number> {
    const disk = fresh.copy()
    disk.failAt(n, fault, seed)
    const given = newGiven()
    try {
      await live(disk, given)
    } catch (error) {
      const isTold = error instanceof MintmarkError || (error instanceof Error && 'code' in error)
      if (!isTold) throw error
    }
    await check(fault === 'cut' ? disk.afterCut(seed) : disk.heal(), given)
    return given.tokens.size
  }

  for (const fault of ['cut', 'error', 'full'] as const) {
    it(`has signed nothing that is not recorded, whichever operation it is: ${fault}`, async () => {
      assert.ok(operations > 60, `${operations} operations`)
      const counts = new Set<number>()
      for (let n = 1; n <= operations; n++)
        for (let seed = 1; seed <= SEEDS; seed++)
          counts.add(
            await failing(n, fault, 1000 * n + seed).catch((cause: unknown) => {
              const why = cause instanceof Error ? cause.stack : String(cause)
              throw new Error(`operation ${n} of ${operations}, seed ${1000 * n + seed}: ${why}`)
            }),
          )
      // The faults fell before, between and after the signatures.
      assert.ok(counts.has(0) && counts.has(3) && counts.has(26), [...counts].join(' '))
    })
  }
})
