/**
 * A start of a ledger in a database, from the copies that its folder has of what is kept for a start.
 *
 * Whatever the copies are, the ledger says the same of every token: of none that was recorded that it was not, and of none
 * that was not that it was.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type Issuance, openLedger, type Sequencer } from '../../src/index.ts'
import { tokenIdBytes } from '../../src/tree/entry.ts'
import { wantedLedger } from '../tested_store.ts'
import { issuance } from '../tokens.ts'
import { createIn, skip, startPostgres } from './postgres_world.ts'

const RECORDS = 40
const APPENDER = fileURLToPath(new URL('../appender.ts', import.meta.url))
const PATIENCE_MS = 60_000

const server = await startPostgres()
const scratch = mkdtempSync(join(tmpdir(), 'mintmark-copies-'))
after(async () => {
  await server?.stop()
  rmSync(scratch, { recursive: true, force: true })
})

let made = 0

async function newLedger() {
  if (server === undefined) throw new Error('no server')
  const folder = join(scratch, String(made++))
  const url = await createIn(server, folder, wantedLedger())
  const schema = /search_path%3D(\w+)/.exec(url)?.[1] ?? ''
  const sql = (text: string) => server.sql(`SET search_path = ${schema}; ${text}`)
  return { folder, sql, live: join(folder, 'private/live') }
}

type World = Awaited<ReturnType<typeof newLedger>>

async function open(folder: string, notices: string[] = []): Promise<Sequencer> {
  const onNotice = (text: string) => void notices.push(text)
  return await openLedger(folder, { now: Date.now, runRecords: RECORDS, onNotice })
}

interface Placed {
  readonly entry: Issuance
  readonly index: number
}

/** Adds tokens, ten at a time. */
async function add(ledger: Sequencer, count: number): Promise<Placed[]> {
  const place = async (entry: Issuance) => ({ entry, index: (await ledger.append(entry)).index })
  const placed: Placed[] = []
  while (placed.length < count)
    // oxlint-disable-next-line no-await-in-loop -- a batch after the other
    placed.push(...(await Promise.all(Array.from({ length: 10 }, () => place(issuance())))))
  return placed
}

/** A ledger of 300 tokens, which was closed. */
async function filled(): Promise<World & { tokens: Placed[] }> {
  const world = await newLedger()
  const ledger = await open(world.folder)
  const tokens = await add(ledger, 300)
  await ledger.close()
  assert.ok(copiesOf(world).length >= 5)
  return { ...world, tokens }
}

const copiesOf = ({ live }: Pick<World, 'live'>): string[] =>
  existsSync(live)
    ? readdirSync(live, { recursive: true, encoding: 'utf8' })
        .filter((name) => /\/\d+-\d+$/.test(name))
        .map((name) => join(live, name))
        .toSorted()
    : []

const keptIn = ({ sql }: World) => sql('SELECT path FROM mintmark_live ORDER BY path').split('\n')

/** What a start says of the tokens. It must know each with its place, and say so of no other token. */
async function assertKnown(
  { folder }: World,
  tokens: readonly Placed[],
  others: readonly Placed[] = [],
): Promise<string[]> {
  const notices: string[] = []
  const ledger = await open(folder, notices)
  const find = ({ entry: { tokenId, inputHash } }: Placed) =>
    ledger.find('agency', tokenIdBytes(tokenId), inputHash)
  const said = tokens.map(find)
  const ofOthers = others.map(find)
  await ledger.close()
  const indexes = said.map((each) => (typeof each === 'object' ? each.index : -1))
  assert.deepEqual(
    indexes,
    tokens.map(({ index }) => index),
  )
  assert.ok(ofOthers.every((each) => each === undefined))
  return notices
}

/** Turns a bit in the middle of each file that the table has, but not its hash. */
const damageTable = ({ sql }: World) =>
  sql('UPDATE mintmark_live SET bytes = set_byte(bytes, 900, get_byte(bytes, 900) # 1)')

describe('copies of what is kept for a start', { skip }, () => {
  it('are what a start reads, and not the table again', async () => {
    const world = await filled()
    damageTable(world)
    assert.deepEqual(await assertKnown(world, world.tokens), [])
  })

  it('are made anew on a machine that has none', async () => {
    const world = await filled()
    const names = copiesOf(world)
    rmSync(world.live, { recursive: true })
    assert.deepEqual(await assertKnown(world, world.tokens), [])
    assert.deepEqual(
      names.filter((name) => !existsSync(name)),
      [],
    )
    damageTable(world)
    assert.deepEqual(await assertKnown(world, world.tokens), [])
  })

  it('go where the table has no such file', async () => {
    const world = await filled()
    const [path = ''] = keptIn(world)
    world.sql(`DELETE FROM mintmark_live WHERE path = '${path}'`)
    assert.deepEqual(await assertKnown(world, world.tokens), [])
    const gone = join(world.live, path)
    // What was read again is kept under the same name, or another.
    assert.deepEqual(existsSync(gone), keptIn(world).includes(path))
  })

  it('are of no use where nothing can be written', async () => {
    const world = await newLedger()
    writeFileSync(world.live, 'no folder')
    const ledger = await open(world.folder)
    const tokens = await add(ledger, 120)
    await ledger.close()
    assert.ok(keptIn(world).length > 1)
    assert.deepEqual(await assertKnown(world, tokens), [])
  })
})

function turned(bytes: Buffer, at: number): Buffer {
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at)
  return bytes
}

