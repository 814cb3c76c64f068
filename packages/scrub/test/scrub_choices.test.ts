/** What a scrub leaves, and what it refuses: registers, pointers, published keys, unverified keys, keys that were given. */
import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { bytesSource, openDump } from '@mintmark/dump'
import type { Key } from '@mintmark/keys/material/key'
import { parsePublicKeys } from '@mintmark/keys/public_keys/parse'
import { openInput } from '@mintmark/scan/memory/scan_input'
import { scanInput } from '@mintmark/scan/scan_bytes'
import { decryptionSchedule, expandKey } from '@mintmark/scan/schedules/aes_words'
import { elfCore, minidump, readAgain } from '@mintmark/testkit'
import { Pointers } from '../src/pointers.ts'
import { Scrub } from '../src/scrub.ts'
import { scrubInput } from '../src/scrub_input.ts'
import type { Scrubbed, ScrubOptions } from '../src/scrub_report.ts'
import { verifyScrub } from '../src/verify_scrub.ts'

const folder = mkdtempSync(join(tmpdir(), 'scrub-choices-'))
after(() => rmSync(folder, { recursive: true }))

/** What is beside pieces of keys here: a piece that goes on with one of these by chance is longer than the test says. */
const FILLERS = new Set([...Buffer.from('.,;:\0\x01\x07'), 0xcc, 0xff])
const isApart = (bytes: Uint8Array, ...offsets: readonly number[]): boolean =>
  offsets.every((offset) => !FILLERS.has(bytes[offset] ?? 0))

/** The first that is made and has no filler where its pieces end. */
function firstFit<T>(make: () => T, isFit: (value: T) => boolean): T {
  for (;;) {
    const value = make()
    if (isFit(value)) return value
  }
}

const primeOf = (key: KeyObject): Buffer =>
  Buffer.from(Buffer.from(String(key.export({ format: 'jwk' }).p), 'base64url').toReversed())
const scalarOf = (key: KeyObject): Buffer =>
  Buffer.from(String(key.export({ format: 'jwk' }).d), 'base64url')

const rsa = firstFit(
  () => readAgain(generateKeyPairSync('rsa', { modulusLength: 2048 })),
  ({ privateKey }) => isApart(primeOf(privateKey), 15, 31, 48, 100, 112),
)
const other = readAgain(generateKeyPairSync('rsa', { modulusLength: 2048 }))
const curve = firstFit(
  () => readAgain(generateKeyPairSync('ec', { namedCurve: 'P-256' })),
  ({ privateKey }) => isApart(scalarOf(privateKey), 15, 16),
)
const prime = primeOf(rsa.privateKey)
const pem = Buffer.from(rsa.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString())

/** The prime and the PEM in memory that is not zeros. */
function heapWith(...parts: readonly Uint8Array[]): Buffer {
  const gap = Buffer.alloc(64, '.,;:\0\x01')
  const bytes = Buffer.concat(parts.flatMap((part) => [gap, part]))
  return Buffer.concat([bytes, Buffer.alloc(4096 - (bytes.length % 4096), 0x2e)])
}

let count = 0
async function scrub(
  bytes: Uint8Array,
  options: ScrubOptions = {},
): Promise<Scrubbed & { out: Buffer }> {
  const path = join(folder, String(count++))
  writeFileSync(path, bytes)
  const scrubbed = await scrubInput({ kind: 'file', path }, path, options)
  const source = openInput({
    kind: 'erased',
    input: { kind: 'file', path },
    erased: scrubbed.erased,
  })
  const out = Buffer.alloc(source.size)
  source.read(0, out)
  source.close()
  return { ...scrubbed, out }
}

const codes = ({ report }: Scrubbed) => report.remainders.map(({ code }) => code)
const verdicts = ({ report }: Scrubbed) => report.keys.map(({ verdict }) => verdict)

/** Of `elf_prstatus` of x86-64: bytes, and where the registers begin. */
const STATUS = { bytes: 336, registers: 112 }

