import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Loss, lossesOf } from '../../../src/verdicts/losses/loss.ts'
import { buildLosses } from '../../../src/verdicts/losses/losses.ts'
import { ANN, BOB } from '../../scope/scope_world.ts'
import {
  access,
  bind,
  fill,
  hour,
  issuance,
  type OpenWorld,
  openWorld,
  type Row,
  type World,
} from '../../world.ts'

let world: OpenWorld
before(async () => {
  world = await openWorld()
})
after(() => world.close())

/** Losses of a case that holds `given`, as `code source/category tenant from to records`, without the empty. */
async function losses(given: World, side: 'access' | 'issuance' = 'access'): Promise<string[]> {
  await fill(world.session, given)
  await buildLosses(world.session)
  return (await lossesOf(world.session, side)).map(wordsOf)
}

const hours = (ms: number) => Math.round(((ms - Date.UTC(2023, 5, 1)) / 3_600_000) * 100) / 100
const place = (ms: number) => {
  if (ms === 0) return 'ever'
  return ms > Date.UTC(2299, 0) ? 'ever' : String(hours(ms))
}

function wordsOf(loss: Loss): string {
  const { code, source, category, tenant, fromMs, toMs, records } = loss
  const log = [source, category].filter((word) => word !== '').join('/')
  return `${code} ${log} ${tenant} ${place(fromMs)} ${place(toMs)} ${records}`
    .replaceAll(/ +/g, ' ')
    .trim()
}

/** Accesses of one file, a line each, at these hours. */
const file = (at: readonly number[], fields: Row = {}, first = 1): Row[] =>
  at.map((one, i) => bind(ANN, one, [`<${one}@x>`], { evidence_id: 1, line: first + i, ...fields }))
const evidence = (id: number, from: number, to: number, fields: Row = {}): Row => ({
  evidence_id: id,
  path: `/logs/${id}.csv`,
  shape: 'ual-purview-csv',
  first: hour(from),
  last: hour(to),
  ...fields,
})
const reject = (line: number, fields: Row = {}): Row => ({
  evidence_id: 1,
  line,
  kind: 'row',
  reason: 'not-json',
  ...fields,
})
const stated = (code: string, fields: Row = {}): Row => ({
  evidence_id: 1,
  line: 1,
  code,
  text: 'x',
  ...fields,
})
const upTo = (count: number, of: (n: number) => number = (n) => n) =>
  Array.from({ length: count }, (_, n) => of(n))
/** Lines without the 31st, which was rejected. */
const without31 = (rows: readonly Row[]) => rows.filter((row) => row['line'] !== 31)

describe('a row that could not be read', () => {
  it('is between the records beside it, in a file in order', async () => {
    const rows = without31(file(upTo(60)))
    const found = await losses({
      access: rows,
      evidence: [evidence(1, 0, 59)],
      reject: [reject(31)],
    })
    assert.deepEqual(found, ['rejected-rows ual/Exchange tenant-a 25 35 1'])
  })

  it('is anywhere in a file in no order', async () => {
    const rows = without31(file(upTo(60, (n) => (n * 37) % 60)))
    const [found = ''] = await losses({
      access: rows,
      evidence: [evidence(1, 0, 59)],
      reject: [reject(31)],
    })
    const [, , , from, to] = found.split(' ').map(Number)
    assert.ok(Number(from) <= 0 && Number(to) >= 59, found)
  })

  it('behind the last record is up to a day later', async () => {
    const found = await losses({
      access: file(upTo(60)),
      evidence: [evidence(1, 0, 59)],
      reject: [reject(61), reject(62)],
    })
    assert.deepEqual(found, ['rejected-rows ual/Exchange tenant-a 31 83 2'])
  })

  it('of another table behind the last record is of any time', async () => {
    const reason = { reason: 'column-count' }
    const found = await losses({
      access: file(upTo(60)),
      evidence: [evidence(1, 0, 59)],
      reject: [reject(61, reason), reject(62, reason)],
    })
    assert.deepEqual(found, ['rejected-rows ual/Exchange tenant-a ever ever 2'])
  })

  it('among records of one line is as wide as the file', async () => {
    const rows = upTo(60).map((n) => bind(ANN, n, [], { evidence_id: 1, line: 1 }))
    const found = await losses({
      access: rows,
      evidence: [evidence(1, 0, 59)],
      reject: [reject(1)],
    })
    assert.deepEqual(found, ['rejected-rows ual/Exchange tenant-a -24 83 1'])
  })
})

