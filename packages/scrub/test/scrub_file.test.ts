import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync } from 'node:crypto'
import {
  appendFileSync,
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { after, beforeEach, describe, it } from 'node:test'
import { MintmarkError } from '@mintmark/core'
import { scanFile } from '@mintmark/scan/scan_file'
import { elfCore, readAgain } from '@mintmark/testkit'
import { type ScrubFileOptions, scrubFile } from '../src/scrub_file.ts'

const root = mkdtempSync(join(tmpdir(), 'scrub-file-'))
after(() => rmSync(root, { recursive: true }))

const { privateKey } = readAgain(generateKeyPairSync('rsa', { modulusLength: 1024 }))
const pem = Buffer.from(privateKey.export({ format: 'pem', type: 'pkcs8' }).toString())
const heap = Buffer.alloc(16_384, '.,;:\0\x01')
heap.set(pem, 1000)
const core = elfCore({ memory: [{ address: 0x10000n, bytes: heap }] }).bytes
const bare = elfCore({ memory: [{ address: 0x10000n, bytes: Buffer.alloc(8192, 7) }] }).bytes

let folder = root
let input = ''
let out = ''
let count = 0
beforeEach(() => {
  folder = join(root, String(count++))
  mkdirSync(folder)
  input = join(folder, 'core')
  out = join(folder, 'out')
  writeFileSync(input, core)
})

const scrub = (more: Partial<ScrubFileOptions> = {}) => scrubFile(input, { out, ...more })
const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')
const code = (wanted: string) => (error: unknown) =>
  error instanceof MintmarkError && error.code === wanted
const names = () => readdirSync(folder).toSorted()

describe('the output', () => {
  it('is the input with the key erased, and its report beside it', async () => {
    const document = await scrub()
    assert.deepEqual(names(), ['core', 'out', 'out.report.json'])
    const expected = Buffer.from(core)
    for (const { offset, length } of document.erased.ranges) {
      expected.fill(0, offset, offset + length)
    }
    assert.deepEqual(readFileSync(out), expected)
    assert.equal(expected.includes(pem.subarray(40, 60)), false)
    assert.deepEqual((await scanFile(out, { deep: true })).findings, [])
    assert.equal(document.input.sha256, sha256(input))
    assert.equal(document.output?.sha256, sha256(out))
    const report: unknown = JSON.parse(readFileSync(`${out}.report.json`, 'utf8'))
    assert.deepEqual(report, JSON.parse(JSON.stringify(document)))
  })

  it('may be read by its owner alone', async () => {
    await scrub()
    for (const path of [out, `${out}.report.json`]) assert.equal(statSync(path).mode & 0o777, 0o600)
  })

  it('is an equal copy where there is nothing', async () => {
    writeFileSync(input, bare)
    const document = await scrub()
    assert.equal(document.erased.bytes, 0)
    assert.equal(sha256(out), sha256(input))
  })

  it('is an empty file of an empty file', async () => {
    writeFileSync(input, '')
    await scrub()
    assert.equal(statSync(out).size, 0)
  })

  it('has the holes of the input, and ends in one', async () => {
    truncateSync(input, 64 << 20)
    appendFileSync(input, heap)
    truncateSync(input, 200 << 20)
    const document = await scrub()
    assert.equal(statSync(out).size, 200 << 20)
    assert.ok(statSync(out).blocks * 512 < 1 << 20, 'holes take no room')
    assert.equal(document.output?.sha256, sha256(out))
    assert.equal(document.erased.ranges.length >= 2, true)
  })

  it('replaces another only if it is forced to', async () => {
    writeFileSync(out, 'old')
    await assert.rejects(scrub(), code('OUTPUT_EXISTS'))
    assert.equal(readFileSync(out, 'utf8'), 'old')
    await scrub({ isForced: true })
    assert.equal(statSync(out).size, core.length)
  })

  it('is not written if the offset of the report is taken', async () => {
    writeFileSync(`${out}.report.json`, 'old')
    await assert.rejects(scrub(), code('OUTPUT_EXISTS'))
    assert.equal(existsSync(out), false)
  })

  it('is put nowhere if its offset is taken meanwhile', async () => {
    const onProgress = () => writeFileSync(out, 'other')
    await assert.rejects(scrub({ onProgress }), code('OUTPUT_EXISTS'))
    assert.equal(readFileSync(out, 'utf8'), 'other')
    assert.deepEqual(names(), ['core', 'out'])
  })
})

/** Writes to the unfinished output once a part of it is written, as a disk does that does not keep what it is given. */
const damageAt = (offset: number, bytes: Buffer) => ({
  onProgress: ({ step, doneBytes }: { step: string; doneBytes: number }) => {
    const name = names().find((each) => each.startsWith('.out.') && !each.includes('report'))
    if (step !== 'writing' || doneBytes <= offset || name === undefined) return
    const file = openSync(join(folder, name), 'r+')
    writeSync(file, bytes, 0, bytes.length, offset)
    closeSync(file)
  },
})

const REFUSED: readonly {
  name: string
  wanted: string
  prepare: () => Partial<ScrubFileOptions>
}[] = [
  { name: 'the output is the input', wanted: 'INPUT_INVALID', prepare: () => ({ out: input }) },
  {
    name: 'the output is another name of the input',
    wanted: 'INPUT_INVALID',
    prepare: () => {
      linkSync(input, join(folder, 'link'))
      return { out: join(folder, 'link'), isForced: true }
    },
  },
  {
    name: 'the output leads to the input',
    wanted: 'INPUT_INVALID',
    prepare: () => {
      symlinkSync(input, join(folder, 'link'))
      return { out: join(folder, 'link'), isForced: true }
    },
  },
  {
    name: 'a link is in the offset',
    wanted: 'OUTPUT_UNWRITABLE',
    prepare: () => {
      symlinkSync('nowhere', out)
      return { isForced: true }
    },
  },
  {
    name: 'a folder is in the offset',
    wanted: 'OUTPUT_UNWRITABLE',
    prepare: () => {
      mkdirSync(out)
      return { isForced: true }
    },
  },
  {
    name: 'the folder is not there',
    wanted: 'OUTPUT_UNWRITABLE',
    prepare: () => ({ out: join(folder, 'none', 'out') }),
  },
  {
    name: 'the name is too long for the report',
    wanted: 'OUTPUT_UNWRITABLE',
    prepare: () => ({ out: join(folder, 'x'.repeat(255)) }),
  },
  {
    name: 'the report would be the output',
    wanted: 'INPUT_INVALID',
    prepare: () => ({ report: out }),
  },
  {
    name: 'the report would be the input',
    wanted: 'INPUT_INVALID',
    prepare: () => ({ report: input, isForced: true }),
  },
  {
    name: 'somebody writes to the input meanwhile',
    wanted: 'INPUT_CHANGED',
    prepare: () => ({ onProgress: () => appendFileSync(input, 'x') }),
  },
  {
    name: 'the input becomes shorter while it is copied',
    wanted: 'INPUT_CHANGED',
    prepare: () => {
      appendFileSync(input, Buffer.alloc(3 << 20, 7))
      return {
        onProgress: ({ step }) => {
          if (step === 'writing') truncateSync(input, 100)
        },
      }
    },
  },
  {
    name: 'a byte of the output comes back as another',
    wanted: 'OUTPUT_UNWRITABLE',
    prepare: () => damageAt(100, Buffer.from([0x77])),
  },
  {
    name: 'what was erased comes back',
    wanted: 'OUTPUT_UNWRITABLE',
    prepare: () => damageAt(Buffer.from(core).indexOf(pem), pem),
  },
  {
    name: 'something comes back from a hole',
    wanted: 'OUTPUT_UNWRITABLE',
    prepare: () => {
      truncateSync(input, 64 << 20)
      return damageAt(40 << 20, Buffer.from([1]))
    },
  },
  {
    name: 'the output comes back longer',
    wanted: 'OUTPUT_UNWRITABLE',
    prepare: () => damageAt(core.length - 1, Buffer.alloc(2)),
  },
  {
    name: 'the input is no file',
    wanted: 'INPUT_UNREADABLE',
    prepare: () => {
      rmSync(input)
      mkdirSync(input)
      return {}
    },
  },
  {
    name: 'the input is not there',
    wanted: 'INPUT_UNREADABLE',
    prepare: () => {
      rmSync(input)
      return {}
    },
  },
]

describe('nothing is left behind', () => {
  for (const { name, wanted, prepare } of REFUSED) {
    it(`if ${name}: ${wanted}`, async () => {
      const options = prepare()
      const before = names()
      await assert.rejects(scrub(options), code(wanted))
      assert.deepEqual(names(), before)
    })
  }
})

it('names are as long as the system allows, in letters of several bytes too', async () => {
  const long = join(folder, '密'.repeat(80))
  await scrub({ out: long })
  assert.deepEqual(names(), [
    'core',
    ...[long, `${long}.report.json`].map((name) => basename(name)),
  ])
})

it('no begun report is left if the output cannot be begun', async () => {
  const gone = join(folder, 'gone')
  mkdirSync(gone)
  const onProgress = () => rmSync(gone, { recursive: true, force: true })
  const options = { out: join(gone, 'out'), report: join(folder, 'report'), onProgress }
  await assert.rejects(scrub(options), code('OUTPUT_UNWRITABLE'))
  assert.deepEqual(names(), ['core'])
})

it('a folder that is not there is reported before the search, not after', async () => {
  let steps = 0
  const onProgress = () => steps++
  await assert.rejects(scrub({ out: join(folder, 'none', 'out'), onProgress }), {
    message: /none\/out: there is no such folder$/,
  })
  assert.equal(steps, 0)
})

describe('an output that would not be clean', () => {
  it('is not written, and the report says why', async () => {
    // A key in a note of the core: what describes the dump is never changed.
    const program = `sh -c ${'x'.repeat(8)}`
    const noted = elfCore({
      memory: [{ address: 0x10000n, bytes: heap }],
      files: [{ from: 0x10000n, to: 0x14000n, path: `/${program}/${pem.toString()}` }],
    })
    writeFileSync(input, noted.bytes)
    const document = await scrub()
    assert.equal(document.isClean, false)
    assert.equal(document.output, null)
    assert.deepEqual(names(), ['core', 'out.report.json'])
    const codes = new Set(document.remainders.map((remainder) => remainder.code))
    assert.ok(codes.has('key-found') || codes.has('in-structure'), [...codes].join())
  })
})

describe('why it failed is said in words', () => {
  it('of an input and of a folder that are not there', async () => {
    const options = { report: join(folder, 'no-such-folder', 'report') }
    await assert.rejects(scrub(options), { message: /: there is no such folder$/ })
    rmSync(input)
    await assert.rejects(scrub(), { message: /: there is no such file$/ })
  })
})
