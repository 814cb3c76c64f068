import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, it } from 'node:test'
import {
  erratumOf,
  erratumText,
  isWhole,
  readReport,
  verifyReport,
  writeErratum,
} from '@mintmark/report'
import * as fc from 'fast-check'
import { sealedFolder } from '../src/sealed/folder.ts'
import { publicPem } from '../src/sealed/signature.ts'

const root = mkdtempSync(join(tmpdir(), 'mintmark-erratum-'))
after(() => rmSync(root, { recursive: true, force: true }))

interface Small {
  /** Text and strength by id. */
  readonly statements: Readonly<Record<string, readonly [string, string]>>
  readonly figures: Readonly<Record<string, number | null>>
  readonly rows: readonly (readonly [string, number])[]
  /** Names of files; each has a hash of its own. */
  readonly inputs: readonly string[]
}

const evidence = [{ kind: 'table', table: 'accounts' }]
let made = 0

async function reportOf({ statements, figures, rows, inputs }: Small) {
  const place = join(root, `report-${made++}`)
  const sections = [
    {
      id: 'answer',
      statements: Object.entries(statements).map(([id, [text, strength]]) => ({
        id,
        text,
        strength,
        evidence,
      })),
      figures: Object.entries(figures).map(([id, value]) => ({
        id,
        label: id,
        value,
        strength: 'established',
        evidence,
      })),
      tables: [
        {
          id: 'accounts',
          title: 'Accounts',
          rows,
          total: rows.length,
          strength: 'bounded',
          evidence,
        },
      ],
    },
    {
      id: 'inputs',
      tables: [
        {
          id: 'inputs',
          title: 'Files',
          columns: [{ id: 'path' }, { id: 'sha256' }],
          rows: inputs.map((name) => [name, `hash of ${name}`]),
          total: inputs.length,
          evidence,
        },
      ],
    },
  ]
  const report = JSON.stringify({ schema: 'mintmark-report/1', title: 'T', sections })
  await sealedFolder(place, {}, (folder) => folder.write('report.json', [report]))
  return place
}

const BEFORE: Small = {
  statements: { found: ['10 tokens', 'established'], silence: ['none', 'unknown'] },
  figures: { mailboxes: 4 },
  rows: [
    ['ann', 1],
    ['bob', 2],
    ['bob', 2],
  ],
  inputs: ['a.csv', 'b.csv'],
}

it('names what was withdrawn, added and changed, with rows, strength and files', async () => {
  const later: Small = {
    statements: { found: ['10 tokens', 'lead'], more: ['2 keys', 'established'] },
    figures: { mailboxes: null },
    rows: [
      ['ann', 1],
      ['bob', 2],
      ['eve', 3],
    ],
    inputs: ['b.csv', 'c.csv'],
  }
  const before = await readReport(await reportOf(BEFORE))
  const erratum = erratumOf(before, await readReport(await reportOf(later)))
  const said = erratum.differences.map(({ kind, id, change }) => `${change} ${kind} ${id}`)
  assert.deepEqual(said, [
    'changed statement found',
    'added statement more',
    'changed figure mailboxes',
    'changed table accounts',
    'changed table inputs',
    'withdrawn statement silence',
  ])
  const [found, , , accounts] = erratum.differences
  assert.deepEqual([found?.before?.strength, found?.after?.strength], ['established', 'lead'])
  assert.deepEqual(accounts?.rows, {
    withdrawn: ['["bob",2]'],
    added: ['["eve",3]'],
    withdrawnTotal: 1,
    addedTotal: 1,
  })
  assert.deepEqual(erratum.inputs, {
    withdrawn: [{ path: 'a.csv', sha256: 'hash of a.csv' }],
    added: [{ path: 'c.csv', sha256: 'hash of c.csv' }],
  })
  assert.match(erratumText(erratum), /- now \(lead\): 10 tokens/)
})

const withStatement = async (id: string) => {
  const statements: Small['statements'] = { [id]: ['a "id":"touches"', 'unknown'] }
  return await readReport(await reportOf({ ...BEFORE, statements }))
}

it('knows the ids of earlier builds', async () => {
  const erratum = erratumOf(
    await withStatement('scope-either'),
    await withStatement('scope-ambiguous'),
  )
  assert.deepEqual(erratum.differences, [])
})

it('is empty of one report, and turned round of two the other way', async () => {
  const text = fc.constantFrom('a', 'b', 'c')
  const small: fc.Arbitrary<Small> = fc.record({
    statements: fc.dictionary(text, fc.tuple(text, text), { noNullPrototype: true }),
    figures: fc.dictionary(text, fc.option(fc.nat(2), { nil: null }), { noNullPrototype: true }),
    rows: fc.array(fc.tuple(text, fc.nat(2)), { maxLength: 4 }),
    inputs: fc.uniqueArray(text),
  })
  await fc.assert(
    fc.asyncProperty(small, small, async (one, other) => {
      const [a, b] = [
        await readReport(await reportOf(one)),
        await readReport(await reportOf(other)),
      ]
      assert.deepEqual(erratumOf(a, a).differences, [])
      const there = erratumOf(a, b).differences
      const back = new Map(
        erratumOf(b, a).differences.map((each) => [`${each.kind} ${each.id}`, each]),
      )
      assert.equal(there.length, back.size)
      for (const { kind, id, before, after: now, rows } of there) {
        const turned = back.get(`${kind} ${id}`)
        assert.deepEqual([turned?.before, turned?.after], [now, before])
        assert.deepEqual([turned?.rows.added, turned?.rows.withdrawn], [rows.withdrawn, rows.added])
      }
    }),
    { numRuns: 30 },
  )
})

it('is written and signed as a report is', async () => {
  const key = generateKeyPairSync('ed25519').privateKey
  const one = await readReport(await reportOf(BEFORE))
  const out = join(root, 'erratum')
  await writeErratum(erratumOf(one, one), out, key)
  assert.equal(isWhole(await verifyReport(out, publicPem(key)), true), true)
  assert.match(readFileSync(join(out, 'erratum.md'), 'utf8'), /Both reports say the same\./)
})

it('an erratum is refused for a changed report, and for a folder without a report', async () => {
  const place = await reportOf(BEFORE)
  appendFileSync(join(place, 'report.json'), ' ')
  await assert.rejects(readReport(place), /it is not as it was written/)
  await assert.rejects(readReport(root), { code: 'INPUT_UNREADABLE' })
})
