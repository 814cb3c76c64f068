/**
 * What a ledger remembers of live tokens, started from what was kept for it and from the entries alone.
 * Histories are made at random: tokens of several lifetimes, revocations, ids that come again, a clock that goes on, and
 * openings in between. The ledger at work, one that is started after a kill, and one that has nothing but its entries must say the
 * same of every token.
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { SimulatedDisk } from '@mintmark/testkit'
import * as fc from 'fast-check'
import { type Issuance, openFolderLedger, type Sequencer } from '../../src/index.ts'
import { tokenIdBytes } from '../../src/tree/entry.ts'
import { newLedgerOn } from '../ledger_folder.ts'
import { issuance } from '../tokens.ts'

const numRuns = Math.ceil(Number(process.env['FUZZ_RUNS'] ?? 200) / 8)
const FOLDER = '/ledger'
const LIVE = `${FOLDER}/private/live`
const START = Date.parse('2026-11-25T22:50:00Z')
/** Of these tests: what makes a file. */
const RECORDS = 40

/** Counts entry bundles that are read. */
class WatchedDisk {
  readonly files: SimulatedDisk
  bundles = 0

  constructor(disk: SimulatedDisk) {
    this.files = disk
    const read = disk.read.bind(disk)
    disk.read = async (path) => {
      if (path.includes('/tile/entries/')) this.bundles++
      return await read(path)
    }
  }
}

const open = (disk: SimulatedDisk, nowMs: number, notices: string[] = []) =>
  openFolderLedger(FOLDER, {
    now: () => nowMs,
    files: disk,
    runRecords: RECORDS,
    onNotice: (text) => notices.push(text),
  })

/** What the ledger says of each of these tokens. */
function answers(ledger: Sequencer, tokens: readonly Issuance[]): unknown[] {
  return tokens.map(({ tokenId, inputHash }) =>
    ledger.find('agency', tokenIdBytes(tokenId), inputHash),
  )
}

/** A disk without what was kept. */
function withoutKept(disk: SimulatedDisk): SimulatedDisk {
  const copy = disk.copy()
  void copy.remove(LIVE)
  return copy
}

async function answersOf(
  disk: SimulatedDisk,
  nowMs: number,
  tokens: readonly Issuance[],
): Promise<{ said: unknown[]; notices: string[]; bundles: number }> {
  const notices: string[] = []
  const watched = new WatchedDisk(disk)
  const ledger = await open(disk, nowMs, notices)
  const { bundles } = watched
  const said = answers(ledger, tokens)
  await ledger.close()
  return { said, notices, bundles }
}

/** Names of the files that are kept of a shard, those of the first entries first. */
async function keptOf(disk: SimulatedDisk, shard = 'agency/2026-11-25'): Promise<string[]> {
  const names = await disk.list(`${LIVE}/${shard}`)
  return names
    .toSorted((a, b) => Number(a.split('-')[0]) - Number(b.split('-')[0]))
    .map((name) => `${LIVE}/${shard}/${name}`)
}

/** Puts what one disk has for a start in the place of what the other has. */
async function moveKept(from: SimulatedDisk, to: SimulatedDisk): Promise<void> {
  await to.remove(LIVE)
  await to.makeFolder(`${LIVE}/agency/2026-11-25`)
  for (const path of await keptOf(from)) {
    // oxlint-disable-next-line no-await-in-loop -- a few
    await to.write(path, (await from.read(path)) ?? Buffer.alloc(0))
  }
}

const tokenAt = (nowMs: number, lifetimeMs: number, jti?: string) =>
  issuance({
    iat: nowMs / 1000,
    exp: (nowMs + lifetimeMs) / 1000,
    ...(jti !== undefined && { jti }),
  })

type Step =
  | {
      readonly kind: 'issue'
      readonly count: number
      readonly lifetimeMs: number
      readonly id: number
    }
  | { readonly kind: 'revoke'; readonly which: number }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'reopen' }

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('issue' as const),
        count: fc.integer({ min: 1, max: 60 }),
        lifetimeMs: fc.constantFrom(10_000, 600_000, 3_600_000),
        id: fc.nat(3),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('revoke' as const), which: fc.nat(200) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('wait' as const),
        ms: fc.constantFrom(1000, 300_000, 3_900_000),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ kind: 'reopen' as const }) },
  ),
  { minLength: 5, maxLength: 25 },
)

