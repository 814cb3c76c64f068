import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { walkEvidence } from '../../src/index.ts'
import { readEvidence } from '../../src/reader.ts'
import { collector, keyed } from '../collected.ts'

const root = mkdtempSync(join(tmpdir(), 'mintmark-tar-'))
after(() => rmSync(root, { recursive: true, force: true }))

const rowsOf = (...keys: string[]) => keys.map((k) => `{"k":"${k}"}\n`).join('')
const LONG = `${'folder/'.repeat(20)}${'n'.repeat(120)}.json`

const made = join(root, 'made')
mkdirSync(join(made, 'folder/'.repeat(20)), { recursive: true })
writeFileSync(join(made, 'a.csv'), `k,x\na,1\n`)
writeFileSync(join(made, 'b.json'), rowsOf(...Array.from({ length: 2000 }, (_, i) => `b${i}`)))
writeFileSync(join(made, 'empty'), '')
writeFileSync(join(made, 'ü.json.gz'), gzipSync(rowsOf('u')))
writeFileSync(join(made, LONG), rowsOf('long'))
symlinkSync('a.csv', join(made, 'link'))

/** The archive that GNU tar makes of them. */
const tarOf = (...options: string[]): Buffer =>
  execFileSync('tar', [...options, '-cf', '-', '--sort=name', '.'], {
    cwd: made,
    maxBuffer: 2 ** 24,
  })

/** What is in a file of this content: path below it, rows that are no `b`, how many are. */
async function readAll(content: Uint8Array): Promise<unknown[]> {
  const file = join(root, 'archive')
  writeFileSync(file, content)
  const all: unknown[] = []
  for await (const source of walkEvidence([file])) {
    const events: string[] = []
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await readEvidence(source, collector(events), [keyed])
    const many = events.filter((event) => event.startsWith('row b'))
    const others = events.filter((event) => !event.startsWith('row b'))
    all.push([source.path.slice(file.length), ...others, ...(many.length > 0 ? [many.length] : [])])
  }
  return all
}

const WHOLE = [
  ['!./a.csv', 'row a @2'],
  ['!./b.json', 2000],
  ['!./empty'],
  [`!./${LONG}`, 'row long @1'],
  ['!./ü.json.gz', 'row u @1'],
]

describe('a tar archive gives its files,', () => {
  for (const format of ['gnu', 'posix', 'oldgnu']) {
    it(`in the format ${format}`, async () => {
      assert.deepEqual(await readAll(tarOf(`--format=${format}`)), WHOLE)
    })
  }

  it('within a gzip', async () => {
    assert.deepEqual(await readAll(gzipSync(tarOf())), WHOLE)
  })

  it('within another tar', async () => {
    const inner = tarOf('--format=gnu')
    writeFileSync(join(root, 'inner.tar'), inner)
    const outer = execFileSync('tar', ['-cf', '-', 'inner.tar'], { cwd: root, maxBuffer: 2 ** 24 })
    const read = await readAll(outer)
    assert.deepEqual(read.slice(0, 2), [
      ['!inner.tar!./a.csv', 'row a @2'],
      ['!inner.tar!./b.json', 2000],
    ])
  })

  it('up to where it is cut or damaged, and says so', async () => {
    const tar = tarOf('--format=gnu')
    const cut = tar.indexOf('{"k":"b1000"}')
    assert.deepEqual(await readAll(tar.subarray(0, cut)), [
      ['!./a.csv', 'row a @2'],
      ['!./b.json', 'bad file compressed-data-ends-early @1', 'says ends-early @1', 1000],
      ['', 'bad file compressed-data-ends-early @1'],
    ])
    const damaged = Buffer.from(tar)
    damaged[tar.indexOf('./empty')] = 0x21
    assert.deepEqual((await readAll(damaged)).at(-1), ['', 'bad file tar-damaged @1'])
    const withoutEnd = tar.subarray(0, tar.indexOf('./b.json'))
    assert.deepEqual((await readAll(withoutEnd)).at(-1), [
      '',
      'bad file compressed-data-ends-early @1',
    ])
  })
})
