import assert from 'node:assert/strict'
import { it } from 'node:test'
import { elfCore, minidump } from '@mintmark/testkit'
import { memory } from './built_dumps.ts'
import { dumpOf } from './checked_dump.ts'

it('openDump reports where the vector registers of a core of x86-64 are, without the note around them', () => {
  const vectors = memory(2696)
  const threads = [{ id: 7, stackPointer: 0x1800n }]
  const core = { memory: [{ address: 0x1000n, bytes: memory(4096) }], threads, vectors }
  const { bytes } = elfCore(core)
  const offset = Buffer.from(bytes).indexOf(vectors)
  assert.deepEqual(dumpOf(bytes).vectorRegisters, [{ offset, length: 2696 }])
  // Without words of control and the header of XSAVE.
  const contents = [
    { offset: offset + 32, length: 384 },
    { offset: offset + 576, length: 2120 },
  ]
  assert.deepEqual(dumpOf(bytes).wideRegisters, contents)
  const status = Buffer.from(bytes).indexOf('CORE') + 8
  assert.deepEqual(dumpOf(bytes).generalRegisters, [{ offset: status + 112, length: 224 }])
  const cut = dumpOf(bytes.subarray(0, offset + 100))
  assert.deepEqual(
    [cut.vectorRegisters, cut.wideRegisters],
    [[], [{ offset: offset + 32, length: 68 }]],
  )
})

it('openDump reports where the vector registers of threads in a minidump are', () => {
  const stack = { address: 0x1000n, bytes: Buffer.alloc(64) }
  const { bytes } = minidump({ threads: [{ id: 1, stack }] })
  const context = Buffer.from(bytes).indexOf(Buffer.alloc(1232, 0xcc))
  const { wideRegisters, generalRegisters, vectorRegisters } = dumpOf(bytes)
  assert.deepEqual(wideRegisters, [{ offset: context + 0x120, length: 0x380 }])
  assert.deepEqual(generalRegisters, [
    { offset: context, length: 0x120 },
    { offset: context + 0x4a0, length: 0x30 },
  ])
  assert.deepEqual(vectorRegisters, [])
})
