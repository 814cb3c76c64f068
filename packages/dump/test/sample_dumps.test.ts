/** Real dumps of other projects, where they are at hand: `../shared/data/dumps` beside this repository. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { fileSource } from '../src/byte_sources.ts'
import type { Dump } from '../src/memory/segment.ts'
import { openDump } from '../src/open_dump.ts'
import { assertMap, dumpOf } from './checked_dump.ts'

const repository = resolve(fileURLToPath(import.meta.url), '../../../..')
const root = resolve(repository, '../shared/data/dumps')
const skip = existsSync(root) ? false : `${root} is not there`

function read(path: string): Dump {
  const source = fileSource(join(root, path))
  try {
    const dump = openDump(source)
    assertMap(dump, source.size)
    return dump
  } finally {
    source.close()
  }
}

const cores = 'lldb/packages/Python/lldbsuite/test/functionalities/postmortem/elf-core'
const breakpad = 'breakpad/src/processor/testdata'

/** Address, offset and length of each segment with an address. */
function listed(dump: Dump): readonly string[] {
  return dump.segments.flatMap(({ address, offset, length, owner }) =>
    address === undefined
      ? []
      : `${address.toString(16)} ${offset.toString(16)} ${length.toString(16)} ${owner?.kind ?? '-'}`,
  )
}

describe('a core is read as readelf -l lists it:', { skip }, () => {
  const cases = [
    {
      name: 'x86-64 with a mapped file',
      path: `${cores}/linux-x86_64.core`,
      expected: [
        '400000 1000 1000 file',
        '7ffe0c026000 2000 3000 stack',
        '7ffe0c16b000 5000 2000 other',
        '7ffe0c16d000 7000 2000 -',
        'ffffffffff600000 9000 1000 -',
      ],
    },
    {
      name: 'big-endian s390x',
      path: `${cores}/linux-s390x.core`,
      expected: ['80000000 1000 1000 file', '3ffffffe000 2000 2000 stack'],
    },
    {
      name: 'of gcore, without alignment',
      path: `${cores}/gcore/linux-x86_64.core`,
      expected: ['7fff0fb34000 18e8 2000 other', 'ffffffffff600000 38e8 1000 -'],
    },
  ]
  for (const { name, path, expected } of cases)
    it(name, () => assert.deepEqual(listed(read(path)), expected))

  it('that lists 131,070 segments over the same bytes', () => {
    const dump = dumpOf(gunzipSync(readFileSync(join(root, 'radare2-testbins/elf/core65k.gz'))))
    assert.equal(dump.about['programHeaders'], 131_070)
    assert.deepEqual(listed(dump), ['0 1040 1000 -'])
    assert.deepEqual(dump.flaws, [])
  })
})

describe('a minidump is read as its own project lists it:', { skip }, () => {
  it('minidump2 of Breakpad: memory and modules', () => {
    const dump = read(`${breakpad}/minidump2.dmp`)
    const text = readFileSync(join(root, `${breakpad}/minidump2.dump.out`), 'latin1')
    const regions = [
      ...text.matchAll(
        /start_of_memory_range = 0x([0-9a-f]+)\n\s+memory\.data_size\s+= 0x([0-9a-f]+)\n\s+memory\.rva\s+= 0x([0-9a-f]+)/g,
      ),
    ]
    const wanted = new Set(regions.map(([, from, size, rva]) => `${from} ${rva} ${size}`))
    const found = new Set(listed(dump).map((line) => line.split(' ').slice(0, 3).join(' ')))
    assert.ok(wanted.size >= 3)
    assert.deepEqual(found, wanted)
    assert.equal(dump.about['modules'], Number(/module_count\s+= (\d+)/.exec(text)?.[1]))
  })
})

const folders = ['lldb', 'breakpad', 'rust-minidump', 'radare2-testbins']

describe('every sample is read, or says what is wrong:', { skip }, () => {
  const files: string[] = []
  before(() => {
    for (const folder of folders)
      for (const file of readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
        if (file.isFile() && /\.(dmp|core|\d+)$/.test(file.name))
          files.push(join(file.parentPath, file.name))
  })

  it('as its container, with memory or a flaw', () => {
    assert.ok(files.length > 70)
    for (const file of files) {
      const dump = dumpOf(readFileSync(file))
      // Microdumps of Breakpad are lines of a log.
      const isText = file.includes('microdump-')
      assert.equal(dump.container === 'raw', isText, file)
      assert.ok(
        dump.segments.length > 0 || dump.flaws.length > 0 || file.endsWith('linux-arm.core'),
        file,
      )
    }
  })

  for (const name of ['invalid-range.dmp', 'invalid-record-count.dmp'])
    it(`with a flaw: ${name}`, () =>
      assert.ok(read(`rust-minidump/testdata/${name}`).flaws.length > 0))
})