describe('a row that nothing beside it dates', () => {
  it('in a file without a record is of any time and of an unknown tenant', async () => {
    const without = { evidence_id: 1, path: '/logs/1.csv', shape: 'ual-purview-csv' }
    const given = { evidence: [without], reject: [reject(1)] }
    assert.deepEqual(await losses(given), ['rejected-rows ual ever ever 1'])
    assert.deepEqual(await losses(given, 'issuance'), [
      'rejected-rows ual-owa/owa-auth ever ever 1',
      'rejected-rows ual-sts/sts-logon ever ever 1',
    ])
  })

  it('of a few records of another service may be one of mail', async () => {
    const rows = file(upTo(5), { service: 'SharePoint' })
    const given = { access: rows, evidence: [evidence(1, 0, 4)], reject: [reject(9)] }
    assert.match((await losses(given)).join(), /^rejected-rows ual tenant-a /)
  })

  for (const [name, reason, shape] of [
    ['of a log that is not read at all', 'unsupported-category', 'entra-diagnostic'],
    ['that was stored with its text mended', 'invalid-utf8', 'ual-purview-csv'],
    ['of a directory', 'principal-missing', 'directory'],
  ] as const) {
    it(`${name} is no loss`, async () => {
      const given = { evidence: [evidence(1, 0, 4, { shape })], reject: [reject(3, { reason })] }
      assert.deepEqual(await losses(given), [])
    })
  }
})

const unread = (shape: string, path: string, reason = ''): World => ({
  evidence: [{ evidence_id: 1, path, shape }],
  reject: reason === '' ? [] : [reject(1, { kind: 'file', reason })],
})

describe('a file of which nothing could be read', () => {
  for (const [shape, path, reason] of [
    ['unreadable', '/logs/a.zip!b.json', 'encrypted'],
    ['unreadable', '/logs/a.zip', 'zip-unreadable'],
    ['unrecognised', '/logs/a.json.gz', 'compressed-data-damaged'],
    ['unrecognised', '/logs/a.csv', 'column-count'],
    ['unrecognised', '/logs/a.xlsx!xl/worksheets/sheet1.xml'],
    ['local-times-csv', '/logs/a.csv', 'time-unproven'],
  ] as const)
    it(`may be any log of all time: ${path}, ${shape} ${reason ?? ''}`, async () => {
      assert.deepEqual(await losses(unread(shape, path, reason)), ['unread-file ever ever 0'])
      const issuances = await losses(unread(shape, path, reason), 'issuance')
      assert.deepEqual(issuances, ['unread-file ever ever 0'])
    })

  for (const [shape, path, reason] of [
    ['empty', '/logs/a.json'],
    ['unrecognised', '/logs/notes.txt'],
    ['unrecognised', '/logs/error page.json'],
    ['unrecognised', '/logs/a.xlsx![Content_Types].xml'],
    ['unrecognised', '/logs/.DS_Store', 'malformed-json'],
    ['unreadable', '/logs/socket', 'not-a-file'],
    ['memory-dump', '/logs/a.dmp'],
  ] as const)
    it(`is no loss where it is plainly no log: ${path}, ${shape}`, async () => {
      assert.deepEqual(await losses(unread(shape, path, reason)), [])
    })
})