/** Takes the steps, and compares at the end. */
async function lived(list: readonly Step[]): Promise<void> {
  const disk = new SimulatedDisk()
  await newLedgerOn(disk, FOLDER, { period: 'hour' })
  let nowMs = START
  const tokens: Issuance[] = []
  const openNow = () =>
    openFolderLedger(FOLDER, {
      now: () => nowMs,
      elapsed: () => nowMs,
      files: disk,
      runRecords: RECORDS,
    })
  let ledger = await openNow()
  for (const step of list) {
    /* oxlint-disable no-await-in-loop -- one step after the other */
    if (step.kind === 'wait') nowMs += step.ms
    else if (step.kind === 'reopen') {
      await ledger.close()
      ledger = await openNow()
    } else if (step.kind === 'issue') {
      const known = `22608a25-1d9b-44b5-b0f2-cb94f06b2d0${step.id}`
      const batch = Array.from({ length: step.count }, (_, i) =>
        tokenAt(nowMs, step.lifetimeMs, i === 0 ? known : undefined),
      )
      const done = await Promise.allSettled(batch.map((entry) => ledger.append(entry)))
      tokens.push(...batch.filter((_, i) => done[i]?.status === 'fulfilled'))
    } else {
      const { tokenId, inputHash, expiresMs, issuer } = tokens[step.which] ?? tokenAt(nowMs, 1000)
      const entry = { tokenId, inputHash, expiresMs, issuer, revokedAtMs: nowMs }
      await ledger.append({ kind: 'revocation', ...entry }).catch(() => undefined)
    }
    /* oxlint-enable no-await-in-loop */
  }
  // Whatever was in the background is done: a kill now leaves what is there.
  await new Promise((resolve) => setTimeout(resolve, 2))
  const killed = disk.copy()
  const said = answers(ledger, tokens)
  await ledger.close()
  const alone = withoutKept(killed)
  assert.deepEqual((await answersOf(killed, nowMs, tokens)).said, said, 'from what was kept')
  assert.deepEqual((await answersOf(alone, nowMs, tokens)).said, said, 'from the entries')
}

describe('a ledger that starts', () => {
  it('says of each token what it said before, from what was kept and from the entries', async () => {
    await fc.assert(fc.asyncProperty(steps, lived), { numRuns })
  })
})

/** A shard of which the first 600 tokens have expired, and the last 500 live. @returns the disk as a kill leaves it */
async function longShard(): Promise<{ disk: SimulatedDisk; nowMs: number; tokens: Issuance[] }> {
  const disk = new SimulatedDisk()
  await newLedgerOn(disk, FOLDER)
  let nowMs = Date.parse('2026-11-25T08:00:00Z')
  const ledger = await openFolderLedger(FOLDER, {
    now: () => nowMs,
    elapsed: () => nowMs,
    files: disk,
    runRecords: RECORDS,
    segmentBytes: 20_000,
  })
  const tokens: Issuance[] = []
  for (let round = 0; round < 110; round++) {
    if (round === 60) nowMs += 7_200_000
    const batch = Array.from({ length: 10 }, () => tokenAt(nowMs, 3_000_000))
    // oxlint-disable-next-line no-await-in-loop -- one batch after the other
    await Promise.all(batch.map((entry) => ledger.append(entry)))
    tokens.push(...batch)
  }
  await ledger.publishedAfter(0, AbortSignal.timeout(120_000))
  await new Promise((resolve) => setTimeout(resolve, 200))
  const killed = disk.copy()
  await ledger.close()
  return { disk: killed, nowMs, tokens }
}

