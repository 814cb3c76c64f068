import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { elfCore } from '@mintmark/testkit'
import * as fc from 'fast-check'
import { bytesSource, fileSource } from '../src/byte_sources.ts'
import type { ByteSource } from '../src/memory/segment.ts'
import { openDump } from '../src/open_dump.ts'
import { memory } from './built_dumps.ts'
import { assertMap } from './checked_dump.ts'

const folder = mkdtempSync(join(tmpdir(), 'mintmark-source-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const read = (source: ByteSource, offset: number, length: number): readonly number[] => {
  const target = new Uint8Array(length)
  return [...target.subarray(0, source.read(offset, target))]
}

describe('a file and bytes in memory', () => {
  it('give the same at any place, fewer at the end and nothing past it', () => {
    const bytes = memory(1000)
    const path = join(folder, 'bytes')
    writeFileSync(path, bytes)
    const file = fileSource(path)
    fc.assert(
      fc.property(fc.nat(1100), fc.nat(400), (offset, length) => {
        const wanted = [...bytes.subarray(offset, offset + length)]
        assert.deepEqual(read(file, offset, length), wanted)
        assert.deepEqual(read(bytesSource(bytes), offset, length), wanted)
      }),
    )
    file.close()
  })

  it('give the same dump', () => {
    const { bytes } = elfCore({ memory: [{ address: 0x1000n, bytes: memory(40_000) }] })
    const path = join(folder, 'core')
    writeFileSync(path, bytes)
    const file = fileSource(path)
    assert.deepEqual(openDump(file), openDump(bytesSource(bytes)))
    file.close()
  })
})

describe('fileSource refuses with INPUT_UNREADABLE', () => {
  it('what says that it is empty and is not, as files of /proc do, and no empty file', (t) => {
    const empty = join(folder, 'empty')
    writeFileSync(empty, '')
    fileSource(empty).close()
    if (process.platform !== 'linux') return t.skip('there is no /proc')
    assert.throws(() => fileSource('/proc/self/status'), {
      code: 'INPUT_UNREADABLE',
      message: /says that it is empty, and is not/,
    })
  })

  it('what is not there, a folder, a pipe without a writer, and reading after it is closed', () => {
    const pipe = join(folder, 'pipe')
    spawnSync('mkfifo', [pipe])
    for (const path of [join(folder, 'none'), folder, pipe, '/dev/zero', '\0'])
      assert.throws(() => fileSource(path), { name: 'MintmarkError', code: 'INPUT_UNREADABLE' })
    const path = join(folder, 'closed')
    writeFileSync(path, 'x')
    const file = fileSource(path)
    file.close()
    file.close()
    assert.throws(() => file.read(0, new Uint8Array(1)), { code: 'INPUT_UNREADABLE' })
  })
})

describe('a dump of more than 4 GiB', () => {
  it('is read at its far end', () => {
    const path = join(folder, 'huge')
    const head = elfCore({ memory: [{ address: 0x1000n, bytes: memory(64) }] })
    const far = 6 * 2 ** 30
    // The one segment of a small core, moved far away: p_offset of the second program header.
    const bytes = head.bytes.slice()
    new DataView(bytes.buffer).setBigUint64(64 + 56 + 8, BigInt(far), true)
    writeFileSync(path, bytes)
    truncateSync(path, far + 64)
    const file = fileSource(path)
    const dump = openDump(file)
    assertMap(dump, far + 64)
    assert.deepEqual(dump.segments.at(-1), {
      offset: far,
      length: 64,
      address: 0x1000n,
      owner: undefined,
    })
    assert.deepEqual(dump.flaws, [])
    file.close()
  })
})
