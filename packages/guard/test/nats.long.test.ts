/** A ledger that hands on what it publishes to a real NATS server, and a guard's follower that is brought it. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import {
  createFolderLedger,
  diskFiles,
  type Issuance,
  issuanceOf,
  logPolicy,
  newSalt,
  openFolderLedger,
  type ReadResource,
  SALT_CLAIM,
  type Sequencer,
  tokenIdBytes,
} from '@mintmark/ledger'
import { natsMissing, startNats } from '@mintmark/testkit'
import { NatsStream } from '../src/follow/nats_stream.ts'
import { FanOut, LedgerFollower, type NatsAddress, natsFeed } from '../src/index.ts'
import { claims, ENTERPRISE } from './guard_world.ts'

const PATIENCE_MS = 60_000

const skip = natsMissing()
if (process.env['CI'] === 'true' && skip !== false) throw new Error(`missing under CI: ${skip}`)
const server = skip === false ? await startNats() : undefined
const scratch = mkdtempSync(join(tmpdir(), 'mintmark-nats-test-'))
after(async () => {
  await server?.stop()
  rmSync(scratch, { recursive: true, force: true })
})

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

function issuance(): Issuance {
  const header = part({ alg: 'ES256', kid: 'k1', typ: 'at+jwt' })
  return issuanceOf(`${header}.${part({ ...claims(), [SALT_CLAIM]: newSalt() })}`)
}

async function until(condition: () => boolean, what: string): Promise<void> {
  for (const end = Date.now() + PATIENCE_MS; !condition(); ) {
    assert.ok(Date.now() < end, `waited for too long: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

interface Following {
  readonly follower: LedgerFollower
  /** Tiles that were read. */
  readonly tiles: string[]
  /** Whether nothing of the ledger can be read; or no tiles. */
  cut: 'nothing' | 'tiles' | 'all'
  readonly lines: boolean[]
}

let made = 0

/** A ledger in a folder, which hands on to a stream of its own. */
async function newWorld() {
  const folder = join(scratch, String(made))
  const { key } = await createFolderLedger(folder, {
    name: 'ledger.example.org',
    period: 'year',
    issuers: new Map([['ag.ency', ENTERPRISE]]),
    maxLifetimeMs: 3_600_000,
    skewMs: 60_000,
    retentionDays: undefined,
  })
  const ledger = await openFolderLedger(folder, { now: Date.now })
  const read: ReadResource = (path) => diskFiles.read(join(folder, 'public', path))
  const address: NatsAddress = {
    url: server?.url ?? '',
    stream: `ledger-${made++}`,
    credentialsFile: undefined,
  }
  const troubles: unknown[] = []
  const onTrouble = (cause: unknown) => troubles.push(cause)
  const fanOut = new FanOut({ read, publications: ledger, address, onTrouble })
  const follow = (isPushed: boolean): Following => {
    const following: Omit<Following, 'follower'> = { tiles: [], cut: 'nothing', lines: [] }
    const follower = new LedgerFollower({
      read: (path) => {
        const isTile = path.includes('/tile/')
        if (isTile) following.tiles.push(path)
        if (following.cut === 'all' || (following.cut === 'tiles' && isTile))
          return Promise.reject(new Error('the line is cut'))
        return read(path)
      },
      pushed: isPushed ? natsFeed(address) : undefined,
      onStream: (isThere) => following.lines.push(isThere),
      policy: logPolicy(key),
      now: Date.now,
    })
    return Object.assign(following, { follower })
  }
  const close = async () => {
    await fanOut.stop()
    await ledger.close()
  }
  return { ledger, follow, address, troubles, close }
}

async function append(ledger: Sequencer, count: number): Promise<Issuance[]> {
  const entries = Array.from({ length: count }, issuance)
  await Promise.all(entries.map((entry) => ledger.append(entry)))
  return entries
}

const areLive = ({ follower }: Following, entries: readonly Issuance[]) =>
  entries.every(
    ({ tokenId, inputHash }) =>
      follower.find(ENTERPRISE, tokenIdBytes(tokenId), inputHash) === 'live',
  )