/** A core whose note of a thread holds `piece` at an offset of its descriptor. */
function coreWithStatus(heap: Uint8Array, piece: Uint8Array, at: number): Buffer {
  const { bytes } = elfCore({
    memory: [{ address: 0x10000n, bytes: heap }],
    threads: [{ id: 7, stackPointer: 0x10100n }],
  })
  const core = Buffer.from(bytes)
  const { structure } = openDump(bytesSource(core))
  const notes = structure.find(({ length }) => length >= STATUS.bytes)
  assert.ok(notes)
  core.set(piece, notes.offset + notes.length - STATUS.bytes + at)
  return core
}

/** In front of the registers. */
const coreWithHeaders = (heap: Uint8Array, piece: Uint8Array): Buffer =>
  coreWithStatus(heap, piece, 0)

describe('pieces of a key in what describes the dump', () => {
  it('are left and reported where they are less than half of a prime', async () => {
    const core = coreWithHeaders(heapWith(pem, prime), prime.subarray(16, 48))
    const scrubbed = await scrub(core)
    assert.deepEqual(scrubbed.report.remainders, [])
    const [key] = scrubbed.report.keys
    assert.equal(key?.verdict, 'erased')
    assert.deepEqual(
      key.inStructure.map(({ length, value, encoding }) => [length, value, encoding]),
      [[32, 'p', 'limbs-le64']],
    )
    assert.match(key.statement, /it holds 256 bits of its values, less than the 512/)
    assert.ok(scrubbed.out.includes(prime.subarray(16, 48)))
    assert.equal(scrubbed.out.includes(prime.subarray(64, 96)), false)
  })

  it('keep a dump from being clean where the key could be rebuilt from them', async () => {
    const core = coreWithHeaders(heapWith(pem), prime.subarray(32, 112))
    const scrubbed = await scrub(core)
    assert.deepEqual(codes(scrubbed), ['in-structure'])
    assert.deepEqual(verdicts(scrubbed), ['remains'])
  })

  it('of any other key do so always: half of a scalar leaves too few steps', async () => {
    const der = curve.privateKey.export({ format: 'der', type: 'sec1' })
    const core = coreWithHeaders(heapWith(der), scalarOf(curve.privateKey).subarray(0, 16))
    assert.deepEqual(codes(await scrub(core)), ['in-structure'])
  })

  it('go if it is asked for, and nothing else of the notes', async () => {
    const core = coreWithHeaders(heapWith(pem), prime.subarray(0, 100))
    const scrubbed = await scrub(core, { structureToo: true })
    assert.ok(scrubbed.isClean)
    const expected = Buffer.from(core)
    const begin = core.indexOf(prime.subarray(0, 100))
    expected.fill(0, begin, begin + 100)
    const end = core.indexOf(Buffer.from('.,;:'))
    assert.equal(Buffer.compare(scrubbed.out.subarray(0, end), expected.subarray(0, end)), 0)
  })
})

describe('pieces of a key in general registers go, and nothing else of them', () => {
  const scalar = scalarOf(curve.privateKey)
  const der = curve.privateKey.export({ format: 'der', type: 'sec1' })
  const little = Buffer.from(scalar.toReversed())
  // A byte that neither value has, nor digits of fewer bits, whose highest bytes are low: what is beside a piece does not
  // count to it.
  const filler = Array.from({ length: 255 }, (_, k) => 255 - k).find(
    (byte) => !prime.includes(byte) && !scalar.includes(byte),
  )
  const around = Buffer.alloc(STATUS.bytes - STATUS.registers, filler)
  const cases = [
    { name: 'limbs of a prime', memory: pem, pieces: [prime.subarray(32, 112)] },
    { name: 'a limb of a prime', memory: pem, pieces: [prime.subarray(64, 72)] },
    { name: 'half of a scalar', memory: der, pieces: [little.subarray(0, 16)] },
    {
      name: 'six bytes of a scalar, and eight in the other order',
      memory: der,
      pieces: [little.subarray(2, 8), scalar.subarray(16, 24)],
    },
  ]
  for (const { name, memory, pieces } of cases) {
    it(name, async () => {
      const registers = Buffer.from(around)
      const expected = Buffer.from(around)
      for (const [i, piece] of pieces.entries()) {
        registers.set(piece, 16 + i * 24)
        expected.fill(0, 16 + i * 24, 16 + i * 24 + piece.length)
      }
      const core = coreWithStatus(heapWith(memory), registers, STATUS.registers)
      const scrubbed = await scrub(core)
      assert.deepEqual([scrubbed.report.remainders, verdicts(scrubbed)], [[], ['erased']])
      const begin = core.indexOf(registers)
      const out = scrubbed.out.subarray(begin, begin + registers.length)
      assert.equal(Buffer.compare(out, expected), 0, out.toString('hex'))
      assert.equal(Buffer.compare(scrubbed.out.subarray(0, begin), core.subarray(0, begin)), 0)
    })
  }

  it('five bytes stay: a pointer may have as many by chance', async () => {
    const registers = Buffer.from(around)
    registers.set(little.subarray(2, 7), 16)
    const core = coreWithStatus(heapWith(der), registers, STATUS.registers)
    const { out, isClean } = await scrub(core)
    assert.ok(isClean)
    assert.ok(out.includes(registers))
  })
})

