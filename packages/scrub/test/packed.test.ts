/** Dumps that are packed: unpacked and searched, or reported as not searched; never called clean. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { deflateSync, gzipSync } from 'node:zlib'
import { scanFile } from '@mintmark/scan/scan_file'
import { scanPipe } from '@mintmark/scan/scan_pipe'
import { elfCore, readAgain } from '@mintmark/testkit'
import { scrubFile } from '../src/scrub_file.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'packed-'))
after(() => rmSync(folder, { recursive: true }))
/** Where this process alone makes temporary files. */
const temporary = path.join(folder, 'tmp')
mkdirSync(temporary)
process.env['TMPDIR'] = temporary

const { privateKey } = readAgain(generateKeyPairSync('ec', { namedCurve: 'P-256' }))
const memory = Buffer.alloc(3_000_000)
for (let at = 0; at < memory.length; at += 4) memory.writeUInt32LE((at * 2_654_435_761) >>> 0, at)
memory.set(privateKey.export({ format: 'der', type: 'pkcs8' }), 2_000_001)
const built = elfCore({ memory: [{ address: 0x7f00_0000_1000n, bytes: memory }] })
const core = path.join(folder, 'core')
writeFileSync(core, built.bytes)

const PACKERS = ['gzip', 'zstd', 'lz4', 'xz', 'bzip2']

function isThere(program: string): boolean {
  return ['/usr/bin', '/bin', '/usr/local/bin'].some((place) =>
    existsSync(path.join(place, program)),
  )
}

function packed(program: string): string {
  const file = `${core}.${program}`
  writeFileSync(file, execFileSync(program, ['-c', core], { maxBuffer: 1 << 26, stdio: 'pipe' }))
  return file
}

describe('a dump that is packed', () => {
  for (const program of PACKERS) {
    const isMust = process.env['CI'] === 'true' && program !== 'lz4' && program !== 'bzip2'
    const skip = isThere(program) || isMust ? false : `there is no ${program}`
    it(`by ${program} is searched as what it unpacks to`, { skip }, async () => {
      const { file, findings, ...rest } = await scanFile(core)
      const ofPacked = await scanFile(packed(program))
      assert.equal(ofPacked.packedBy, program)
      assert.deepEqual(
        ofPacked.findings.map((finding) => ({ ...finding, file })),
        findings,
      )
      assert.equal(findings.length, 1)
      assert.equal(findings[0]?.address, `0x${(0x7f00_0000_1000n + 2_000_001n).toString(16)}`)
      assert.deepEqual(ofPacked.limits, rest.limits)
      assert.deepEqual(readdirSync(temporary), [])
    })
  }

  it('and cut gives what comes out, and says that something is missing', async () => {
    const whole = readFileSync(packed('gzip'))
    const file = path.join(folder, 'cut.gz')
    writeFileSync(file, whole.subarray(0, whole.length - 1000))
    const { findings, limits } = await scanFile(file)
    assert.equal(findings.length, 1)
    const ofUnpacking = limits.find(({ code }) => code === 'unpack-failed')
    assert.match(ofUnpacking?.message ?? '', /^gzip could not unpack it to its end/)
  })

  it('is refused by a scrub, which would call it clean', async () => {
    const out = path.join(folder, 'out')
    await assert.rejects(scrubFile(packed('gzip'), { out }), {
      code: 'INPUT_INVALID',
      message: /is packed by gzip: unpack it first/,
    })
    assert.equal(existsSync(out), false)
  })

  it('is refused from a pipe', async () => {
    await assert.rejects(scanPipe(openSync(packed('gzip'), 'r'), 'standard input'), {
      code: 'INPUT_UNREADABLE',
      message: 'standard input is packed by gzip: pipe it through "gzip -dc" first',
    })
    assert.deepEqual(readdirSync(temporary), [])
  })
})

describe('a dump that is packed by another program than is usual', () => {
  for (const [name, unpacker, command] of [
    ['pzstd', 'zstd', ['pzstd', '-q', '-c', core]],
    ['xz as .lzma', 'xz', ['xz', '--format=lzma', '-c', core]],
    ['bzip2 in small blocks', 'bzip2', ['bzip2', '-1', '-c', core]],
  ] as const) {
    const [program, ...rest] = command
    const skip = isThere(program) ? false : `there is no ${program}`
    it(`by ${name} is searched as what it unpacks to, and refused by a scrub`, {
      skip,
    }, async () => {
      const file = path.join(folder, 'core.other')
      writeFileSync(file, execFileSync(program, rest, { maxBuffer: 1 << 26, stdio: 'pipe' }))
      const { findings, limits, container } = await scanFile(file)
      assert.deepEqual([findings.length, limits, container], [1, [], 'elf-core'])
      await assert.rejects(scrubFile(file, { out: `${file}.out` }), {
        code: 'INPUT_INVALID',
        message: new RegExp(`is packed by (${unpacker}|lzma): unpack it first`),
      })
    })
  }
})

