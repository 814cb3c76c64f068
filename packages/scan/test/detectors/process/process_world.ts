/** A made process of two parts, with structures in the one that lead into the other. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { toBigEndian } from '@mintmark/keys/arithmetic/modular'
import { elfCore } from '@mintmark/testkit'
import { WINDOW_BYTES } from '../../../src/anchors/scan_plan.ts'
import { scanFile } from '../../../src/scan_file.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'structures-'))
process.on('exit', () => rmSync(folder, { recursive: true }))

export const HEADS: bigint = 0x5581_0000_0000n
export const NUMBERS: bigint = 0x7f1b_0000_0000n
export const SECRET_AT = 4096

/** 8-byte words, lowest byte first. */
export function words(...values: readonly bigint[]): Uint8Array {
  const bytes = Buffer.alloc(8 * values.length)
  for (const [index, value] of values.entries()) bytes.writeBigUInt64LE(value, 8 * index)
  return bytes
}
export const pair = (low: number, high: number): bigint => BigInt(low) | (BigInt(high) << 32n)

/** Addresses of the parts. */
interface Parts {
  readonly heads: bigint
  readonly numbers: bigint
}

/** Two parts of a process, more than a window apart: what points, and what is pointed to. */
export class Process {
  readonly heads: Uint8Array = new Uint8Array(2 * WINDOW_BYTES)
  readonly numbers: Uint8Array = new Uint8Array(65_536)
  readonly #parts: Parts
  #at = 64

  constructor(parts: Parts = { heads: HEADS, numbers: NUMBERS }) {
    this.#parts = parts
  }

  /** Structures with nothing near them. */
  put(bytes: Uint8Array): bigint {
    this.heads.set(bytes, this.#at)
    const address = this.#parts.heads + BigInt(this.#at)
    this.#at += (bytes.length + 79) & ~15
    return address
  }

  number(bytes: Uint8Array, at: number): bigint {
    this.numbers.set(bytes, at)
    return this.#parts.numbers + BigInt(at)
  }

  async found(name: string): Promise<(string | number)[][]> {
    const file = path.join(folder, name)
    const memory = [
      { address: this.#parts.heads, bytes: this.heads },
      { address: this.#parts.numbers, bytes: this.numbers },
    ]
    writeFileSync(file, elfCore({ memory }).bytes)
    const { findings, unverified } = await scanFile(file)
    assert.equal(unverified.length, 0)
    return findings.map(({ kind, encoding, length, address }) => [
      kind,
      encoding,
      length,
      address ?? '',
    ])
  }
}

export const le = (value: bigint, limbs: number): Uint8Array =>
  Uint8Array.from(toBigEndian(value, 8 * limbs)).toReversed()