describe('vector registers go as a whole, whatever they hold, and no word of control', () => {
  const schedule = firstFit(
    () => Buffer.from(expandKey(randomBytes(32)).slice().buffer),
    (keys) => isApart(keys, 207),
  )
  it('of a minidump', async () => {
    const stack = { address: 0x20000n, bytes: Buffer.alloc(64) }
    const memory = [{ address: 0x10000n, bytes: heapWith(schedule) }]
    const dump = Buffer.from(minidump({ memory, threads: [{ id: 7, stack }] }).bytes)
    const context = dump.indexOf(Buffer.alloc(1232, 0xcc))
    const expected = Buffer.from(dump.subarray(context, context + 1232))
    // Of XMM registers in FltSave.
    schedule.copy(dump, context + 0x100 + 160, 208, 240)
    expected.fill(0, 0x120, 0x4a0)
    const scrubbed = await scrub(dump)
    assert.deepEqual([scrubbed.report.remainders, verdicts(scrubbed)], [[], ['erased']])
    assert.equal(Buffer.compare(scrubbed.out.subarray(context, context + 1232), expected), 0)
  })

  const scalar = scalarOf(curve.privateKey)
  const der = curve.privateKey.export({ format: 'der', type: 'sec1' })
  const cases = [
    { name: 'round keys of AES', memory: schedule, value: schedule.subarray(208, 240), at: [160] },
    { name: 'a scalar, its halves apart', memory: der, value: scalar, at: [160 + 16, 576 + 16] },
    { name: 'less than half of a prime', memory: pem, value: prime.subarray(16, 48), at: [672] },
    // Nothing else of that key is there, and no public half is given.
    {
      name: '28 bytes of a scalar that nothing marks, in one of 512 bits',
      memory: Buffer.alloc(0),
      value: scalar.subarray(4),
      at: [1664 + 6 * 64],
    },
  ]
  for (const { name, memory, value, at } of cases) {
    it(`of a core: ${name}`, async () => {
      const vectors = Buffer.alloc(2696, '.,;:\0\x01')
      const length = value.length / at.length
      for (const [i, offset] of at.entries())
        vectors.set(value.subarray(i * length, (i + 1) * length), offset)
      const expected = Buffer.from(vectors)
      // Behind words of control, and behind the header of XSAVE.
      expected.fill(0, 32, 416)
      expected.fill(0, 576)
      const threads = [{ id: 7, stackPointer: 0x10100n }]
      const heap = [{ address: 0x10000n, bytes: heapWith(memory) }]
      const core = Buffer.from(elfCore({ memory: heap, threads, vectors }).bytes)
      const scrubbed = await scrub(core)
      assert.deepEqual(scrubbed.report.remainders, [])
      assert.deepEqual(scrubbed.report.erased.vectorRegisters, { locations: 2, bytes: 384 + 2120 })
      const begin = core.indexOf(vectors)
      assert.equal(Buffer.compare(scrubbed.out.subarray(begin, begin + 2696), expected), 0)
      assert.equal(Buffer.compare(scrubbed.out.subarray(0, begin), core.subarray(0, begin)), 0)
    })
  }
})