describe('any other file that is packed', () => {
  it('by itself is searched as what it unpacks to', async () => {
    const file = path.join(folder, 'log.gz')
    const log = Buffer.concat([
      Buffer.alloc(100_000, 'a line\n'),
      Buffer.from(privateKey.export({ format: 'pem', type: 'pkcs8' })),
    ])
    writeFileSync(file, gzipSync(log))
    const { findings, limits, packedBy, size, container } = await scanFile(file)
    assert.deepEqual([packedBy, size, container], ['gzip', log.length, 'raw'])
    assert.deepEqual(
      findings.map(({ encoding, offset }) => [encoding, offset]),
      [['pem', 100_000]],
    )
    assert.deepEqual(limits, [])
  })

  for (const program of PACKERS) {
    it(`and cut in its first block is reported as not searched: ${program}`, async (t) => {
      if (!isThere(program)) return t.skip(`there is no ${program}`)
      const file = path.join(folder, `first.${program}`)
      writeFileSync(file, readFileSync(packed(program)).subarray(0, 11))
      const { limits, packedBy, size } = await scanFile(file)
      assert.deepEqual([packedBy, size], [undefined, 11])
      assert.deepEqual(
        limits.map(({ code }) => code),
        ['nothing-unpacked'],
      )
    })
  }

  it('by gzip twice is searched to its end, and what is behind it is reported', async () => {
    const pem = gzipSync(privateKey.export({ format: 'pem', type: 'pkcs8' }))
    const twice = path.join(folder, 'twice.gz')
    writeFileSync(twice, Buffer.concat([gzipSync('first\n'), pem]))
    const report = await scanFile(twice)
    assert.deepEqual([report.findings[0]?.offset, report.limits], [6, []])
    const behind = path.join(folder, 'behind.gz')
    writeFileSync(behind, Buffer.concat([pem, Buffer.from('something else')]))
    assert.deepEqual(
      (await scanFile(behind)).limits.map(({ code }) => code),
      ['unpack-failed'],
    )
  })

  it('and holds nothing is no fault', async () => {
    const file = path.join(folder, 'nothing.gz')
    writeFileSync(file, gzipSync(''))
    assert.deepEqual((await scanFile(file)).limits, [])
  })
})

/** The first frame of a file that is packed by snappy. */
const SNAPPY = 'ff060000734e61507059'

describe('an archive', () => {
  const files: readonly { readonly name: string; readonly bytes: Buffer }[] = [
    { name: 'zip', bytes: Buffer.from('504b030414000000080000000000', 'hex') },
    {
      name: 'deb',
      bytes: Buffer.from('!<arch>\ndebian-binary   1342943816  0     0     100644  4         `\n'),
    },
    { name: 'squashfs', bytes: Buffer.from('hsqs\x01\0\0\0') },
    { name: 'rpm', bytes: Buffer.from('edabeedb0300000000ff', 'hex') },
    { name: 'git pack', bytes: Buffer.from('5041434b0000000200000003', 'hex') },
    { name: '7z', bytes: Buffer.from('377abcaf271c0004000000000000', 'hex') },
    { name: 'snappy', bytes: Buffer.from(`${SNAPPY}01000000`, 'hex') },
    { name: 'lrzip', bytes: Buffer.from('4c525a4900060000000000000000', 'hex') },
    { name: 'compress', bytes: Buffer.from('1f9d907f8a140900', 'hex') },
  ]
  it('within a packed file is reported as not searched', async () => {
    const file = path.join(folder, 'archive.gz')
    writeFileSync(file, gzipSync(Buffer.from('504b030414000000080000000000', 'hex')))
    const { limits, packedBy } = await scanFile(file)
    assert.deepEqual([packedBy, limits.map(({ code }) => code)], ['gzip', ['not-unpacked']])
  })

  for (const { name, bytes } of files) {
    it(`of kind ${name} is reported as not searched`, async () => {
      const file = path.join(folder, `other.${name}`)
      writeFileSync(file, bytes)
      const { limits, packedBy } = await scanFile(file)
      assert.equal(packedBy, undefined)
      assert.deepEqual(
        limits.map(({ message }) => message),
        [`packed by ${name}: what it holds was not searched, unpack it first`],
      )
    })
  }
})

