import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Params, Session } from '../src/engine/session.ts'
import { type FewRows, PLACE_COLUMNS, readingOf } from '../src/verdicts/match/few_of_many.ts'
import { openWorld } from './world.ts'

const ROWS = 3000
/** More rows of one hash than there are places. */
const FREQUENT = 250_000

let world: Awaited<ReturnType<typeof openWorld>>
let session: Session

before(async () => {
  world = await openWorld()
  session = world.session
  await session.command('CREATE TABLE wanted (hash UInt64) ENGINE = Memory')
  await session.command(`CREATE TABLE places (${PLACE_COLUMNS}) ENGINE = Memory`)
})
after(() => world.close())

async function want(sql: string): Promise<void> {
  await session.command('TRUNCATE TABLE wanted')
  await session.command(`INSERT INTO wanted ${sql}`)
}

async function read(table: string, rows: Omit<FewRows, 'table'>, params: Params = {}) {
  const { where, settings } = await readingOf(session, 'places', { table, ...rows }, params)
  const found = await session.rows(
    `SELECT n FROM ${table} ${where} ORDER BY n SETTINGS ${settings}`,
    params,
  )
  return found.map(({ n }) => Number(n))
}

const wide = { column: 'wide', bits: 64, hashes: 'SELECT hash FROM wanted' } as const
const narrow = {
  column: 'narrow',
  bits: 32,
  hashes: 'SELECT toUInt32(hash) AS hash FROM wanted',
} as const

describe('few rows of a large table', () => {
  const numbers = Array.from({ length: 3 * ROWS }, (_, n) => n)

  before(async () => {
    await session.command(`CREATE TABLE many (bucket UInt8, n UInt64, wide UInt64, narrow UInt32)
      ENGINE = MergeTree ORDER BY (bucket, n) SETTINGS index_granularity = 64`)
    await session.command('SYSTEM STOP MERGES many')
    // Three parts, so that a place is a row's own in its part alone.
    // oxlint-disable-next-line no-await-in-loop -- a part each
    for (const part of [0, 1, 2])
      await session.command(
        `INSERT INTO many SELECT number % 256, number, cityHash64(number), toUInt32(cityHash64(number))
         FROM numbers({from:UInt64}, ${ROWS})`,
        { from: part * ROWS },
      )
  })

  for (const count of [10, 100_000])
    it(`are those that have a hash, from every part, ${count} hashes expected`, async () => {
      await want('SELECT cityHash64(number * 7) FROM numbers(400)')
      const wanted = numbers.filter((n) => n % 7 === 0 && n < 2800)
      assert.deepEqual(await read('many', { ...wide, count }), wanted)
      assert.deepEqual(await read('many', { ...narrow, count }), wanted)
    })

  it('are those of a range of buckets', async () => {
    await want('SELECT cityHash64(number) FROM numbers(1000)')
    assert.deepEqual(
      await read('many', { ...wide, range: { first: 16, last: 31 } }),
      numbers.filter((n) => n < 1000 && n % 256 >= 16 && n % 256 <= 31),
    )
  })

  it('are found by hashes that hang on parameters', async () => {
    await want('SELECT cityHash64(number) FROM numbers(100)')
    const hashes = 'SELECT hash FROM wanted WHERE hash % {parts:UInt32} = {part:UInt32}'
    const half = (part: number) => read('many', { ...wide, hashes }, { parts: 2, part })
    const found = [...(await half(0)), ...(await half(1))]
    assert.deepEqual(
      found.toSorted((a, b) => a - b),
      numbers.slice(0, 100),
    )
  })

  it('are none where no hash is there', async () => {
    await want('SELECT cityHash64(number + 1000000) FROM numbers(50)')
    assert.deepEqual(await read('many', wide), [])
  })
})

describe('many rows by few hashes', () => {
  it('are all there, too, though they are more than places are kept for', async () => {
    await session.command(`CREATE TABLE frequent (bucket UInt8, n UInt64, wide UInt64)
      ENGINE = MergeTree ORDER BY (bucket, n)`)
    await session.command(
      `INSERT INTO frequent SELECT number % 256, number, if(number % 5 = 0, number, 0) FROM numbers(${FREQUENT})`,
    )
    await want('SELECT 0')
    const found = await read('frequent', wide)
    assert.equal(found.length, FREQUENT - FREQUENT / 5 + 1)
    assert.equal(new Set(found).size, found.length)
  })
})