describe('tokens that live longer than later ones', () => {
  it('are known to the next start, however many files of expired ones lie between', async () => {
    const disk = new SimulatedDisk()
    await newLedgerOn(disk, FOLDER)
    let nowMs = Date.parse('2026-11-25T08:00:00Z')
    const ledger = await openFolderLedger(FOLDER, {
      now: () => nowMs,
      elapsed: () => nowMs,
      files: disk,
      runRecords: RECORDS,
    })
    const tokens: Issuance[] = []
    for (const lifetimeMs of [3_600_000, 10_000, 10_000, 10_000, 600_000]) {
      const batch = Array.from({ length: 50 }, () => tokenAt(nowMs, lifetimeMs))
      // oxlint-disable-next-line no-await-in-loop -- one batch after the other
      await Promise.all(batch.map((entry) => ledger.append(entry)))
      tokens.push(...batch)
      nowMs += 200_000
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
    const killed = disk.copy()
    await ledger.close()
    assert.ok((await keptOf(killed)).length >= 4)
    const { said, notices } = await answersOf(killed, nowMs, tokens)
    assert.deepEqual(notices, [])
    assert.equal(said.slice(0, 50).filter((each) => typeof each === 'object').length, 50)
    assert.deepEqual(said, (await answersOf(withoutKept(killed), nowMs, tokens)).said)
  })
})

function turned(bytes: Buffer, at: number): Buffer {
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at)
  return bytes
}

describe('state that is stored for a start', () => {
  it('spares it all entries but the last, and goes when its tokens have expired', async () => {
    const { disk, nowMs, tokens } = await longShard()
    const kept = await keptOf(disk)
    const firsts = kept.map((path) => Number(/(\d+)-\d+$/.exec(path)?.[1]))
    assert.ok((firsts[0] ?? 0) > 500, `entries of before are kept: ${firsts[0]}`)
    const { said, notices, bundles } = await answersOf(disk.copy(), nowMs, tokens)
    // The newest bundle, perhaps the one before; a shard of 1,100 entries has five.
    assert.ok(bundles <= 2, `${bundles} bundles are read`)
    const alone = await answersOf(withoutKept(disk), nowMs, tokens)
    // And the newest again, for when it was made.
    assert.equal(alone.bundles, 6)
    assert.deepEqual(said, alone.said)
    assert.equal(said.filter((each) => each !== undefined).length, 500)
    assert.deepEqual(notices, [])
  })

  const damages: readonly (readonly [string, (bytes: Buffer) => Uint8Array])[] = [
    ['with a bit that is turned', (bytes) => turned(bytes, 900)],
    ['with a bit of its header that is turned', (bytes) => turned(bytes, 40)],
    ['that is cut', (bytes) => bytes.subarray(0, 700)],
    ['that is empty', () => Buffer.alloc(0)],
    ['of zeros', (bytes) => Buffer.alloc(bytes.length)],
  ]
  for (const [what, damage] of damages)
    it(`is not used ${what}: the entries are read instead, and a notice says so`, async () => {
      const { disk, nowMs, tokens } = await longShard()
      const { said } = await answersOf(withoutKept(disk), nowMs, tokens)
      const [, second = '', third = ''] = (await keptOf(disk)).slice(-4)
      const found = disk.copy()
      await found.write(second, damage(Buffer.from((await found.read(second)) ?? [])))
      await found.remove(third)
      const damaged = await answersOf(found, nowMs, tokens)
      assert.deepEqual(damaged.said, said)
      assert.match(
        damaged.notices.join('\n'),
        /^agency\/\S+, stored for a quick start, is not used: it is damaged$/,
      )
      // What was read is kept again: the next start is quick, and has nothing to say.
      const again = await answersOf(found, nowMs, tokens)
      assert.deepEqual([again.said, again.notices], [said, []])
    })
})

