import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { after, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { inflate } from '../../src/files/stored_bytes.ts'
import { type EvidenceSource, walkEvidence } from '../../src/index.ts'
import { readEvidence } from '../../src/reader.ts'
import { collector, keyed, once } from '../collected.ts'
import { zipOf } from './zip_writer.ts'

const root = mkdtempSync(join(tmpdir(), 'mintmark-walk-'))
after(() => rmSync(root, { recursive: true, force: true }))

const rowsOf = (...keys: string[]) => Buffer.from(keys.map((k) => `{"k":"${k}"}\n`).join(''))
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

let folders = 0
/** A folder of its own with these files. */
function folderOf(files: Record<string, Uint8Array>): string {
  const folder = join(root, `${folders++}`)
  mkdirSync(folder)
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes)
  return folder
}

async function sourcesIn(...paths: string[]): Promise<EvidenceSource[]> {
  const sources: EvidenceSource[] = []
  for await (const source of walkEvidence(paths)) sources.push(source)
  return sources
}

async function eventsIn(source: EvidenceSource): Promise<string[]> {
  const events: string[] = []
  await readEvidence(source, collector(events), [keyed])
  return events
}

/** Path below the folder, then what the source gives. */
async function readAll(folder: string): Promise<[string, string[]][]> {
  const sources = await sourcesIn(folder)
  return await Promise.all(
    sources.map(
      async (source): Promise<[string, string[]]> => [
        source.path.slice(folder.length + 1),
        await eventsIn(source),
      ],
    ),
  )
}

describe('a walk', () => {
  it('gives files in the order of names, at any depth, and ignores their extensions', async () => {
    const folder = folderOf({
      'b.png': rowsOf('b'),
      'a.csv': gzipSync(rowsOf('a')),
      'z.json': zipOf([{ name: 'x.exe', content: rowsOf('z') }]),
    })
    mkdirSync(join(folder, 'c/d'), { recursive: true })
    writeFileSync(join(folder, 'c/d/e'), rowsOf('e'))
    assert.deepEqual(await readAll(folder), [
      ['a.csv', ['row a @1']],
      ['b.png', ['row b @1']],
      ['c/d/e', ['row e @1']],
      ['z.json!x.exe', ['row z @1']],
    ])
  })

  it('survives links in a circle, and walks a folder once however it is reached', async () => {
    const folder = folderOf({ 'a.json': rowsOf('a') })
    symlinkSync(folder, join(folder, 'loop'))
    symlinkSync('self', join(folder, 'self'))
    symlinkSync('nowhere', join(folder, 'broken'))
    assert.deepEqual(await readAll(folder), [
      ['a.json', ['row a @1']],
      ['broken', ['bad file not-found @1']],
      ['self', ['bad file not-found @1']],
    ])
    assert.equal((await sourcesIn(folder, folder)).length, 3)
  })

  it('refuses what is neither file nor folder', async () => {
    const folder = folderOf({})
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(join(folder, 'socket'), resolve))
    assert.deepEqual(await readAll(folder), [['socket', ['bad file not-a-file @1']]])
    server.close()
  })

  it('leaves out excepted paths', async () => {
    const folder = folderOf({ 'a.json': rowsOf('a'), case: rowsOf('own') })
    const paths: string[] = []
    for await (const { path } of walkEvidence([folder], { except: [join(folder, 'case')] }))
      paths.push(path)
    assert.deepEqual(paths, [join(folder, 'a.json')])
  })

  it('of a path that does not exist is an error with the path and the cause', async () => {
    const path = join(root, 'missing')
    await assert.rejects(sourcesIn(path), {
      code: 'INPUT_UNREADABLE',
      facts: { path, errno: 'ENOENT' },
    })
  })

  it('reads an error while reading as an error, not as the end', async () => {
    const folder = folderOf({ 'a.json': rowsOf('a') })
    const [source] = await sourcesIn(folder)
    assert.ok(source !== undefined)
    rmSync(join(folder, 'a.json'))
    await assert.rejects(eventsIn(source), { code: 'INPUT_UNREADABLE' })
  })
})

