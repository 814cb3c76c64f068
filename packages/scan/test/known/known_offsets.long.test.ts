import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Match } from '../../src/anchors/match.ts'
import { KnownKeySearch } from '../../src/known/secrets/known_key_search.ts'
import { type GroundName, PLOT, type Plant, plotOf, type TestKey, testKey } from './known_plants.ts'

const ORDERS = [
  'limbs-le64',
  'limbs-be',
  'java-int-array',
  'words-be-le64',
  'limbs-le-be64',
  'limbs-le-be32',
]
const DIGITS = [
  'python-digits-30',
  'digits-28',
  'digits-26',
  'jsbn-smi-28-compressed',
  'bn-js-smi-26-compressed',
  'go-limbs-63',
  'limbs-60',
  'limbs-52',
  'limbs-51',
  'jsbn-smi-28',
  'bn-js-smi-26',
  'jsbn-double-28',
  'bn-js-double-26',
]
const TEXTS = ['hex', 'hex-le', 'hex-colons', 'base64', 'base64url', 'hex-utf16', 'base64-utf16']
const EXPONENTS = ['d', 'd-mod-phi', 'phi']
const GROUNDS: readonly GroundName[] = ['zeros', 'pointers', 'random', 'text']
const SHIFTS = [0, 1, 4, 7, 8, 13]
const HALVES = ['p-minus-1', 'p-plus-1', 'p-minus-1-halved', 'two-to-w-minus-p']

const plants = (
  secrets: readonly string[],
  encodings: readonly string[],
  shifts: readonly number[],
  grounds: readonly GroundName[],
): Plant[] =>
  secrets.flatMap((secret) =>
    encodings.flatMap((encoding) =>
      shifts.flatMap((shift) => grounds.map((ground) => ({ secret, encoding, shift, ground }))),
    ),
  )

const bothSides = (secret: string, shifts: readonly number[]): Plant[] => [
  ...plants([secret], ORDERS, shifts, ['zeros', 'text']),
  ...plants([secret], ORDERS, [0, 8], ['pointers']),
]

const GROUPS: Readonly<Record<string, Plant[]>> = {
  'a factor in every order, at every offset': plants(['p', 'q'], ORDERS, SHIFTS, GROUNDS),
  'a neighbour of a factor where something marks it': [
    ...plants(HALVES, ORDERS, SHIFTS, ['zeros', 'text']),
    ...plants(HALVES, ORDERS, [0, 8], ['pointers']),
  ],
  'what only a product shows where both sides mark it': bothSides('montgomery-r2-mod-p', SHIFTS),
  'what only a power shows where both sides mark it': [
    ...bothSides('dp', [0, 7, 8]),
    ...plants(['dp'], TEXTS, [0, 1], ['zeros']),
  ],
  'a private exponent in every order where something marks it, or aligned': [
    ...plants(EXPONENTS, ORDERS, SHIFTS, ['zeros', 'text']),
    ...plants(EXPONENTS, ORDERS, [0, 8], ['pointers', 'random']),
  ],
  'a factor in digits': plants(['p'], DIGITS, [0, 8], GROUNDS),
  'a private exponent in the digits of runtimes that keep it': plants(
    ['d-mod-phi'],
    ['go-limbs-63', 'bn-js-smi-26', 'bn-js-smi-26-compressed'],
    [0, 8],
    GROUNDS,
  ),
  'a value in text': [
    ...plants(['p', 'd', 'montgomery-r2-mod-p'], TEXTS, [0, 1, 7], ['zeros', 'pointers']),
    ...plants(['p', 'd'], TEXTS, [0, 7], ['text']),
    ...plants(['p', 'd'], ['decimal', 'decimal-utf16'], [0, 1], ['zeros', 'text']),
  ],
}

const KEYS = Array.from({ length: 100 }, () => testKey(1024))
const PUBLIC = KEYS.map(({ publicKey }) => publicKey)

/** The plant itself must give its key: other values of a found key are not searched for. */
const OPTIONS = { deep: false, leavesValues: true }

const reports = (hits: readonly Match[], key: TestKey, at: number): boolean =>
  hits.some(
    ({ offset, key: { material, certainty } }) =>
      material?.type === 'rsa' &&
      material.n === key.n &&
      certainty === 'verified' &&
      Math.abs(offset - at) <= 8,
  )

const nameOf = ({ secret, encoding, shift, ground }: Plant): string =>
  `${secret} as ${encoding} at ${shift} in ${ground}`

function* planted(group: readonly Plant[]): Generator<{
  key: TestKey
  name: string
  bytes: Uint8Array
  at: number
}> {
  for (const [index, plant] of group.entries()) {
    const key = KEYS[index % KEYS.length]
    const plot = key && plotOf(key, plant, index)
    if (key !== undefined && plot !== undefined) yield { key, name: nameOf(plant), ...plot }
  }
}

/** What is searched for with a few keys alone: each costs a multiplication an offset. */
const OF_FEW_KEYS = {
  'a private exponent at any offset': plants(EXPONENTS, ORDERS, [1, 4, 7, 13], GROUNDS),
}

describe('with the public key', () => {
  for (const [name, group] of Object.entries({ ...GROUPS, ...OF_FEW_KEYS })) {
    it(`finds ${name}`, () => {
      const missed: string[] = []
      for (const { key, name: plant, bytes, at } of planted(group)) {
        const search = new KnownKeySearch([key.publicKey], OPTIONS)
        if (!reports(search.search(bytes, 0, PLOT), key, at)) missed.push(plant)
      }
      assert.deepEqual(missed, [])
    })
  }
})

describe('with a hundred public keys', () => {
  for (const [name, group] of Object.entries(GROUPS)) {
    it(`finds ${name}`, () => {
      const missed: string[] = []
      // A power a key is too expensive for many numbers at once: a few of those do, one by one.
      const isDear = name.includes('power')
      const most = isDear ? 1 : KEYS.length
      const all = [...planted(group)].slice(0, isDear ? 3 : group.length)
      for (let first = 0; first < all.length; first += most) {
        const batch = all.slice(first, first + most)
        // Each plot is of another key, so that none gives another away.
        const bytes = Buffer.concat(batch.map((plot) => plot.bytes))
        const hits = new KnownKeySearch(PUBLIC, OPTIONS).search(bytes, 0, bytes.length)
        for (const [index, { key, name: plant, at }] of batch.entries()) {
          if (!reports(hits, key, index * PLOT + at)) missed.push(plant)
        }
      }
      assert.deepEqual(missed, [])
    })
  }
})
