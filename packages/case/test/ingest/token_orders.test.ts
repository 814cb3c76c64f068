/**
 * The order of day and month, proven by tokens that other files of the case have, too.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, describe, it } from 'node:test'
import { ingest } from '../../src/ingest/ingest.ts'
import { type Case, openCase } from '../../src/store/case.ts'
import { evidenceRows } from '../../src/store/evidence_rows.ts'
import { embedded } from '../backends.ts'

const root = mkdtempSync(join(tmpdir(), 'mintmark-token-orders-'))
after(() => rmSync(root, { recursive: true, force: true }))

type Order = 'month-first' | 'day-first'
const TRUTH_MS = { 'month-first': Date.UTC(2023, 2, 4, 9), 'day-first': Date.UTC(2023, 3, 3, 9) }
const MINUTE_MS = 60_000
const token = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
const numbers = (from: number, count: number) => Array.from({ length: count }, (_, at) => from + at)

/** Issuances of these tokens, a minute apart, as the order of the accesses' dates would have them. */
const issued = (tokens: readonly number[], order: Order) =>
  tokens
    .map((n) => {
      const at = new Date(TRUTH_MS[order] + n * MINUTE_MS).toISOString()
      const common = { principal: 'anna@example.org', tenant: 'agency', appId: 'mail' }
      return `${JSON.stringify({ schema: 'mintmark-issuance/1', id: token(n), at, tokenId: token(n), ...common })}\n`
    })
    .join('')

/** Accesses with these tokens on the third of April, or the fourth of March: five minutes after their issuance. */
const used = (tokens: readonly number[], header = '') =>
  [
    `TimeGenerated [UTC],OfficeWorkload,Operation,OfficeId,UserId,OrganizationId,AppAccessContext${header}`,
    ...tokens.map((n) => {
      const minute = n + 5
      const time = `${9 + Math.floor(minute / 60)}:${String(minute % 60).padStart(2, '0')}:00.000 AM`
      const context = `{""UniqueTokenId"":""${token(n)}""}`
      return `"3/4/2023, ${time}",Exchange,Send,${token(1000 + n)},anna@example.org,agency,"${context}"${header === '' ? '' : ',x'}`
    }),
  ].join('\n')

let stop: () => Promise<void> = () => Promise.resolve()
afterEach(() => stop())
let folders = 0

async function given() {
  const folder = mkdtempSync(join(root, String(++folders)))
  const place = await embedded.start()
  const opened = await openCase(place.location)
  stop = async () => {
    await opened.close()
    await place.stop()
  }
  const added = async (files: Readonly<Record<string, string>>) => {
    const paths = Object.keys(files).map((name) => join(folder, name))
    for (const [at, text] of Object.values(files).entries()) writeFileSync(paths[at] ?? '', text)
    return await ingest(opened, paths)
  }
  return { opened, added }
}

/** The months of all accesses that were read. */
async function months(opened: Case): Promise<number[]> {
  const rows = await opened.session.rows('SELECT DISTINCT toMonth(at) AS m FROM access ORDER BY m')
  return rows.map(({ m }) => Number(m))
}

async function stated(opened: Case): Promise<string[]> {
  const rows = await evidenceRows(opened.session)
  return rows.flatMap(({ statements }) => statements.map(({ code }) => code))
}

describe('a file whose dates could be read both ways', () => {
  it('is read in the order in which its tokens follow their issuance, also of a later run, and stays so', async () => {
    const { opened, added } = await given()
    const first = await added({ 'used.csv': used(numbers(0, 30)) })
    assert.deepEqual([first.rows, first.rejected], [0, 30])
    await added({ 'issued.json': issued(numbers(0, 30), 'day-first') })
    assert.deepEqual(await months(opened), [4])
    assert.deepEqual(await stated(opened), ['date-order-from-case'])
    const { added: files } = await added({ 'used.csv': used(numbers(0, 30)) })
    assert.equal(files, 0)
    assert.deepEqual(await months(opened), [4])
  })

  it('is not read where few tokens fit, or some in the one order and some in the other', async () => {
    const { opened, added } = await given()
    await added({
      'used.csv': used(numbers(0, 30)),
      'issued.json': issued(numbers(0, 7), 'month-first'),
    })
    assert.deepEqual(await months(opened), [])
    await added({
      'more.json': issued(numbers(7, 12), 'month-first') + issued(numbers(20, 2), 'day-first'),
    })
    assert.deepEqual(await months(opened), [])
    assert.deepEqual(await stated(opened), ['date-order-unproven'])
  })

  it('lends its order to a file of its header, and is not read any more when later issuances contradict', async () => {
    const { opened, added } = await given()
    await added({
      'used.csv': used(numbers(0, 30)),
      'few.csv': used(numbers(40, 3)),
      'issued.json': issued(numbers(0, 15), 'month-first'),
    })
    assert.deepEqual(await months(opened), [3])
    assert.deepEqual(await stated(opened), ['date-order-from-case', 'date-order-from-case'])
    await added({ 'more.json': issued(numbers(15, 15), 'day-first') })
    assert.deepEqual(await months(opened), [])
    assert.deepEqual(await stated(opened), ['date-order-unproven', 'date-order-unproven'])
  })
})
