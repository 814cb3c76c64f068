/** Numbers of RSA keys in a heap, as glibc's malloc lays it out. */
import assert from 'node:assert/strict'
import { generateKeyPairSync, type JsonWebKey, type KeyObject } from 'node:crypto'
import { fromBigEndian } from '@mintmark/keys/arithmetic/modular'
import { UNLIMITED, type WorkBudget } from '@mintmark/keys/material/work_budget'
import { readAgain } from '@mintmark/testkit'
import type { Anchor } from '../../../src/anchors/anchor.ts'
import { type KeyHit, withKey } from '../../key_hits.ts'

export interface FoundRsa {
  readonly offset: number
  readonly length: number
  readonly encoding: string
  readonly bits: number
  readonly certainty: string
  readonly n: bigint
  readonly e: bigint
}

export const keyOf = (modulusLength: number, publicExponent = 65_537): KeyObject =>
  readAgain(generateKeyPairSync('rsa', { modulusLength, publicExponent })).privateKey

/** Lowest byte first. */
export const limbs = (text: string | undefined): Uint8Array =>
  Uint8Array.from(Buffer.from(text ?? '', 'base64url')).toReversed()

/** Numbers in chunks of malloc, with a chunk of nothing between each two. */
export function heapOf(
  numbers: readonly Uint8Array[],
  room = 0,
): { bytes: Uint8Array; offsets: number[] } {
  const bytes = Buffer.alloc(16_384)
  const offsets: number[] = []
  let at = 24
  for (const number of numbers) {
    const size = (number.length + room + 8 + 15) & ~15
    bytes.writeUInt32LE(size | 1, at)
    bytes.set(number, at + 8)
    offsets.push(at + 8)
    bytes.writeUInt32LE(0x61, at + size)
    at += size + 0x60
  }
  return { bytes, offsets }
}

/** What these anchors give. */
export function hitsBy(
  anchors: readonly Anchor[],
  bytes: Uint8Array,
  budget: WorkBudget = UNLIMITED,
): KeyHit[] {
  return anchors.flatMap(({ pattern, mask, detect }) => {
    const offsets = Array.from({ length: bytes.length - 8 }, (_, at) => at)
    const fits = (at: number) =>
      pattern.every((byte, k) => ((bytes[at + k] ?? 0) & (mask?.[k] ?? 255)) === byte)
    return offsets
      .filter((at) => fits(at))
      .flatMap((at) => detect(bytes, at, { budget }) ?? [])
      .map(withKey)
  })
}

/** The same, as RSA keys. */
export function foundBy(anchors: readonly Anchor[], bytes: Uint8Array): FoundRsa[] {
  const hits = hitsBy(anchors, bytes)
  return hits.map(({ offset, length, encoding, bits, certainty, material }) => {
    assert.ok(material?.type === 'rsa')
    return { offset, length, encoding, bits, certainty, n: material.n, e: material.e }
  })
}

/** A key whose prime is at `offset`. */
export function expected(
  jwk: JsonWebKey,
  offset: number,
  e = 65_537n,
  encoding = 'limbs-le64',
): FoundRsa[] {
  const n = fromBigEndian(Buffer.from(jwk.n ?? '', 'base64url'))
  const length = Buffer.from(jwk.p ?? '', 'base64url').length
  return [{ offset, length, encoding, bits: 16 * length, certainty: 'verified', n, e }]
}