/** The first bytes of dumps of machines, each as the program that is named writes them. */
const MACHINES: readonly { readonly name: string; readonly head: string; readonly how: RegExp }[] =
  [
    { name: 'kdump', head: '4b44554d50202020060000004c696e75', how: /makedumpfile -E/ },
    { name: 'kdump', head: '4449534b44554d5006000000756e616d', how: /makedumpfile -E/ },
    {
      name: 'makedumpfile (flattened)',
      head: '6d616b6564756d7066696c6500000000',
      how: /makedumpfile -R/,
    },
    {
      name: 'Windows for hibernation',
      head: '48494252000000000000000068030000',
      how: /Volatility/,
    },
    { name: 'VirtualBox', head: '7f5669727475616c426f782053617665', how: /dumpvmcore/ },
    // A block of 0x1000 to 0x9fff, of frames of snappy.
    {
      name: 'AVML',
      head: `41564d4c020000000010000000000000ff9f0000000000000000000000000000${SNAPPY}`,
      how: /avml-convert/,
    },
    // Version 2, 4,096 bytes of XML, running, packed by xz.
    {
      name: 'libvirt',
      head: '4c69627669727451656d75645361766502000000001000000100000003000000',
      how: /memory-only/,
    },
    { name: 'qcow', head: '514649fb000000030000000000000000', how: /qemu-img/ },
    // Version 3, with the flags that a stream-optimised disk has.
    { name: 'VMDK', head: '4b444d5603000000030003005e030000', how: /qemu-img/ },
    { name: 'AFF4', head: aff4Head(), how: /raw image/ },
    { name: 'LiME (zlib)', head: packedLime(), how: /pigz/ },
  ]

/** The head of the first member, which is stored. */
function aff4Head(): string {
  const name = 'container.description'
  const head = Buffer.concat([Buffer.from('504b03040a', 'hex'), Buffer.alloc(25)])
  head[26] = name.length
  return `${head.toString('hex')}${Buffer.from(name).toString('hex')}`
}

/** A LiME image as its module packs it. */
function packedLime(): string {
  const image = Buffer.alloc(20_000)
  image.write('EMiL')
  return deflateSync(image, { windowBits: 11 }).toString('hex')
}

describe('a dump of a machine whose pages are packed', () => {
  for (const { name, head, how } of MACHINES) {
    it(`by ${name} (${head.slice(0, 8)}) is reported as not searched, and refused by a scrub`, async () => {
      const file = path.join(folder, 'machine')
      writeFileSync(file, Buffer.concat([Buffer.from(head, 'hex'), Buffer.alloc(8192, 7)]))
      const { container, limits } = await scanFile(file)
      assert.deepEqual([container, limits.map(({ code }) => code)], ['raw', ['not-unpacked']])
      assert.ok(limits[0]?.message.startsWith(`packed by ${name}: `))
      assert.match(limits[0]?.message ?? '', how)
      await assert.rejects(scrubFile(file, { out: `${file}.out` }), {
        code: 'INPUT_INVALID',
        message: how,
      })
    })
  }

  it("is not seen in a machine's memory that libvirt saved as it is", async () => {
    const file = path.join(folder, 'saved')
    const head = '4c69627669727451656d75645361766502000000001000000100000000000000'
    writeFileSync(file, Buffer.concat([Buffer.from(head, 'hex'), Buffer.alloc(8192, 7)]))
    assert.deepEqual((await scanFile(file)).limits, [])
  })

  it('is not seen in a text that begins alike', async () => {
    const file = path.join(folder, 'text')
    writeFileSync(file, 'wake up, and write something else'.repeat(10))
    assert.deepEqual((await scanFile(file)).limits, [])
  })
})

it('a folder for temporary files that is not there is reported', async () => {
  process.env['TMPDIR'] = path.join(folder, 'missing')
  try {
    await assert.rejects(scanFile(packed('gzip')), {
      code: 'INPUT_UNREADABLE',
      message: /no temporary file can be made in .*missing: ENOENT/,
    })
  } finally {
    process.env['TMPDIR'] = temporary
  }
})
