import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import * as fc from 'fast-check'
import { REASONS, reasonText } from '../../src/verdicts/match/reasons.ts'
import { rawRow, rowIn } from '../../src/why/raw_row.ts'
import { explain } from '../../src/why/why.ts'
import {
  bind,
  fill,
  guid,
  hour,
  issuance,
  type OpenWorld,
  openWorld,
  type Row,
  undetermined,
} from '../world.ts'

describe('a record in its file', () => {
  const record = fc.record(
    { Id: fc.uuid(), text: fc.string(), more: fc.array(fc.string()) },
    { noNullPrototype: true },
  )
  const records = fc.uniqueArray(record, { minLength: 1, maxLength: 5, selector: ({ Id }) => Id })

  it('is found by its id in an array on one line, and under a member', () => {
    fc.assert(
      fc.property(
        records,
        fc.nat(),
        fc.boolean(),
        fc.boolean(),
        (all, which, isWrapped, isSpread) => {
          const wanted = all[which % all.length]
          assert.ok(wanted)
          const text = JSON.stringify(isWrapped ? { value: all } : all, undefined, isSpread ? 2 : 0)
          assert.deepEqual(JSON.parse(rowIn(`\n${text}\n`, [wanted.Id.toUpperCase()])), wanted)
        },
      ),
    )
  })

  it('without an id is the first of its line, or the whole row of a table', () => {
    assert.equal(rowIn('{"a":"}"}\n{"b":1}\n', []), '{"a":"}"}')
    assert.equal(rowIn('"a","two\nlines ""quoted""",3\nnext', []), '"a","two\nlines ""quoted""",3')
  })

  it('is read from a gzip file, and is refused once the file changed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mintmark-why-'))
    try {
      const path = join(folder, 'log.json.gz')
      const bytes = gzipSync('{"n":1}\n{"n":2}\n{"n":3}\n')
      writeFileSync(path, bytes)
      const place = { path, sha256: sha256(bytes), line: 2, ids: [] }
      assert.deepEqual(await rawRow(place), { text: '{"n":2}', isCut: false, problem: '' })
      const changed = await rawRow({ ...place, sha256: sha256(Buffer.from('other')) })
      assert.deepEqual(changed, { text: '', isCut: false, problem: 'file-changed' })
      assert.equal((await rawRow({ ...place, line: 9 })).problem, 'row-not-found')
      assert.equal((await rawRow({ ...place, path: join(folder, 'gone') })).problem, 'file-missing')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

it('says of each reason what docs/verdicts.md says', () => {
  const docs = readFileSync(new URL('../../../../docs/verdicts.md', import.meta.url), 'utf8')
  const plain = docs.replaceAll('`', '').replaceAll(/\s+/g, ' ')
  for (const { reason } of REASONS) {
    const { means, cannotMean } = reasonText(reason)
    const said = `### ${reason} **Means** ${means} **Cannot mean** ${cannotMean} **Settled by**`
    assert.ok(plain.includes(said), reason)
  }
})

/** An access of Ann's without a verdict, with sign-ins around it; its record id. */
async function fillAnn(
  { session }: OpenWorld,
  evidence: Row[] = [{ evidence_id: 1, path: '/nowhere/log.json', sha256: '00' }],
): Promise<string> {
  const ann = 'ann@example.org'
  const row = bind(ann, 10, ['<m@example.org>'], {
    line: 1,
    token_id: guid(1),
    session_id: 's-1',
    token_state: 'present',
  })
  await fill(session, {
    access: [row],
    issuance: [
      issuance(9, ann, { ip: '198.51.100.1', token_id: guid(2) }),
      issuance(11, ann.toUpperCase(), { ip: '198.51.100.2', token_id: guid(3) }),
      issuance(50, ann),
      issuance(10, 'bob@example.org', { token_id: guid(1) }),
    ],
    evidence,
    coverage: [
      {
        side: 'issuance',
        source: 'entra-signin',
        category: 'interactive',
        tenant: 'tenant-a',
        hour: hour(9).slice(0, 19),
        quality: 'whole',
        records: 3,
        issued: 3,
        issued_with_token: 2,
        first: hour(9),
        last: hour(9.5),
      },
    ],
    verdicts: new Map(undetermined(row)),
  })
  return String(row['record_id'])
}

describe('why', () => {
  let world: OpenWorld
  before(async () => {
    world = await openWorld()
  })
  after(() => world.close())

  it('takes no empty id for the session of what has none', async () => {
    await assert.rejects(explain(world.session, ''), { code: 'INPUT_INVALID' })
  })

  it('shows the record from a file with the same bytes, where the evidence moved to', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mintmark-why-'))
    try {
      const path = join(folder, 'log.json')
      writeFileSync(path, '{"n":1}\n')
      const gone = { path: '/nowhere/log.json', sha256: sha256(readFileSync(path)) }
      const record = await fillAnn(world, [
        { ...gone, evidence_id: 1 },
        { ...gone, evidence_id: 2, path, same_as: 1 },
      ])
      const { whys } = await explain(world.session, record)
      assert.deepEqual(whys[0]?.raw, { text: '{"n":1}', isCut: false, problem: '' })
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('explains an access, its token and its session, with what stands around it', async () => {
    const record = await fillAnn(world)
    for (const id of [record, guid(1), 's-1']) {
      const { whys, accesses } = await explain(world.session, id)
      assert.equal(accesses, 1)
      const [why] = whys
      assert.ok(why)
      assert.equal(why.access.verdict, 'undetermined')
      assert.equal(why.raw.problem, 'file-missing')
      assert.deepEqual(
        why.near.map(({ ip }) => ip),
        ['198.51.100.1', '198.51.100.2'],
      )
      assert.deepEqual(
        why.ofTokenId.map(({ principal }) => principal),
        ['bob@example.org'],
      )
      const [log] = why.logs
      assert.deepEqual([log?.hoursPresent, log?.issued, log?.withToken], [1, 3, 2])
      assert.equal(why.lookedFor.from, '2023-05-31T06:00:00.000Z')
    }
  })

  it('knows an issued token that no access has from an id that nothing has', async () => {
    await fill(world.session, { issuance: [issuance(9, 'ann@example.org', { token_id: guid(2) })] })
    assert.equal((await explain(world.session, guid(2))).issuances.length, 1)
    assert.deepEqual(await explain(world.session, 'nothing'), {
      kind: 'unknown',
      accesses: 0,
      outcomes: 0,
      whys: [],
      issuances: [],
    })
  })
})

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