describe('what was kept by another ledger, or at another time', () => {
  it('is not believed of another history of the same shard', async () => {
    const [own, other] = [await longShard(), await longShard()]
    const { said } = await answersOf(withoutKept(own.disk), own.nowMs, own.tokens)
    for (const path of await keptOf(own.disk)) {
      const theirs = await other.disk.read(path)
      if (theirs !== undefined) await own.disk.write(path, theirs)
    }
    const mixed = await answersOf(own.disk, own.nowMs, own.tokens)
    assert.deepEqual(mixed.said, said)
    assert.match(mixed.notices.join('\n'), /it is of another history/)
  })

  it('is not believed under the name of other entries', async () => {
    const { disk, nowMs, tokens } = await longShard()
    const { said } = await answersOf(withoutKept(disk), nowMs, tokens)
    const [first = '', second = ''] = (await keptOf(disk)).slice(-2)
    await disk.write(second, (await disk.read(first)) ?? Buffer.alloc(0))
    const mixed = await answersOf(disk, nowMs, tokens)
    assert.deepEqual(mixed.said, said)
    assert.match(mixed.notices.join('\n'), /it is of other entries/)
  })

  it('is not believed where it is newer than the ledger, and does where it is older', async () => {
    const { disk, nowMs, tokens } = await longShard()
    const older = disk.copy()
    const ledger = await open(disk, nowMs)
    const more = Array.from({ length: 90 }, () => tokenAt(nowMs, 3_000_000))
    await Promise.all(more.map((entry) => ledger.append(entry)))
    await ledger.close()
    const { said } = await answersOf(withoutKept(disk), nowMs, tokens)
    const [newer, restored] = [disk.copy(), older.copy()]
    await moveKept(older, newer)
    await moveKept(disk, restored)
    const fromOlder = await answersOf(newer, nowMs, tokens)
    assert.deepEqual([fromOlder.said, fromOlder.notices], [said, []])
    const fromNewer = await answersOf(restored, nowMs, [...tokens, ...more])
    assert.deepEqual(fromNewer.said, [...said, ...more.map(() => undefined)])
    assert.match(fromNewer.notices.join('\n'), /it is of \d+ entries, and the ledger has 1101/)
  })
})

describe('what cannot be read', () => {
  it('stops no start: the entries are read instead', async () => {
    const { disk, nowMs, tokens } = await longShard()
    const { said } = await answersOf(withoutKept(disk), nowMs, tokens)
    const read = disk.read.bind(disk)
    disk.read = async (path) => {
      if (path.startsWith(LIVE)) throw Object.assign(new Error('broken'), { code: 'EIO' })
      return await read(path)
    }
    const found = await answersOf(disk, nowMs, tokens)
    assert.deepEqual(found.said, said)
    assert.match(found.notices.join('\n'), /is not used: it cannot be read/)
  })

  it('leaves each file that lies over another to that one', async () => {
    const { disk, nowMs, tokens } = await longShard()
    const { said } = await answersOf(withoutKept(disk), nowMs, tokens)
    const [path = '', , , , last = ''] = (await keptOf(disk)).slice(-6)
    const [, first = '', end = ''] = /(\d+)-(\d+)$/.exec(last) ?? []
    // As a start from entries leaves it, which cuts them elsewhere.
    const folder = path.slice(0, path.lastIndexOf('/'))
    await disk.write(`${folder}/${Number(first) - 7}-${Number(end) - 1}`, Buffer.alloc(9))
    const found = await answersOf(disk, nowMs, tokens)
    assert.deepEqual([found.said, found.notices], [said, []])
  })
})

describe('state that cannot be stored', () => {
  it('stops nothing, and is reported once', async () => {
    const disk = new SimulatedDisk()
    await newLedgerOn(disk, FOLDER)
    const write = disk.write.bind(disk)
    disk.write = async (path, bytes) => {
      if (path.startsWith(LIVE)) throw Object.assign(new Error('no room'), { code: 'ENOSPC' })
      await write(path, bytes)
    }
    const notices: string[] = []
    const nowMs = START
    const ledger = await open(disk, nowMs, notices)
    for (let round = 0; round < 12; round++) {
      const batch = Array.from({ length: 20 }, () => tokenAt(nowMs, 600_000))
      // oxlint-disable-next-line no-await-in-loop -- one batch after the other
      await Promise.all(batch.map((entry) => ledger.append(entry)))
    }
    await ledger.close()
    assert.deepEqual(notices, ['files for a quick start cannot be stored: no room'])
    assert.deepEqual(await keptOf(disk), [])
  })
})
