import assert from 'node:assert/strict'
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { MintmarkError } from '@mintmark/core'
import { type EvidenceSource, walkEvidence } from '@mintmark/logs'
import { ingest, ingestSources } from '../../src/ingest/ingest.ts'
import { type Case, openCase } from '../../src/store/case.ts'
import { TABLES } from '../../src/store/schema.ts'
import { seal } from '../../src/verdicts/seal.ts'
import { backends, embedded } from '../backends.ts'
import { accessLine, contentOf, HELD, issuanceLine, writeEvidence } from './ingest_files.ts'

const root = mkdtempSync(join(tmpdir(), 'mintmark-ingest-'))
const evidence = join(root, 'evidence')
writeEvidence(evidence)
after(() => rmSync(root, { recursive: true, force: true }))

/** The source, with an error of the system after most of its bytes. */
function cutShort(source: EvidenceSource): EvidenceSource {
  return {
    ...source,
    // Else the file would be read without `open`.
    isPlain: false,
    async *open() {
      let left = source.sizeBytes - 100_000
      for await (const chunk of source.open()) {
        yield chunk.subarray(0, left)
        left -= chunk.length
        if (left <= 0) break
      }
      throw new MintmarkError('INPUT_UNREADABLE', 'injected', { path: source.path, errno: 'EIO' })
    },
  }
}

async function count(opened: Case, table: string): Promise<number> {
  const [row] = await opened.session.rows(`SELECT count() AS rows FROM ${table}`)
  return Number(row?.['rows'])
}

/** One case in a folder, empty for each of the works: opening takes longer than most of them. */
function emptyCase(): { start(): Promise<void>; stop(): Promise<void>; use: WithCase } {
  let place: Awaited<ReturnType<typeof embedded.start>>
  let opened: Case
  return {
    async start() {
      place = await embedded.start()
      opened = await openCase(place.location)
    },
    async stop() {
      await opened.close()
      await place.stop()
    },
    async use(work) {
      for (const { name } of TABLES) await opened.session.command(`TRUNCATE TABLE ${name}`)
      return await work(opened, place.location)
    },
  }
}

type WithCase = <T>(work: (opened: Case, location: string) => Promise<T>) => Promise<T>

function reads(get: () => Case): void {
  it('puts every record in its table, once, and lists every file', async () => {
    const report = await ingest(get(), [evidence], { threads: 2 })
    assert.equal(await count(get(), 'issuance'), HELD.issuances)
    assert.equal(await count(get(), 'access'), HELD.accesses + HELD.audit + HELD.small)
    assert.equal(await count(get(), 'directory'), 2)
    const shapes = Object.fromEntries(
      report.evidence.map(({ path, shape }) => [path.slice(evidence.length + 1), shape]),
    )
    assert.equal(shapes['accesses.ndjson'], 'mintmark-access')
    assert.equal(shapes['audit.csv'], 'ual-purview-csv')
    assert.equal(shapes['empty.txt'], 'empty')
    assert.equal(shapes['notes.txt'], 'unrecognised')
    assert.equal(report.evidence.length, 8 + HELD.small)
    assert.equal(report.rejected, HELD.small)
    const small = report.evidence.find(({ path }) => path.endsWith('000.ndjson'))
    assert.deepEqual(small?.rejected, { file: 0, row: 1, payload: 0 })
    assert.deepEqual(
      small.reasons.map(({ line, count: rejects }) => [line, rejects]),
      [[2, 1]],
    )
  })

  it('recognises the same content under another name, and compressed', async () => {
    const { evidence: rows } = await ingest(get(), [evidence])
    const copies = rows.filter(({ sameAs }) => sameAs !== undefined)
    assert.deepEqual(
      copies.map(({ path, sameAs, rows: held }) => [path, sameAs, held]),
      ['issuances-packed.ndjson.gz', 'issuances.ndjson'].map((name) => [
        join(evidence, name),
        join(evidence, 'issuances-copy.ndjson'),
        0,
      ]),
    )
  })
}

