import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Dump } from '@mintmark/dump'
import type { RawFinding } from '../../src/findings/finding.ts'
import { RawFindingList } from '../../src/report/raw_findings.ts'
import { LimitList } from '../../src/report/scan_limits.ts'

const dump: Dump = {
  container: 'elf-core',
  segments: [
    {
      offset: 1000,
      length: 500,
      address: 0xffff_ffff_ff60_0000n,
      owner: { kind: 'stack', name: '7' },
    },
    { offset: 3000, length: 500, address: undefined, owner: undefined },
  ],
  structure: [{ offset: 0, length: 1000 }],
  vectorRegisters: [],
  wideRegisters: [],
  generalRegisters: [],
  isShared: false,
  about: {},
  flaws: [],
  isLittleEndian: true,
}

type Short = Partial<RawFinding>

function rawFinding(rest: Short): RawFinding {
  return {
    offset: 100,
    length: 50,
    kind: 'rsa',
    encoding: 'pkcs8-der',
    bits: 2048,
    certainty: 'verified',
    verification: '',
    note: undefined,
    keyId: undefined,
    tag: 'k',
    ...rest,
  }
}

function offsetsOf(rawFindings: readonly Short[]): (readonly [number, string])[] {
  const list = new RawFindingList(new LimitList())
  for (const item of rawFindings) list.add(rawFinding(item))
  return list.findings('f', dump).map(({ offset, encoding }) => [offset, encoding] as const)
}

const cases: readonly {
  readonly name: string
  readonly seen: readonly Short[]
  readonly kept: readonly (readonly [number, string])[]
}[] = [
  { name: 'the same offset twice is one', seen: [{}, {}], kept: [[100, 'pkcs8-der']] },
  {
    name: 'a key within its own wrapping is one',
    seen: [{ offset: 126, length: 24, encoding: 'pkcs1-der' }, {}],
    kept: [[100, 'pkcs8-der']],
  },
  {
    name: 'another key within is another',
    seen: [{}, { offset: 126, length: 20, tag: 'l', encoding: 'pkcs1-der' }],
    kept: [
      [100, 'pkcs8-der'],
      [126, 'pkcs1-der'],
    ],
  },
  {
    name: 'an unverified key that begins before the same key in the same encoding, and overlaps it, is the key',
    seen: [{ offset: 99, certainty: 'unverified', note: 'fragment' }, {}],
    kept: [[100, 'pkcs8-der']],
  },
  {
    name: 'an unverified key of another key stays where it overlaps one',
    seen: [{ offset: 99, certainty: 'unverified', tag: 'l' }, {}],
    kept: [
      [99, 'pkcs8-der'],
      [100, 'pkcs8-der'],
    ],
  },
  {
    name: 'an unverified key within a key is part of it',
    seen: [{}, { offset: 126, length: 20, tag: '', certainty: 'unverified' }],
    kept: [[100, 'pkcs8-der']],
  },
  {
    name: 'a key within an unverified key stays, and so does the unverified key',
    seen: [
      { tag: '', certainty: 'unverified', encoding: 'pem' },
      { offset: 126, length: 20 },
    ],
    kept: [
      [100, 'pem'],
      [126, 'pkcs8-der'],
    ],
  },
  {
    name: 'a key within an unverified key for the same key leaves the key',
    seen: [
      { certainty: 'unverified', encoding: 'pem' },
      { offset: 126, length: 20 },
    ],
    kept: [[126, 'pkcs8-der']],
  },
  {
    name: 'two schedules of one key that share a row are two',
    seen: [
      { encoding: 'aes-schedule-enc', offset: 100, length: 240 },
      { encoding: 'aes-schedule-dec', offset: 324, length: 240 },
    ],
    kept: [
      [100, 'aes-schedule-enc'],
      [324, 'aes-schedule-dec'],
    ],
  },
  {
    name: 'one encoding of one key that overlaps itself is one',
    seen: [{}, { offset: 120, length: 50 }],
    kept: [[100, 'pkcs8-der']],
  },
  {
    name: 'neighbours are two',
    seen: [{ offset: 150 }, {}],
    kept: [
      [100, 'pkcs8-der'],
      [150, 'pkcs8-der'],
    ],
  },
]

describe('offsets are put together:', () => {
  for (const { name, seen, kept } of cases) {
    it(name, () => {
      assert.deepEqual(offsetsOf(seen), kept)
      assert.deepEqual(offsetsOf(seen.toReversed()), kept)
    })
  }
})

it('copies are counted for each encoding, address and owner come from the segment', () => {
  const list = new RawFindingList(new LimitList())
  for (const offset of [1000, 1100, 1499, 3010, 100]) list.add(rawFinding({ offset, length: 20 }))
  list.add(rawFinding({ offset: 1200, encoding: 'pem' }))
  list.add(rawFinding({ offset: 1300, tag: '' }))
  const reported = list
    .findings('f', dump)
    .map(({ offset, address, owner, copies }) => [offset, address, owner?.name, copies])
  assert.deepEqual(reported, [
    [100, undefined, undefined, 5],
    [1000, '0xffffffffff600000', '7', 5],
    [1100, '0xffffffffff600064', '7', 5],
    [1200, '0xffffffffff6000c8', '7', 1],
    [1300, '0xffffffffff60012c', '7', 1],
    [1499, '0xffffffffff6001f3', '7', 5],
    [3010, undefined, undefined, 5],
  ])
})

it('a key without an id says at each of its other offsets where the first is, whatever its encoding', () => {
  const keyId = { spkiSha256: 'a', jwkThumbprint: undefined, kid: undefined, subject: undefined }
  const list = new RawFindingList(new LimitList())
  for (const item of [
    { offset: 900, encoding: 'limbs-be', length: 16 },
    { offset: 300, encoding: 'aes-schedule-enc' },
    { offset: 500, encoding: 'aes-schedule-enc', tag: 'l' },
    { offset: 700, tag: '' },
    { offset: 800, tag: '' },
    { offset: 400, tag: 'm', keyId },
    { offset: 600, tag: 'm', keyId },
  ])
    list.add(rawFinding(item))
  const reported = list.findings('f', dump).map(({ offset, sameKeyAt }) => [offset, sameKeyAt])
  assert.deepEqual(reported, [
    [300, undefined],
    [400, undefined],
    [500, undefined],
    [600, undefined],
    [700, undefined],
    [800, undefined],
    [900, 300],
  ])
})

it('more than a report holds is reported, and those in front are kept', () => {
  const limits = new LimitList()
  const list = new RawFindingList(limits)
  for (let i = 0; i < 20_010; i++) {
    list.add(rawFinding({ offset: 100 * i, certainty: 'unverified', tag: '' }))
  }
  assert.equal(list.findings('f', dump).length, 20_000)
  const [limit] = limits.list()
  assert.equal(limit?.code, 'many-hits')
  assert.deepEqual(limit.facts, { count: 10, offset: 2_000_000, anchor: 'unverified locations' })
})

it('many offsets that are within each other are all kept', () => {
  const list = new RawFindingList(new LimitList())
  for (let i = 0; i < 20_000; i++) {
    const length = 1_000_000 - 2 * i
    list.add(rawFinding({ offset: i, length, tag: `${i}`, certainty: 'unverified' }))
  }
  assert.equal(list.findings('f', dump).length, 20_000)
})
