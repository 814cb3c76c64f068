/** What is behind packed data is searched, whichever program unpacks that. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { readAgain } from '@mintmark/testkit'
import { noise } from '@mintmark/testkit/noise'
import { framesEnd, xzEnd } from '../../src/embedded/frames.ts'
import { scanFile } from '../../src/scan_file.ts'

const folder = mkdtempSync(join(tmpdir(), 'packed-behind-'))
after(() => rmSync(folder, { recursive: true }))

const { privateKey } = readAgain(generateKeyPairSync('ec', { namedCurve: 'P-256' }))
const PEM = Buffer.from(String(privateKey.export({ format: 'pem', type: 'pkcs8' })))
const LOG = Buffer.from('INFO request served in 3 ms\n'.repeat(100))
const PACKERS = ['gzip', 'zstd', 'lz4', 'xz', 'bzip2']

function packed(program: string, input: Buffer, ...options: string[]): Buffer | undefined {
  const { error, stdout } = spawnSync(program, ['-c', ...options], { input })
  return error === undefined ? stdout : undefined
}

async function scanned(name: string, ...parts: readonly Buffer[]) {
  const path = join(folder, name)
  writeFileSync(path, Buffer.concat(parts))
  const { findings, limits } = await scanFile(path, { threads: 1 })
  return {
    encodings: findings.map(({ encoding }) => encoding),
    limits: limits.map(({ code }) => code),
  }
}

describe('a key is found', () => {
  for (const first of PACKERS)
    for (const second of PACKERS)
      it(`packed by ${second} behind what ${first} packed`, async (t) => {
        const [harmless, key] = [packed(first, LOG), packed(second, PEM)]
        if (harmless === undefined || key === undefined) return t.skip('a program is missing')
        const { encodings, limits } = await scanned(
          `${first}-${second}`,
          LOG,
          harmless,
          LOG,
          key,
          LOG,
        )
        assert.deepEqual([encodings, limits], [[`${second}-of-pem`], []])
      })

  it('packed within what a cut gzip is followed by, which is reported', async (t) => {
    const cut = packed('gzip', noise(400_000, 'cut'))
    const key = packed('xz', PEM)
    if (cut === undefined || key === undefined) return t.skip('a program is missing')
    cut.writeUInt32LE(1, cut.length - 8)
    const { encodings, limits } = await scanned('cut-gzip', LOG, cut, LOG, key)
    assert.deepEqual([encodings, limits], [['xz-of-pem'], ['packed-unsearched']])
  })

  it('behind a file that bzip2 packed', async (t) => {
    const harmless = packed('bzip2', LOG)
    if (harmless === undefined) return t.skip('bzip2 is missing')
    assert.deepEqual(await scanned('log.bz2', harmless, PEM), { encodings: ['pem'], limits: [] })
  })
})

it('an archive that nothing opens is reported wherever it begins but at 0, where the file is', async () => {
  const archive = Buffer.concat([
    Buffer.from('377abcaf271c0004a1b2c3d400010000000000002000000000000000e1f2a3b4', 'hex'),
    noise(400, 'archive'),
  ])
  for (const at of [1, 7, 1023, 1024]) {
    const { limits } = await scanned(`at-${at}`, Buffer.alloc(at, 'A'), archive)
    assert.deepEqual(limits, ['packed-unsearched'], String(at))
  }
})

const sourceOf = (bytes: Buffer) => ({
  size: bytes.length,
  read: (at: number, into: Uint8Array) => bytes.copy(into, 0, at),
})

describe('the end of packed data is known to the byte', () => {
  const ends = { xz: xzEnd, bzip2: (source: Source, at: number) => framesEnd(source, at, 'bzip2') }
  type Source = ReturnType<typeof sourceOf>
  for (const [program, endOf] of Object.entries(ends))
    it(`of ${program}, whatever it holds and whatever is behind`, (t) => {
      for (let size = 0; size < 3_000_000; size = 3 * size + 1) {
        const content = size % 2 === 0 ? LOG : noise(size, String(size))
        const stream = packed(program, content, '-1')
        if (stream === undefined) return t.skip(`${program} is missing`)
        for (const behind of [Buffer.alloc(0), noise(size % 50, 'behind'), PEM, Buffer.alloc(9)]) {
          const bytes = Buffer.concat([PEM, stream, behind])
          assert.equal(endOf(sourceOf(bytes), PEM.length), PEM.length + stream.length, `${size}`)
        }
      }
    })

  it('is found without reading much of what is behind it', (t) => {
    for (const program of ['xz', 'bzip2'] as const) {
      const stream = packed(program, LOG)
      if (stream === undefined) return t.skip(`${program} is missing`)
      const source = sourceOf(Buffer.concat([stream, noise(2_000_000, 'behind')]))
      let readBytes = 0
      const counting = {
        ...source,
        read(at: number, into: Uint8Array) {
          readBytes += into.length
          return source.read(at, into)
        },
      }
      assert.equal(ends[program](counting, 0), stream.length)
      assert.ok(readBytes < 200_000, `${program}: ${readBytes}`)
    }
  })

  it('of xz that holds a stream of xz as it is', (t) => {
    const inner = packed('xz', noise(3000, 'inner'))
    const content = inner && Buffer.concat([noise(200_000, 'a'), inner, noise(200_000, 'b'), PEM])
    const stream = content && packed('xz', content)
    if (inner === undefined || stream === undefined) return t.skip('xz is missing')
    assert.ok(stream.includes(inner))
    assert.equal(xzEnd(sourceOf(Buffer.concat([stream, PEM])), 0), stream.length)
  })

  it('of several blocks of xz, and of streams of bzip2 in a row', (t) => {
    const content = noise(400_000, 'blocks')
    const blocks = packed('xz', content, '--block-size=65536', '--check=none')
    const stream = packed('bzip2', content)
    if (blocks === undefined || stream === undefined) return t.skip('a program is missing')
    assert.equal(xzEnd(sourceOf(Buffer.concat([blocks, blocks])), 0), blocks.length)
    const streams = Buffer.concat([stream, stream, PEM])
    assert.equal(framesEnd(sourceOf(streams), 0, 'bzip2'), 2 * stream.length)
  })
})