function readsAgain(get: () => Case, name: string): void {
  it('adds nothing when it is run again', async () => {
    const content = await contentOf(get().session)
    const report = await ingest(get(), [evidence])
    assert.equal(report.added, 0)
    assert.equal(report.evidence.length, 8 + HELD.small)
    assert.equal(await contentOf(get().session), content)
  })

  it('knows its lines', async () => {
    const rows = await get().session.rows(
      `SELECT min(line) AS first, max(line) AS last, uniqExact(line) AS lines FROM access
      WHERE evidence_id = (SELECT evidence_id FROM evidence WHERE path = {path:String})`,
      { path: join(evidence, 'accesses.ndjson') },
    )
    const last = String(HELD.accesses)
    assert.deepEqual(rows, [{ first: '1', last, lines: last }])
  })

  it('keeps a record once when it is sealed, and counts what there was', async () => {
    const overlap = join(root, `overlap ${name}`)
    mkdirSync(overlap)
    const changed = accessLine(3, { text: 'changed' })
    writeFileSync(
      join(overlap, 'a.ndjson'),
      `${[issuanceLine(1), issuanceLine(2), issuanceLine(2), changed].join('\n')}\n`,
    )
    await ingest(get(), [overlap])
    const sealed = await seal(get())
    assert.deepEqual(sealed, { duplicates: 3, conflicts: 1 })
    assert.equal(await count(get(), 'issuance'), HELD.issuances)
    const conflicts = await get().session.rows('SELECT toUInt32(records) AS records FROM conflict')
    assert.deepEqual(conflicts, [{ records: 2 }])
    const { evidence: rows } = await ingest(get(), [overlap])
    assert.deepEqual(
      rows.map(({ rows: held, duplicates }) => [held, duplicates]),
      [[4, 3]],
    )
    assert.deepEqual(await seal(get()), sealed)
  })
}

function readsDuplicates(get: () => Case, name: string): void {
  it('keeps of two copies the one that says more, and both where they contradict each other', async () => {
    const folder = join(root, `poorer ${name}`)
    mkdirSync(folder)
    const rowsBefore = await count(get(), 'access')
    const { conflicts: known } = await seal(get())
    // As Sentinel's table leaves out the token and Defender's the tenant: of one record, in either order.
    const whole = accessLine(200_001)
    const poorer = without(whole, 'tokenId', 'tenant', 'items')
    writeFileSync(join(folder, 'a.ndjson'), `${poorer}\n`)
    writeFileSync(join(folder, 'b.ndjson'), `${whole}\n${without(accessLine(200_002), 'appId')}\n`)
    await ingest(get(), [folder])
    await seal(get())
    writeFileSync(join(folder, 'c.ndjson'), `${accessLine(200_002)}\n`)
    const other = without(accessLine(200_003, { text: 'other' }), 'tokenId')
    writeFileSync(join(folder, 'd.ndjson'), `${accessLine(200_003)}\n${other}\n`)
    await ingest(get(), [folder])
    const sealed = await seal(get())
    assert.equal(sealed.conflicts, known + 1)
    assert.equal(await count(get(), 'access'), rowsBefore + 4)
    const stored = await get().session.rows(
      `SELECT count() AS rows FROM access
      WHERE token_id != toUUID('00000000-0000-0000-0000-000000000000') AND app_id != ''
        AND evidence_id GLOBAL IN (SELECT evidence_id FROM evidence WHERE startsWith(path, {folder:String}))`,
      { folder },
    )
    assert.equal(Number(stored[0]?.['rows']), 3)
    const { evidence: rows } = await ingest(get(), [folder])
    assert.deepEqual(
      rows.map(({ duplicates }) => duplicates),
      [1, 1, 0, 0],
    )
    assert.deepEqual(await seal(get()), sealed)
  })
}

/** A line of JSON without some of its members. */
function without(line: string, ...names: readonly string[]): string {
  return JSON.stringify(JSON.parse(line), (key, value: unknown) =>
    names.includes(key) ? undefined : value,
  )
}

