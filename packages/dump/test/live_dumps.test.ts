/** Dumps of processes that run here: what the reader says is held against what the system says of them. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileSource } from '../src/byte_sources.ts'
import { dataRanges } from '../src/data_ranges.ts'
import type { Dump } from '../src/memory/segment.ts'
import { openDump } from '../src/open_dump.ts'
import { assertMap } from './checked_dump.ts'

const folder = mkdtempSync(join(tmpdir(), 'mintmark-live-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const missing = (...paths: readonly string[]): string | false => {
  const absent = paths.filter((path) => !existsSync(path))
  return absent.length === 0 ? false : `${absent.join(', ')} is not there`
}

function read(path: string): Dump {
  const source = fileSource(path)
  try {
    const dump = openDump(source)
    assertMap(dump, source.size)
    return dump
  } finally {
    source.close()
  }
}

/** Lines of a `/proc/…/maps`: address range, permissions, offset, device, inode, name. */
function mapsOf(text: string): readonly { readonly from: bigint; readonly name: string }[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [range = '', , , , , ...name] = line.split(/\s+/)
      return { from: BigInt(`0x${range.split('-')[0] ?? ''}`), name: name.join(' ') }
    })
}

describe('a core that gcore takes', { skip: missing('/usr/bin/gcore', '/usr/bin/gdb') }, () => {
  it('has the owners that the kernel lists, and the addresses that readelf does', async (test) => {
    const child = spawn('/bin/sleep', ['60'], { stdio: 'ignore' })
    try {
      await sleep(200)
      const maps = mapsOf(readFileSync(`/proc/${child.pid}/maps`, 'latin1'))
      const made = spawnSync('/usr/bin/gcore', ['-o', join(folder, 'core'), String(child.pid)])
      const path = join(folder, `core.${child.pid}`)
      if (made.status !== 0 || !existsSync(path)) {
        test.skip('gcore may not attach to processes here')
        return
      }
      const dump = read(path)
      assert.deepEqual([dump.container, dump.flaws.length], ['elf-core', 0])
      assert.equal(dump.about['process'], child.pid)
      assertOwners(dump, maps)
      assertListed(dump, path)
    } finally {
      child.kill()
    }
  })
})

function assertOwners(dump: Dump, maps: ReturnType<typeof mapsOf>): void {
  const kinds = { '[stack]': 'stack', '[vdso]': 'other' } as const
  let named = 0
  for (const { address, owner } of dump.segments) {
    const map = maps.find(({ from }) => from === address)
    if (map === undefined || map.name === '') continue
    if (map.name.startsWith('/')) assert.deepEqual(owner, { kind: 'file', name: map.name })
    else if (map.name === '[stack]' || map.name === '[vdso]')
      assert.equal(owner?.kind, kinds[map.name])
    else continue
    named++
  }
  assert.ok(named >= 4, 'the program, its libraries, its stack and the vdso')
}

function assertListed(dump: Dump, path: string): void {
  const { stdout, status } = spawnSync('readelf', ['-lW', path], { encoding: 'latin1' })
  if (status !== 0) return
  const wanted = [...stdout.matchAll(/^ +LOAD +0x(\w+) 0x(\w+) 0x\w+ 0x(\w+)/gm)]
    .map(([, offset = '', address = '', length = '']) =>
      [BigInt(`0x${offset}`), BigInt(`0x${address}`), BigInt(`0x${length}`)].join(' '),
    )
    .filter((line) => !line.endsWith(' 0'))
  const found = dump.segments
    .filter(({ address }) => address !== undefined)
    .map(({ offset, address, length }) => [offset, address, length].join(' '))
  assert.deepEqual(found, wanted)
}

const JAVA = `
public class Held {
  static final int[] KEPT = new int[777];
  public static void main(String[] arguments) throws Exception {
    java.util.Arrays.fill(KEPT, 0x4d494e54);
    System.out.println("ready");
    Thread.sleep(60000);
  }
}`

describe('a heap that jcmd dumps', { skip: missing('/usr/bin/java', '/usr/bin/jcmd') }, () => {
  it('has its arrays where the bytes are', async (test) => {
    const source = join(folder, 'Held.java')
    writeFileSync(source, JAVA)
    const child = spawn('java', ['-Xmx64m', source], { stdio: ['ignore', 'pipe', 'ignore'] })
    try {
      await new Promise((resolve) => {
        child.stdout.once('data', resolve)
        child.once('exit', resolve)
      })
      const path = join(folder, 'heap.hprof')
      spawnSync('jcmd', [String(child.pid), 'GC.heap_dump', path])
      if (!existsSync(path)) {
        test.skip('no heap dump can be made here')
        return
      }
      const dump = read(path)
      assert.deepEqual([dump.container, dump.flaws.length], ['hprof', 0])
      const bytes = readFileSync(path)
      const kept = dump.segments.filter(
        ({ owner, length, offset }) =>
          owner?.name === 'int[]' &&
          length === 4 * 777 &&
          bytes.readUInt32BE(offset) === 0x4d494e54,
      )
      assert.equal(kept.length, 1)
    } finally {
      child.kill('SIGKILL')
    }
  })
})

describe('dataRanges', { skip: missing('/usr/bin/perl') }, () => {
  it('finds the data between holes, and loses none', () => {
    const path = join(folder, 'sparse')
    spawnSync('truncate', ['-s', '64M', path])
    for (const offset of [0, 20, 50]) {
      const part = join(folder, 'part')
      writeFileSync(part, Buffer.alloc(4096, offset + 1))
      const target = [`of=${path}`, 'bs=1M', 'conv=notrunc', `seek=${offset}`]
      spawnSync('dd', [`if=${part}`, ...target])
    }
    const { size } = statSync(path)
    const ranges = dataRanges(path, size)
    for (const at of [0, 20 << 20, 50 << 20])
      assert.ok(ranges.some(({ offset, length }) => offset <= at && at + 4096 <= offset + length))
    assert.ok(ranges.reduce((sum, { length }) => sum + length, 0) < size / 2)
  })

  it('calls a file without holes, or one that it cannot read, data as a whole', () => {
    const path = join(folder, 'dense')
    writeFileSync(path, Buffer.alloc(10_000, 1))
    assert.deepEqual(dataRanges(path, 10_000), [{ offset: 0, length: 10_000 }])
    assert.deepEqual(dataRanges(join(folder, 'none'), 7), [{ offset: 0, length: 7 }])
    assert.deepEqual(dataRanges(path, 0), [])
  })
})