const damages: readonly (readonly [string, (bytes: Buffer) => Buffer])[] = [
  ['a turned bit', (bytes) => turned(bytes, 900)],
  ['a turned bit of the hash', (bytes) => turned(bytes, bytes.length - 1)],
  ['a missing end', (bytes) => bytes.subarray(0, 700)],
  ['nothing in it', () => Buffer.alloc(0)],
  ['the hash alone', (bytes) => bytes.subarray(-32)],
]

describe('a damaged copy', { skip }, () => {
  for (const [what, damage] of damages)
    it(`is not believed with ${what}, and is replaced`, async () => {
      const world = await filled()
      const originals = copiesOf(world).map((path) => [path, readFileSync(path)] as const)
      for (const [path, bytes] of originals) writeFileSync(path, damage(Buffer.from(bytes)))
      assert.deepEqual(await assertKnown(world, world.tokens), [])
      for (const [path, bytes] of originals)
        if (existsSync(path)) assert.ok(bytes.equals(readFileSync(path)))
    })

  it('is not believed with the table damaged as well: the entries are read', async () => {
    const world = await filled()
    for (const path of copiesOf(world)) writeFileSync(path, '')
    damageTable(world)
    const notices = await assertKnown(world, world.tokens)
    assert.match(notices.join('\n'), /stored for a quick start, is not used: it is damaged/)
    assert.deepEqual(await assertKnown(world, world.tokens), [])
  })
})

describe('copies of another ledger', { skip }, () => {
  it('are not believed', async () => {
    const [world, other] = [await filled(), await filled()]
    rmSync(world.live, { recursive: true })
    cpSync(other.live, world.live, { recursive: true })
    assert.deepEqual(await assertKnown(world, world.tokens, other.tokens), [])
  })

  it('are not believed where the table has them too', async () => {
    const [world, other] = [await filled(), await filled()]
    rmSync(world.live, { recursive: true })
    cpSync(other.live, world.live, { recursive: true })
    for (const path of keptIn(other)) {
      const hex = readFileSync(join(other.live, path)).toString('hex')
      world.sql(`DELETE FROM mintmark_live WHERE path = '${path}'`)
      world.sql(`INSERT INTO mintmark_live VALUES ('${path}', '\\x${hex}')`)
    }
    const notices = await assertKnown(world, world.tokens, other.tokens)
    assert.match(notices.join('\n'), /it is of another history/)
  })
})

describe('copies of another time', { skip }, () => {
  it('are not believed where the database was set back before them', async () => {
    const world = await newLedger()
    const ledger = await open(world.folder)
    const tokens = await add(ledger, 100)
    await ledger.close()
    const names = ['mintmark_record', 'mintmark_file', 'mintmark_live']
    for (const name of names) world.sql(`CREATE TABLE earlier_${name} AS TABLE ${name}`)
    const again = await open(world.folder)
    const lost = await add(again, 200)
    await again.close()
    for (const name of names)
      world.sql(`TRUNCATE ${name}; INSERT INTO ${name} TABLE earlier_${name}`)
    await assertKnown(world, tokens, lost)
  })

  it('are not missed where they are older than the ledger', async () => {
    const world = await filled()
    const older = join(scratch, `older-${made}`)
    cpSync(world.live, older, { recursive: true })
    const ledger = await open(world.folder)
    const more = await add(ledger, 200)
    await ledger.close()
    rmSync(world.live, { recursive: true })
    cpSync(older, world.live, { recursive: true })
    assert.deepEqual(await assertKnown(world, [...world.tokens, ...more]), [])
  })
})

/** Starts a process that appends, and kills it when it has acknowledged so many. @returns their indexes by token id */
async function killedAppender(folder: string, least: number): Promise<Map<string, number>> {
  const child = spawn(process.execPath, [APPENDER, folder, '0', String(RECORDS)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let out = ''
  child.stdout.setEncoding('latin1').on('data', (part: string) => {
    out += part
    if (out.split('\n').length > least) child.kill('SIGKILL')
  })
  const signal = AbortSignal.timeout(PATIENCE_MS)
  await once(child, 'close', { signal })
  const lines = out.split('\n').slice(0, -1)
  return new Map(
    lines.flatMap((line) => {
      const [tokenId = '', index] = line.split(' ')
      return index === undefined ? [] : [[tokenId, Number(index)] as const]
    }),
  )
}

describe('a process that was killed', { skip }, () => {
  it('leaves copies that know what the record does, and a second process changes none', async () => {
    const world = await newLedger()
    const acknowledged = new Map<string, number>()
    for (let round = 0; round < 3; round++) {
      // oxlint-disable-next-line no-await-in-loop -- one life after the other
      for (const [id, index] of await killedAppender(world.folder, 300)) acknowledged.set(id, index)
    }
    assert.ok(copiesOf(world).length > 0)
    const ledger = await open(world.folder)
    const before = copiesOf(world).map((path) => [path, readFileSync(path)] as const)
    await assert.rejects(open(world.folder), { code: 'LEDGER_BUSY' })
    assert.ok(before.every(([path, bytes]) => bytes.equals(readFileSync(path))))
    const fromCopies = ledger.liveTokens
    await ledger.close()
    rmSync(world.live, { recursive: true })
    mkdirSync(world.live)
    world.sql('TRUNCATE mintmark_live')
    const alone = await open(world.folder)
    assert.equal(fromCopies, alone.liveTokens)
    assert.ok(fromCopies >= acknowledged.size)
    await alone.close()
  })
})
