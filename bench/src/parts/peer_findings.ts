/**
 * What the other tools print, held against our report. Keys that they print stay in this process.
 */
import { closeSync, openSync, readSync } from 'node:fs'
import { isObject, type Json, parseObject } from '@mintmark/core'
import { expandKey } from '@mintmark/scan/schedules/aes_words'

/** Our report of one file. Keys that it names and ignores count as found where they are held against others' keys. */
export interface Ours {
  /** Without those that are ignored. */
  readonly found: number
  readonly limits: number
  /** Places of RSA keys in DER: [from, to). */
  readonly rsa: readonly (readonly [number, number])[]
  /** AES keys at the begin of schedules, hex. */
  readonly aes: ReadonlySet<string>
}

function listOf(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter((each) => isObject(each)) : []
}

/** @param json what `mintmark scan --json` printed */
export function oursOf(json: string, core: string): Ours {
  const [report] = listOf(parseObject(json)?.['reports'])
  const found = listOf(report?.['findings'])
  const findings = [...found, ...listOf(report?.['ignored'])]
  const file = openSync(core, 'r')
  try {
    return {
      found: found.length,
      limits: listOf(report?.['limits']).length,
      rsa: findings
        .filter(({ kind }) => kind === 'rsa')
        .map(({ offset, length }) => [Number(offset), Number(offset) + Number(length)]),
      aes: new Set(
        findings
          .filter(({ encoding }) => encoding === 'aes-schedule-enc')
          .map(({ offset, bits }) => hexAt(file, Number(offset), Number(bits) / 8)),
      ),
    }
  } finally {
    closeSync(file)
  }
}

function hexAt(file: number, offset: number, length: number): string {
  const bytes = Buffer.alloc(length)
  readSync(file, bytes, 0, length, offset)
  return bytes.toString('hex')
}

/**
 * rsakeyfind prints for each place `FOUND PRIVATE KEY AT OFFSET` and the numbers in lines of hex
 * bytes. It proves nothing: a place counts as a key where the modulus is the product of the primes.
 */
export function rsaKeysMissed(
  out: string,
  { rsa }: Ours,
): { named: number; real: number; missed: number } {
  const places = out.split(/^FOUND PRIVATE KEY AT /m).slice(1)
  const real = places.filter((text) => isKey(text))
  const missed = real.filter((text) => {
    const at = Number.parseInt(text, 16)
    return !rsa.some(([from, to]) => at >= from - 4 && at < to)
  })
  return { named: places.length, real: real.length, missed: missed.length }
}

function isKey(text: string): boolean {
  const [n, p, q] = ['modulus', 'prime1', 'prime2'].map((name) => numberIn(text, name))
  return n !== undefined && p !== undefined && q !== undefined && p > 1n && p * q === n
}

function numberIn(text: string, name: string): bigint | undefined {
  const digits = new RegExp(`${name} =\\s*\\n?((?:[\\da-f]{2}\\s+)+)`, 'i').exec(text)?.[1]
  return digits === undefined ? undefined : BigInt(`0x${digits.replaceAll(/\s/g, '')}`)
}

/** aeskeyfind prints a key a line. It takes damaged schedules too: Mintmark must find the whole ones. */
export function aesKeysMissed(
  out: string,
  core: string,
  { aes }: Ours,
): { named: number; exact: number; missed: number } {
  const keys = [...new Set(out.match(/^(?:[\da-f]{32}|[\da-f]{64})$/gm) ?? [])]
  const unknown = keys.filter((key) => !aes.has(key))
  const missed = unknown.length === 0 ? [] : unknown.filter((key) => hasSchedule(core, key))
  return {
    named: keys.length,
    exact: keys.length - unknown.length + missed.length,
    missed: missed.length,
  }
}

/** Bytes of the longest schedule. */
const SCHEDULE_BYTES = 240

/** Whether a whole schedule of the key is in the file; read in pieces, since it may be larger than a buffer. */
function hasSchedule(core: string, hex: string): boolean {
  const key = Buffer.from(hex, 'hex')
  const file = openSync(core, 'r')
  const piece = Buffer.alloc(64 << 20)
  try {
    for (let from = 0; ; from += piece.length - SCHEDULE_BYTES) {
      const held = readSync(file, piece, 0, piece.length, from)
      const bytes = piece.subarray(0, held)
      for (let at = bytes.indexOf(key); at >= 0; at = bytes.indexOf(key, at + 1)) {
        if (isSchedule(bytes.subarray(at, at + SCHEDULE_BYTES), key.length)) return true
      }
      if (held < piece.length) return false
    }
  } finally {
    closeSync(file)
  }
}

function isSchedule(bytes: Uint8Array, keyLength: number): boolean {
  const key = Uint8Array.from(bytes.subarray(0, keyLength))
  const expanded = Buffer.from(expandKey(key).buffer)
  return expanded.equals(bytes.subarray(0, expanded.length))
}