for (const backend of backends) {
  describe(`ingest: ${backend.name}`, { skip: backend.skip ?? false }, () => {
    let place: Awaited<ReturnType<typeof backend.start>>
    let opened: Case

    before(async () => {
      place = await backend.start()
      opened = await openCase(place.location)
    })
    after(async () => {
      await opened.close()
      await place.stop()
    })

    const get = () => opened
    describe('once', () => reads(get))
    describe('again', () => readsAgain(get, backend.name))
    describe('in copies with fewer fields', () => readsDuplicates(get, backend.name))
  })
}

describe('ingest: records and files', () => {
  const fresh = emptyCase()
  before(() => fresh.start())
  after(() => fresh.stop())

  it('gives the same rows with one thread and with four', async () => {
    const contents: string[] = []
    for (const threads of [1, 4]) {
      await fresh.use(async (opened) => {
        await ingest(opened, [evidence], { threads })
        contents.push(await contentOf(opened.session))
      })
    }
    assert.equal(contents[0], contents[1])
  })

  it('keeps equal lines without an id apart, in one file and in two, and merges a repeated file', async () => {
    const folder = mkdtempSync(join(root, 'anonymous-'))
    const line = accessLine(1, { id: false })
    writeFileSync(join(folder, 'a.ndjson'), `${line}\n${line}\n`)
    writeFileSync(join(folder, 'b.ndjson'), `${line}\n`)
    await fresh.use(async (opened) => {
      await ingest(opened, [folder])
      await ingest(opened, [folder])
      await seal(opened)
      assert.equal(await count(opened, 'access'), 3)
    })
  })

  it('reads a file again under its name when its content has changed', async () => {
    const file = join(mkdtempSync(join(root, 'grown-')), 'a.ndjson')
    writeFileSync(file, `${accessLine(1)}\n`)
    await fresh.use(async (opened) => {
      await ingest(opened, [file])
      appendFileSync(file, `${accessLine(2)}\n`)
      const report = await ingest(opened, [file])
      assert.equal(report.added, 1)
      const sealed = await seal(opened)
      assert.deepEqual(sealed, { duplicates: 1, conflicts: 0 })
      assert.equal(await count(opened, 'access'), 2)
    })
  })
})

describe('ingest: what fails', () => {
  const fresh = emptyCase()
  before(() => fresh.start())
  after(() => fresh.stop())

  it('keeps nothing of a file that fails amid its rows, and all of the others', async () => {
    const [large, small] = ['accesses.ndjson', 'issuances.ndjson'].map((name) =>
      join(evidence, name),
    )
    assert.ok(large !== undefined && small !== undefined)
    const sources: EvidenceSource[] = []
    for await (const source of walkEvidence([large, small])) sources.push(source)
    const failing = sources.map((source) => (source.path === large ? cutShort(source) : source))
    await fresh.use(async (opened) => {
      const { evidence: rows } = await ingestSources(opened, failing, { threads: 2 })
      assert.deepEqual(
        rows.map(({ shape, rows: held, rejected }) => [shape, held, rejected.file]),
        [
          ['unreadable', 0, 1],
          ['mintmark-issuance', HELD.issuances, 0],
        ],
      )
      assert.equal(await count(opened, 'access'), 0)
      await ingestSources(opened, sources, {})
      assert.equal(await count(opened, 'access'), HELD.accesses)
      assert.equal(await count(opened, 'evidence'), 2)
    })
    const only = failing.slice(0, 1)
    await fresh.use(async (opened) => {
      await assert.rejects(ingestSources(opened, only, {}), { code: 'INPUT_UNREADABLE' })
      assert.equal(await count(opened, 'evidence'), 0)
    })
  })
})