describe('a file that ends before its log', () => {
  const two = [evidence(1, 0, 29), evidence(2, 40, 60)]
  const later = file(
    upTo(21, (n) => 40 + n),
    { evidence_id: 2 },
  )
  const capped = (rows: readonly Row[], code = 'row-cap') =>
    losses({ access: [...rows, ...later], evidence: two, statement: [stated(code)] })

  it('oldest first lacks what is between it and the next file', async () => {
    assert.deepEqual(await capped(file(upTo(30))), ['row-cap ual/Exchange tenant-a 29 40 0'])
  })
  it('newest first lacks what is before it', async () => {
    const rows = file(upTo(30, (n) => 29 - n))
    assert.deepEqual(await capped(rows, 'next-link'), ['next-link ual/Exchange tenant-a ever 0 0'])
  })
  it('in no order lacks anything until the next file', async () => {
    const rows = file(upTo(30, (n) => (n * 7) % 30))
    assert.deepEqual(await capped(rows, 'ends-early'), [
      'ends-early ual/Exchange tenant-a ever 40 0',
    ])
  })
  it('is also one that is damaged behind what was read', async () => {
    const damaged = [evidence(1, 0, 29, { accesses: 30 }), ...two.slice(1)]
    const found = await losses({
      access: [...file(upTo(30)), ...later],
      evidence: damaged,
      reject: [reject(0, { kind: 'file', reason: 'compressed-data-damaged' })],
    })
    assert.deepEqual(found, ['ends-early ual/Exchange tenant-a 29 40 0'])
  })
  it('with fewer rows than its search found lacks rows anywhere', async () => {
    assert.deepEqual(await capped(file(upTo(30)), 'result-count-short'), [
      'result-count-short ual/Exchange tenant-a 0 29 0',
    ])
  })
})

describe('a time that an extractor did not capture', () => {
  const gap = stated('extractor-gap', { from_at: hour(5), to_at: hour(5.1) })
  const log = { evidence_id: 1, path: '/a/LogFile.txt', shape: 'extractor-log' }
  const files = [
    log,
    { evidence_id: 2, path: '/a/ual.csv' },
    { evidence_id: 3, path: '/b/ual.csv' },
  ]
  const given: World = {
    access: [
      bind(ANN, 1, [], { evidence_id: 2 }),
      bind(BOB, 1, [], { evidence_id: 3, tenant: 'tenant-b' }),
    ],
    issuance: [issuance(1, ANN, { evidence_id: 2 })],
    evidence: files,
    statement: [gap],
  }

  it('is of the audit log of its folder, and of no other', async () => {
    assert.deepEqual(await losses(given), ['extractor-gap ual tenant-a 5 5.1 0'])
  })
  it('is of the sign-ins of the audit log, and of no sign-in log', async () => {
    assert.deepEqual(await losses(given, 'issuance'), [
      'extractor-gap ual-owa/owa-auth tenant-a 5 5.1 0',
      'extractor-gap ual-sts/sts-logon tenant-a 5 5.1 0',
    ])
  })
  it('beside no audit record may be of any tenant', async () => {
    const elsewhere = { ...log, path: '/c/LogFile.txt' }
    const found = await losses({ ...given, evidence: [elsewhere, ...files.slice(1)] })
    assert.deepEqual(found, ['extractor-gap ual 5 5.1 0'])
  })
})

const CUT = { detail: '{"truncated":true}', evidence_id: 1 }
const withCut = (row: Row): World => ({
  access: [row],
  evidence: [evidence(1, 1, 1)],
  statement: [stated('audit-data-truncated')],
})

describe('a mailbox record whose end could not be read', () => {
  it('is lost where it does not say whose mailbox it was', async () => {
    const row = access(1, { ...CUT, service: 'Exchange', operation: 'MailItemsAccessed' })
    assert.deepEqual(await losses(withCut(row)), ['cut-records ual/Exchange tenant-a 1 1 1'])
  })
  it('is an access like any other where it does', async () => {
    assert.deepEqual(await losses(withCut(bind(ANN, 1, [], CUT))), [])
  })
})

const holeOf = (tenant: string): Row => ({
  side: 'access',
  tenant,
  code: 'hole',
  from_at: hour(1),
  to_at: hour(2),
})

describe('losses of some tenants', () => {
  it('are those of these tenants, and those of an unknown tenant', async () => {
    await fill(world.session, { loss: ['tenant-a', 'tenant-b', ''].map(holeOf) })
    const found = await lossesOf(world.session, 'access', ['tenant-a'])
    assert.deepEqual(
      found.map(({ tenant }) => tenant),
      ['', 'tenant-a'],
    )
    assert.deepEqual(await lossesOf(world.session, 'issuance', ['tenant-a']), [])
  })
})