describe('a source', () => {
  it('can be opened again, and hashes the file on disk, or a member of a zip', async () => {
    const content = rowsOf('a', 'b')
    const packed = gzipSync(content)
    const folder = folderOf({
      '1': content,
      '2': packed,
      '3': zipOf([
        { name: 'm', content },
        { name: 'n', content: packed },
      ]),
    })
    const sources = await sourcesIn(folder)
    assert.deepEqual(
      sources.map(({ isPlain }) => isPlain),
      [true, false, false, false],
    )
    const hashes = await Promise.all(sources.map((source) => source.sha256()))
    assert.deepEqual(hashes, [content, packed, content, packed].map(sha256))
    for (const source of sources) {
      assert.deepEqual(await eventsIn(source), ['row a @1', 'row b @2'])
      assert.deepEqual(await eventsIn(source), ['row a @1', 'row b @2'])
    }
  })

  it('of an empty file is empty', async () => {
    const [source] = await sourcesIn(folderOf({ '0': Buffer.alloc(0) }))
    assert.ok(source !== undefined)
    const summary = await readEvidence(source, collector([]), [keyed])
    assert.equal(summary.shape, 'empty')
  })
})

describe('gzip', () => {
  it('of several members is read to the end', async () => {
    const bytes = Buffer.concat([gzipSync(rowsOf('a')), gzipSync(rowsOf('b'))])
    assert.deepEqual(await readAll(folderOf({ g: bytes })), [['g', ['row a @1', 'row b @2']]])
  })

  it('that ends early gives what was there, and says so', async () => {
    const keys = Array.from({ length: 2000 }, (_, i) => `${(i * 7919) % 10_007}`)
    const folder = folderOf({ g: gzipSync(rowsOf(...keys)) })
    truncateSync(join(folder, 'g'), 4000)
    const [[, events] = ['', []]] = await readAll(folder)
    const rows = events.filter((event) => event.startsWith('row '))
    assert.ok(rows.length > 100, `${rows.length} rows`)
    assert.ok(events.some((event) => event.startsWith('bad file compressed-data-ends-early')))
    assert.equal(events.filter((event) => event.startsWith('says ends-early')).length, 1)
  })

  it('with damage in the middle gives what comes before', async () => {
    const bytes = gzipSync(rowsOf(...Array.from({ length: 5000 }, (_, i) => `${(i * 31) % 997}`)))
    bytes.fill(0xff, bytes.length >> 1, (bytes.length >> 1) + 100)
    const [[, events] = ['', []]] = await readAll(folderOf({ g: bytes }))
    assert.ok(events.some((event) => event.startsWith('bad file compressed-data-damaged')))
  })

  it('with bytes behind it gives all of its rows, and says so', async () => {
    const keys = Array.from({ length: 5000 }, (_, i) => `${(i * 31) % 997}`)
    const bytes = Buffer.concat([gzipSync(rowsOf(...keys)), Buffer.from('garbage')])
    const [[, events] = ['', []]] = await readAll(folderOf({ g: bytes }))
    assert.deepEqual(
      events.filter((event) => event.startsWith('row ')),
      keys.map((key, i) => `row ${key} @${i + 1}`),
    )
    assert.ok(events.some((event) => event.startsWith('bad file compressed-data-damaged')))
  })

  it('with damage gives every whole row before it', async () => {
    const keys = Array.from({ length: 50_000 }, (_, i) => `${(i * 7919) % 100_003}`)
    const head = rowsOf(...keys)
    const stored = gzipSync(head, { level: 0 })
    // Stored, not compressed: what is before the broken checksum is known.
    stored.fill(0xff, stored.length - 8)
    const [[, events] = ['', []]] = await readAll(folderOf({ g: stored }))
    assert.equal(events.filter((event) => event.startsWith('row ')).length, keys.length)
  })

  it('in gzip, and zip in gzip, are opened; too many layers are refused', async () => {
    let layers: Buffer = rowsOf('deep')
    for (let i = 0; i < 5; i++) layers = gzipSync(layers)
    const folder = folderOf({
      a: gzipSync(gzipSync(rowsOf('a'))),
      b: gzipSync(zipOf([{ name: 'm', content: rowsOf('b') }])),
      c: layers,
    })
    assert.deepEqual(await readAll(folder), [
      ['a', ['row a @1']],
      ['b!m', ['row b @1']],
      ['c', ['bad file nested-too-deep @1']],
    ])
  })
})