describe('a follower that receives publications', { skip }, () => {
  it('has the set that reading gives, and reads no tile for it', async () => {
    const { ledger, follow, close } = await newWorld()
    const first = await append(ledger, 3)
    const pushed = follow(true)
    const reading = follow(false)
    await until(() => pushed.follower.isStreamed && areLive(pushed, first), 'the line')
    pushed.cut = 'tiles'
    const entries: Issuance[] = []
    for (const count of [1, 255, 256, 600, 1500]) entries.push(...(await append(ledger, count)))
    await until(() => areLive(pushed, entries), 'what was brought')
    pushed.cut = 'nothing'
    // More than a message may hold: it is read.
    entries.push(...(await append(ledger, 4000)))
    await until(() => areLive(pushed, entries), 'what was too much to be brought')
    await until(() => areLive(reading, entries), 'what was read')
    assert.deepEqual(pushed.follower.heads, reading.follower.heads)
    assert.equal(pushed.follower.liveTokens, reading.follower.liveTokens)
    await Promise.all([pushed.follower.stop(), reading.follower.stop(), close()])
  })

  it('reads the ledger while the server is away, and receives entries again without a gap', async () => {
    assert.ok(server !== undefined)
    const { ledger, follow, troubles, close } = await newWorld()
    const pushed = follow(true)
    const first = await append(ledger, 10)
    await until(() => pushed.follower.isStreamed && areLive(pushed, first), 'the line')
    for (const isForgotten of [false, true]) {
      await server.kill()
      if (isForgotten) server.forget()
      const meanwhile = await append(ledger, 300)
      await until(() => areLive(pushed, meanwhile), 'what was read meanwhile')
      await until(() => !pushed.follower.isStreamed, 'the loss to be seen')
      await server.start()
      await until(() => pushed.follower.isStreamed, 'the line')
      await until(() => troubles.length % 2 === 0, 'publications to be forwarded again')
      // From here on tiles are out of reach: whatever comes is brought, and has no gap before it.
      const between = await append(ledger, 1)
      await until(() => areLive(pushed, between), 'what came between')
      pushed.cut = 'tiles'
      const later = await append(ledger, 300)
      await until(() => areLive(pushed, later), 'what was brought later')
      pushed.cut = 'nothing'
    }
    const since = pushed.lines.indexOf(true)
    assert.deepEqual(pushed.lines.slice(since), [true, false, true, false, true])
    await Promise.all([pushed.follower.stop(), close()])
  })
})

describe('a follower that receives false publications', { skip }, () => {
  it('does not lower its age for received entries: only reading the ledger does', async () => {
    const { ledger, follow, close } = await newWorld()
    const pushed = follow(true)
    const first = await append(ledger, 10)
    await until(() => pushed.follower.isStreamed && areLive(pushed, first), 'the line')
    pushed.cut = 'all'
    await until(() => pushed.follower.trouble !== undefined, 'the cut to be seen')
    const before = pushed.follower.ageMs
    const entries = await append(ledger, 10)
    await until(() => areLive(pushed, entries), 'what was brought')
    assert.ok(pushed.follower.ageMs > before)
    pushed.cut = 'nothing'
    await until(() => pushed.follower.trouble === undefined, 'the end of the cut')
    await Promise.all([pushed.follower.stop(), close()])
  })

  it('takes nothing of what a stranger puts into the stream', async () => {
    const { ledger, follow, address, close } = await newWorld()
    const pushed = follow(true)
    const first = await append(ledger, 10)
    await until(() => pushed.follower.isStreamed && areLive(pushed, first), 'the line')
    const line = await NatsStream.open(address)
    const subject = line.subjectOf('ag.ency')
    const genuine = await line.lastOf(subject)
    assert.ok(genuine !== undefined)
    for (let i = 0; i < 40; i++) {
      const forged = Buffer.from(genuine)
      const at = Math.floor((i / 40) * forged.length)
      forged[at] = (forged[at] ?? 0) ^ 1
      await line.publish(subject, forged, `forged-${i}`)
    }
    await line.publish(subject, Buffer.from('nothing of the kind'), 'nothing')
    await line.close()
    const entries = await append(ledger, 10)
    await until(() => areLive(pushed, entries), 'what came after')
    assert.equal(pushed.follower.liveTokens, 20)
    assert.equal(pushed.follower.trouble, undefined)
    await Promise.all([pushed.follower.stop(), close()])
  })
})