describe('words that point into memory', () => {
  const pointer = Buffer.from('781000ffff7f0000', 'hex')
  const memory = Buffer.alloc(256, 0xee)
  memory.set(pointer, 64)
  memory.set(pointer, 100)
  const { bytes, segments } = elfCore({
    memory: [{ address: 0x7fffff001000n, bytes: Buffer.concat([memory, Buffer.alloc(0xff_f000)]) }],
  })
  const begin = segments[0]?.offset ?? 0

  it('are left where they are aligned', () => {
    const source = bytesSource(bytes)
    const parts = new Pointers(openDump(source)).without(source, { offset: begin + 3, length: 200 })
    assert.deepEqual(parts, [
      { offset: begin + 3, length: 61 },
      { offset: begin + 72, length: 131 },
    ])
  })

  it('are not looked for where addresses are physical', () => {
    const dump = { ...openDump(bytesSource(bytes)), container: 'lime' } as const
    const range = { offset: begin, length: 200 }
    assert.deepEqual(new Pointers(dump).without(bytesSource(bytes), range), [range])
  })
})

const bytesOf = (schedule: Uint32Array) => Buffer.from(schedule.slice().buffer)

describe('symmetric keys', () => {
  const key = Buffer.from(randomBytes(16))
  const words = expandKey(key)

  it('go with every schedule, and with each round key that is alone', async () => {
    const inverse = bytesOf(decryptionSchedule(words, false))
    const parts = [
      bytesOf(words),
      inverse,
      key,
      inverse.subarray(48, 64),
      bytesOf(words).subarray(80, 96),
    ]
    const memory = heapWith(...parts)
    const { isClean, out } = await scrub(
      elfCore({ memory: [{ address: 0x10000n, bytes: memory }] }).bytes,
    )
    assert.ok(isClean)
    for (const part of parts) assert.equal(out.includes(part.subarray(0, 16)), false)
  })

  it('of HMAC go with their pads, and leave what is between those', async () => {
    const secret = randomBytes(32)
    const pad = (byte: number) => {
      const block = Buffer.alloc(64, byte)
      for (const [i, each] of secret.entries()) block[i] = each ^ byte
      return block
    }
    const between = Buffer.from('between the pads is what is no key'.padEnd(64, '!'))
    const text = Buffer.from(`JWT_SECRET=${secret.toString('base64')}`)
    const memory = heapWith(pad(0x36), text)
    const pads = Buffer.concat([pad(0x36), between, pad(0x5c)])
    const { out, isClean } = await scrub(Buffer.concat([memory, pads, Buffer.alloc(64, 9)]))
    assert.ok(isClean)
    for (const part of [pad(0x36), pad(0x5c), secret])
      assert.equal(out.includes(part.subarray(0, 32)), false)
    assert.equal(out.includes(secret.toString('base64').slice(0, 30)), false)
    assert.ok(out.includes(between))
  })
})

describe('a published test key', () => {
  // RFC 8032, section 7.1, test 1.
  const seed = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60'
  const der = Buffer.from(`302e020100300506032b657004220420${seed}`, 'hex')

  it('stays, and is reported', async () => {
    const memory = heapWith(der, pem)
    const scrubbed = await scrub(memory)
    assert.ok(scrubbed.isClean)
    assert.deepEqual(new Set(verdicts(scrubbed)), new Set(['erased', 'kept']))
    assert.equal(scrubbed.report.verification.published, 1)
    assert.ok(scrubbed.out.includes(der))
  })

  it('goes if it is asked for', async () => {
    const { isClean, out } = await scrub(heapWith(der), { published: true })
    assert.ok(isClean)
    assert.equal(out.includes(der.subarray(16)), false)
  })
})

describe('what nothing verifies', () => {
  const secret = createHash('sha256').update('secret').digest()
  // A symmetric key of CNG with its header.
  const candidate = Buffer.concat([Buffer.from('4b44424d0100000020000000', 'hex'), secret])

  it('goes', async () => {
    const { out, report } = await scrub(heapWith(candidate))
    assert.equal(out.includes(secret), false)
    assert.equal(report.otherSecrets.length, 1)
  })

  it('stays if it is asked for', async () => {
    const { out, isClean } = await scrub(heapWith(candidate), { keepCandidates: true })
    assert.ok(isClean)
    assert.ok(out.includes(secret))
  })
})