it('damage of gzip is reported, also when it is whole by the time that it is read again', async () => {
  const whole = gzipSync(rowsOf(...Array.from({ length: 50_000 }, (_, i) => `${i}`)))
  const damaged = Buffer.from(whole)
  damaged.fill(0xff, damaged.length >> 1, (damaged.length >> 1) + 100)
  const reads = [damaged, whole]
  const reasons: string[] = []
  const chunks = inflate(
    () => once(reads.shift() ?? whole),
    'gzip',
    whole.length,
    ({ reason }) => reasons.push(reason),
  )
  for await (const chunk of chunks) assert.ok(chunk.length > 0)
  assert.deepEqual([reasons, reads], [['compressed-data-damaged'], []])
})

describe('zip', () => {
  it('gives each member, stored or deflated, of a zip within it as well, and no folders', async () => {
    const inner = zipOf([{ name: 'i.csv', content: Buffer.from('k,x\nb,1\n') }])
    const bytes = zipOf([
      { name: 'folder/', content: Buffer.alloc(0), isStored: true },
      { name: 'folder/a.json', content: rowsOf('a') },
      { name: 'inner.zip', content: inner, isStored: true },
      { name: '../../c', content: rowsOf('c'), isStored: true },
    ])
    assert.deepEqual(await readAll(folderOf({ z: bytes })), [
      ['z!folder/a.json', ['row a @1']],
      ['z!inner.zip!i.csv', ['row b @2']],
      ['z!../../c', ['row c @1']],
    ])
  })

  it('refuses members that it cannot read, each with its reason, and reads the others', async () => {
    const content = rowsOf('a')
    const bytes = zipOf([
      { name: 'locked', content, isEncrypted: true },
      { name: 'odd', content, method: 12 },
      { name: 'good', content },
      { name: 'rotten', content, checksum: 1 },
      { name: 'short', content, declaredBytes: 4 },
    ])
    assert.deepEqual(await readAll(folderOf({ z: bytes })), [
      ['z!locked', ['bad file encrypted @1']],
      ['z!odd', ['bad file unsupported-compression @1']],
      ['z!good', ['row a @1']],
      ['z!rotten', ['bad file zip-damaged @1', 'says ends-early @1', 'row a @1']],
      ['z!short', ['bad file zip-damaged @1', 'says ends-early @1', 'bad row cut-short @1']],
    ])
  })

  it('without its directory is one refused file', async () => {
    const bytes = zipOf([{ name: 'a', content: rowsOf('a') }])
    const folder = folderOf({ z: bytes.subarray(0, 60) })
    assert.deepEqual(await readAll(folder), [['z', ['bad file zip-unreadable @1']]])
  })
})

describe('a folder', () => {
  it('has files whose names are not UTF-8 refused, with what to do', async () => {
    const folder = folderOf({ 'a.json': rowsOf('a') })
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/b`), Buffer.from([0xff])]), rowsOf('b'))
    const refused = (await sourcesIn(folder)).map((source) => source.refused?.detail)
    assert.deepEqual(refused, [undefined, 'the name is not UTF-8: rename it'])
    await assert.rejects(sourcesIn(`${folder}/b\uFFFD`), /its name is not UTF-8: rename it$/)
  })

  it('is read without the engine of an earlier case, and with what else lies there', async () => {
    const folder = folderOf({ 'a.json': rowsOf('a'), 'case.json': rowsOf('b') })
    const old = join(folder, 'old')
    for (const each of [folder, old]) mkdirSync(join(each, 'engine'), { recursive: true })
    for (const each of ['engine/a.json', 'old/engine/a.json', 'old/a.json'])
      writeFileSync(join(folder, each), rowsOf('a'))
    writeFileSync(join(old, 'case.json'), '{"format":"mintmark-case","schemaVersion":7}')
    const paths = (await sourcesIn(folder)).map(({ path }) => relative(folder, path))
    const all = ['a.json', 'case.json', 'engine/a.json', 'old/a.json', 'old/case.json']
    assert.deepEqual(paths, all)
  })
})

describe('padding of a gzip', () => {
  for (const length of [1, 511, 100_000])
    it(`of ${length} zeros leaves it whole, unless text is behind them`, async () => {
      const padded = Buffer.concat([gzipSync(rowsOf('a')), Buffer.alloc(length)])
      const folder = folderOf({ a: padded, b: Buffer.concat([padded, Buffer.from('text')]) })
      assert.deepEqual(await readAll(folder), [
        ['a', ['row a @1']],
        ['b', ['bad file compressed-data-damaged @1', 'says ends-early @1', 'row a @1']],
      ])
    })
})