describe('ingest: what cannot be read', () => {
  const fresh = emptyCase()
  before(() => fresh.start())
  after(() => fresh.stop())

  it('reads what a gzip that ends early still gives, and says so', async () => {
    const folder = mkdtempSync(join(root, 'cut-'))
    const big = readFileSync(join(evidence, 'accesses.ndjson'))
    const packed = gzipSync(big)
    writeFileSync(join(folder, 'large.gz'), packed.subarray(0, packed.length - 1000))
    writeFileSync(join(folder, 'small.gz'), gzipSync(`${accessLine(1)}\n`).subarray(0, -9))
    await fresh.use(async (opened) => {
      const { evidence: rows } = await ingest(opened, [folder])
      const [large, small] = rows
      assert.equal(large?.rejected.file, 1)
      assert.ok(large.rows > 1000 && large.rows < HELD.accesses)
      assert.ok(large.statements.some(({ code }) => code === 'ends-early'))
      assert.equal(small?.rejected.file, 1)
    })
  })

  it('lists what cannot be read beside what can', async () => {
    const folder = mkdtempSync(join(root, 'links-'))
    writeFileSync(join(folder, 'a.ndjson'), `${accessLine(1)}\n`)
    symlinkSync('nowhere', join(folder, 'dangling'))
    symlinkSync('.', join(folder, 'loop'))
    // A file that can be opened and, on Linux, gives an error when it is read.
    symlinkSync('/proc/self/mem', join(folder, 'mem'))
    await fresh.use(async (opened) => {
      const { evidence: rows } = await ingest(opened, [folder])
      assert.deepEqual(
        rows.map(({ shape }) => shape),
        ['mintmark-access', 'unreadable', 'unreadable'],
      )
      const again = await ingest(opened, [folder])
      assert.equal(again.added, 0)
      writeFileSync(join(folder, 'nowhere'), `${accessLine(2)}\n`)
      await ingest(opened, [folder])
      const [row] = await opened.session.rows(
        "SELECT count() AS bad FROM evidence WHERE shape = 'unreadable'",
      )
      assert.equal(row?.['bad'], '1')
    })
  })

  it('leaves the case as it was when nothing can be read', async () => {
    await fresh.use(async (opened) => {
      await assert.rejects(ingest(opened, [join(root, 'no such file')]), {
        code: 'INPUT_UNREADABLE',
      })
      assert.equal(await count(opened, 'evidence'), 0)
    })
  })
})

describe('ingest: the run', () => {
  const fresh = emptyCase()
  before(() => fresh.start())
  after(() => fresh.stop())

  it('does not read its own case, and of another only its description', async () => {
    await fresh.use(async (opened, location) => {
      const parent = join(location, '..')
      writeFileSync(join(parent, 'a.ndjson'), `${accessLine(1)}\n`)
      const report = await ingest(opened, [parent])
      assert.equal(report.evidence.length, 1)
      const ofAnother: string[] = []
      for await (const { path } of walkEvidence([location])) ofAnother.push(path)
      assert.deepEqual(ofAnother, [join(location, 'case.json')])
    })
  })

  it('stops when it is aborted, has whole files alone, and continues later', async () => {
    await fresh.use(async (opened) => {
      const stop = new AbortController()
      const onProgress = () => stop.abort(new Error('enough'))
      await assert.rejects(
        ingest(opened, [evidence], { signal: stop.signal, onProgress }),
        /enough/u,
      )
      const [row] = await opened.session.rows(
        'SELECT count() AS rows FROM access WHERE evidence_id NOT IN (SELECT evidence_id FROM evidence)',
      )
      assert.equal(row?.['rows'], '0')
      await ingest(opened, [evidence])
      assert.equal(await count(opened, 'access'), HELD.accesses + HELD.audit + HELD.small)
    })
  })

  it('says how far it is', async () => {
    await fresh.use(async (opened) => {
      const reported: number[] = []
      await ingest(opened, [evidence], { onProgress: ({ filesDone }) => reported.push(filesDone) })
      assert.deepEqual(
        reported,
        reported.toSorted((a, b) => a - b),
      )
      assert.equal(reported.at(-1), 8 + HELD.small)
    })
  })
})
