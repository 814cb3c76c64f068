/**
 * The order of day and month, proven across the files of a case: whatever the order in which they come.
 */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, afterEach, describe, it } from 'node:test'
import { ingest } from '../../src/ingest/ingest.ts'
import { type Case, openCase } from '../../src/store/case.ts'
import { evidenceRows } from '../../src/store/evidence_rows.ts'
import { recover } from '../../src/store/recover.ts'
import { embedded } from '../backends.ts'

const root = mkdtempSync(join(tmpdir(), 'mintmark-dates-'))
after(() => rmSync(root, { recursive: true, force: true }))

const HEADER = 'TimeGenerated [UTC],OfficeWorkload,Operation,OfficeId,UserId,OrganizationId'
let ids = 0
/** A file of OfficeActivity with one row a date. */
function file(dates: readonly string[], header = HEADER): string {
  const rows = dates.map((date) => {
    const id = `00000000-0000-4000-8000-${String(++ids).padStart(12, '0')}`
    return `"${date}",Exchange,Send,${id},anna@example.org,tenant-a${header === HEADER ? '' : ',x'}`
  })
  return `${[header, ...rows].join('\n')}\n`
}
const AMBIGUOUS = ['3/4/2023, 10:00:00.000 AM', '3/5/2023, 11:00:00.000 AM']
const MONTH_FIRST = ['3/25/2023, 10:00:00.000 AM']
const DAY_FIRST = ['25/3/2023, 10:00:00.000 AM']
const OTHER_HEADER = `${HEADER},More`

let folders = 0
let stop: () => Promise<void> = () => Promise.resolve()
afterEach(() => stop())

/** A case, and a folder with files by their names. */
async function given(files: Readonly<Record<string, string>>) {
  const folder = join(root, String(++folders))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  const place = await embedded.start()
  const opened = await openCase(place.location)
  stop = async () => {
    await opened.close()
    await place.stop()
  }
  return { opened, at: (name: string) => join(folder, name) }
}

async function months(opened: Case): Promise<number[]> {
  const rows = await opened.session.rows('SELECT toMonth(at) AS m FROM access ORDER BY at, m')
  return rows.map(({ m }) => Number(m))
}

async function stated(opened: Case, name: string): Promise<string[]> {
  const rows = await evidenceRows(opened.session)
  const row = rows.find(({ path }) => path.endsWith(name))
  return row?.statements.map(({ code }) => code) ?? []
}

const FILES = { 'a.csv': file(AMBIGUOUS), 'b.csv': file(MONTH_FIRST), 'c.csv': file(DAY_FIRST) }
const READ = [3, 3, 3]

describe('a file whose dates could be read both ways', () => {
  for (const order of [
    ['a.csv', 'b.csv'],
    ['b.csv', 'a.csv'],
  ])
    it(`is read by the order that a file beside it proves: ${order.join(', ')}`, async () => {
      const { opened, at } = await given(FILES)
      const report = await ingest(opened, order.map(at))
      assert.deepEqual(await months(opened), READ)
      assert.deepEqual(await stated(opened, 'a.csv'), ['date-order-from-case'])
      assert.deepEqual([report.added, report.rows, report.rejected], [2, 3, 0])
      assert.equal(report.evidence.length, 2)
    })

  it('is read again when that file comes in a later run', async () => {
    const { opened, at } = await given(FILES)
    const first = await ingest(opened, [at('a.csv')])
    assert.deepEqual([first.rows, first.rejected], [0, 2])
    assert.deepEqual(await stated(opened, 'a.csv'), ['date-order-unproven'])
    const second = await ingest(opened, [at('b.csv')])
    assert.deepEqual([second.added, second.rows, second.evidence.length], [1, 1, 1])
    assert.deepEqual(await months(opened), READ)
    const third = await ingest(opened, [at('a.csv'), at('b.csv')])
    assert.deepEqual([third.added, third.evidence.length], [0, 2])
    assert.deepEqual(await months(opened), READ)
  })

  it('is not read where two files contradict, in whichever run they come', async () => {
    const { opened, at } = await given(FILES)
    await ingest(opened, [at('a.csv'), at('b.csv')])
    await ingest(opened, [at('c.csv')])
    assert.deepEqual(await months(opened), [3, 3])
    assert.deepEqual(await stated(opened, 'a.csv'), ['date-order-unproven'])
  })

  it('takes nothing from a file of another header in another folder', async () => {
    const { opened, at } = await given({
      'x/a.csv': file(AMBIGUOUS),
      'y/b.csv': file(MONTH_FIRST, OTHER_HEADER),
    })
    await ingest(opened, [at('x'), at('y')])
    assert.deepEqual(await months(opened), [3])
  })

  for (const [name, other] of [
    ['of the same header in another folder', { 'y/b.csv': file(MONTH_FIRST) }],
    ['of another header in the same folder', { 'x/b.csv': file(MONTH_FIRST, OTHER_HEADER) }],
  ] as const)
    it(`takes the order of a file ${name}`, async () => {
      const { opened, at } = await given({ 'x/a.csv': file(AMBIGUOUS), ...other })
      await ingest(opened, [at('')])
      assert.deepEqual(await months(opened), READ)
    })

  it('that contradicts itself stays undecided, and decides no other file', async () => {
    const { opened, at } = await given({
      'a.csv': file(AMBIGUOUS),
      'b.csv': file([...MONTH_FIRST, ...DAY_FIRST]),
      'c.csv': file(MONTH_FIRST),
    })
    await ingest(opened, [at('')])
    assert.deepEqual(await stated(opened, 'a.csv'), ['date-order-unproven'])
  })
})

describe('reading again', () => {
  it('keeps copies of the file', async () => {
    const { opened, at } = await given({ ...FILES, 'x/copy.csv': FILES['a.csv'] })
    await ingest(opened, [at('a.csv'), at('x/copy.csv')])
    await ingest(opened, [at('b.csv')])
    assert.deepEqual(await months(opened), READ)
    const rows = await evidenceRows(opened.session)
    const copy = rows.find(({ path }) => path.endsWith('copy.csv'))
    assert.ok(copy?.sameAs?.endsWith('a.csv'))
  })

  it('is finished by the next opening where one ended between', async () => {
    const { opened, at } = await given({ ...FILES, 'x/copy.csv': FILES['a.csv'] })
    await ingest(opened, [at('a.csv'), at('x/copy.csv')])
    const { session } = opened
    // As a run leaves it that read the file again, and ended before the older rows were gone.
    for (const table of ['issuance', 'access', 'statement', 'reject', 'date_order', 'evidence'])
      await session.command(
        `INSERT INTO ${table} SELECT * REPLACE (toUInt32(3) AS evidence_id) FROM (SELECT * FROM ${table} WHERE evidence_id = 1)`,
      )
    await recover(session)
    const rows = await evidenceRows(session)
    assert.deepEqual(
      rows.map(({ evidenceId, sameAs }) => [evidenceId, sameAs?.endsWith('a.csv') ?? false]),
      [
        [2, true],
        [3, false],
      ],
    )
    await ingest(opened, [at('b.csv')])
    assert.deepEqual(await months(opened), READ)
    assert.equal((await evidenceRows(session)).length, 3)
  })

  it('leaves a file alone that is gone', async () => {
    const { opened, at } = await given(FILES)
    await ingest(opened, [at('a.csv')])
    rmSync(at('a.csv'))
    await ingest(opened, [at('b.csv')])
    assert.deepEqual(await months(opened), [3])
    assert.deepEqual(await stated(opened, 'a.csv'), ['date-order-unproven'])
  })
})