describe('a given key', () => {
  const pemOf = ({ publicKey }: { publicKey: typeof rsa.publicKey }) =>
    publicKey.export({ format: 'pem', type: 'spki' }).toString()
  const text = [rsa, other, curve].map(pemOf).join('')
  const publicKeys = parsePublicKeys(Buffer.from(text), 'keys.pem').keys

  it('is erased, absent, or not found', async () => {
    assert.equal(publicKeys.length, 3)
    const scrubbed = await scrub(heapWith(prime), { publicKeys })
    assert.ok(scrubbed.isClean)
    assert.deepEqual(verdicts(scrubbed), ['erased', 'absent', 'not-found'])
    assert.deepEqual(
      scrubbed.report.keys.map(({ isGiven }) => isGiven),
      [true, true, true],
    )
  })
})

it('a minidump keeps its streams, and loses what is in memory', async () => {
  const { bytes } = minidump({
    memory: [{ address: 0x10000n, bytes: heapWith(pem, prime) }],
    modules: [{ base: 0x7000n, size: 4096, name: `C:\\${prime.toString('hex').slice(0, 24)}.dll` }],
  })
  const { isClean, out } = await scrub(bytes)
  assert.ok(isClean)
  const { structure } = openDump(bytesSource(bytes))
  for (const { offset, length } of structure) {
    assert.equal(
      Buffer.compare(
        out.subarray(offset, offset + length),
        bytes.subarray(offset, offset + length),
      ),
      0,
    )
  }
})

it('more than can be erased: nothing more is looked for, and of no key is said that it is gone', async () => {
  const path = join(folder, 'full')
  writeFileSync(path, heapWith(pem))
  const source = openInput({ kind: 'file', path })
  const task = { name: 'full', dump: openDump(source), source, data: [], options: {} }
  const known = new Scrub(task)
  const onMaterial = (key: Key): void => known.learn(key)
  const report = await scanInput({ kind: 'file', path }, 'full', { onMaterial })
  known.isFull = true
  // What it would look through is not there.
  const gone = { kind: 'file', path: join(folder, 'gone') } as const
  const scrubbed = await verifyScrub(known, gone, { report, given: undefined, deepScans: 0 })
  source.close()
  assert.deepEqual(codes(scrubbed), ['key-found', 'too-many-pieces'])
  assert.deepEqual([scrubbed.isClean, verdicts(scrubbed)], [false, ['remains']])
  assert.match(scrubbed.report.keys[0]?.statement ?? '', /not made sure that nothing of this key/)
})

it('24 hexadecimal digits of a secret, as a stack keeps them of what was read, are erased', async () => {
  const scalar = Buffer.from(String(curve.privateKey.export({ format: 'jwk' }).d), 'base64url')
  const der = curve.privateKey.export({ format: 'der', type: 'pkcs8' })
  const digits = scalar.toString('hex').slice(-24)
  const { isClean, out } = await scrub(heapWith(der, Buffer.from(digits)))
  assert.ok(isClean)
  assert.equal(out.includes(digits), false)
})

it('what hashes of Ed25519 are begun with is erased with a scalar that is there without its seed', async () => {
  const made = readAgain(generateKeyPairSync('ed25519'))
  const { d, x } = made.privateKey.export({ format: 'jwk' })
  const hash = createHash('sha512')
    .update(Buffer.from(String(d), 'base64url'))
    .digest()
  hash[0] = (hash[0] ?? 0) & 0xf8
  hash[31] = ((hash[31] ?? 0) & 0x3f) | 0x40
  const pair = Buffer.concat([Buffer.from(String(x), 'base64url'), hash])
  const spki = made.publicKey.export({ format: 'pem', type: 'spki' }).toString()
  const publicKeys = parsePublicKeys(Buffer.from(spki), 'key.pem').keys
  const { isClean, out } = await scrub(heapWith(Buffer.alloc(32), pair), { publicKeys })
  assert.ok(isClean)
  assert.equal(out.includes(hash.subarray(0, 16)), false)
  assert.equal(out.includes(hash.subarray(32, 48)), false)
})
