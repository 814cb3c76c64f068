/**
 * Keys as programs print them for people: labels, and below each its number in hexadecimal pairs between colons.
 *
 * Seen in OpenSSL 1.0 to 3.5 (`openssl rsa`, `ec`, `pkey` with `-text`) and GnuTLS 3.8 (`certtool --key-info`).
 *
 * @module
 */
import { fromBigEndian } from '@mintmark/keys/arithmetic/modular'
import type { WorkBudget } from '@mintmark/keys/material/work_budget'
import type { Detected } from '../../anchors/detected.ts'
import { isAt, type TextReader, type TextRun } from '../../text/text_run.ts'
import { ecKey, numberOf, okpKey, rsaKey } from './parts.ts'

/** Letters of a key of 16,384 bits before its first prime: modulus and private exponent, with their labels. */
const BEFORE = 16_384
const BEHIND = 8192
/** Letters of an elliptic key, and before it the line that names its kind. */
const SMALL = 1024
const KIND_BEFORE = 64
const LETTER_COST = 4

export const FIRST_PRIME = 'prime1:'
export const PRIVATE = 'priv:'

/** A label's number: pairs between colons, in lines that are set in. */
const NUMBER = String.raw`:\s*\r?\n((?:[ \t]+(?:[\da-f]{2}:?)+\r?\n?)+)`

const hasNumber = ({ chars, at }: TextRun, label: string): boolean => {
  const head = Buffer.from(chars.subarray(at, at + label.length + 16)).toString('latin1')
  return /^[^:]*:\s*\r?\n[ \t]+[\da-fA-F]{2}:/.test(head)
}

/** An RSA key, from the label of its first prime. */
export const PRINTED_RSA: TextReader = {
  before: BEFORE,
  behind: BEHIND,
  glance: (run) => (hasNumber(run, FIRST_PRIME) ? BEHIND : 0),
  read: readRsa,
}

/** A key on a curve, from the label of its private half. */
export const PRINTED_CURVE: TextReader = {
  before: KIND_BEFORE,
  behind: SMALL,
  glance: (run) => (hasNumber(run, PRIVATE) ? SMALL : 0),
  read: readCurve,
}

interface Printed {
  readonly bytes: Uint8Array
  /** Where label and number begin and end in the text. */
  readonly from: number
  readonly to: number
}

/** The number below the first label of this name in a text, or the last. */
function printed(text: string, label: string, which: 'first' | 'last'): Printed | undefined {
  const matches = text.matchAll(new RegExp(label + NUMBER, 'gi'))
  const match = which === 'first' ? matches.next().value : [...matches].at(-1)
  if (match === undefined) return undefined
  const bytes = Buffer.from((match[1] ?? '').replaceAll(/[^\da-fA-F]/g, ''), 'hex')
  return { bytes, from: match.index, to: match.index + match[0].trimEnd().length }
}

function readRsa({ chars, at, budget }: TextRun): Detected | undefined {
  budget.spend(LETTER_COST * chars.length)
  const text = Buffer.from(chars).toString('latin1')
  const [before, behind] = [text.slice(0, at), text.slice(at)]
  const p = printed(behind, 'prime1', 'first')
  const q = printed(behind, 'prime2', 'first')
  if (p === undefined || q === undefined) return undefined
  const n = printed(before, 'modulus', 'last')
  const d = printed(before, 'private ?exponent', 'last')
  const key = rsaKey(
    {
      n: numberOf(n?.bytes, budget),
      e: exponentIn(before, budget),
      d: numberOf(d?.bytes, budget),
      p: numberOf(p.bytes, budget),
      q: numberOf(q.bytes, budget),
    },
    budget,
  )
  const rest = ['exponent1', 'exponent2', 'exp1', 'exp2', 'coefficient'].map((label) =>
    printed(behind, label, 'first'),
  )
  const end = Math.max(q.to, ...rest.map((one) => one?.to ?? 0))
  for (const one of [n, d, p, q, ...rest]) one?.bytes.fill(0)
  if (key === undefined) return undefined
  const offset = n?.from ?? d?.from ?? at
  return { ...key, offset, length: at + end - offset, form: 'printed' }
}

function exponentIn(text: string, budget: WorkBudget): bigint | undefined {
  const decimal = [...text.matchAll(/public ?exponent:\s*(\d{1,40})/gi)].at(-1)?.[1]
  if (decimal !== undefined) return BigInt(decimal)
  const number = printed(text, 'public ?exponent', 'last')
  return number === undefined ? undefined : fromBigEndian(number.bytes, budget)
}

/** The kind by the line before it, else the curve by its name or the length of the point. */
function readCurve({ chars, at, budget }: TextRun): Detected | undefined {
  if (!isAt(chars, at, PRIVATE)) return undefined
  budget.spend(LETTER_COST * chars.length)
  const text = Buffer.from(chars).toString('latin1')
  const behind = text.slice(at)
  const secret = printed(behind, 'priv', 'first')
  const stored = printed(behind, 'pub', 'first')
  if (secret === undefined || stored === undefined) return undefined
  const okp = /\b(ed25519|ed448|x25519|x448) Private-Key:\s*$/i.exec(text.slice(0, at))?.[1]
  const key =
    okp === undefined
      ? ecOf(behind, secret.bytes, stored.bytes, budget)
      : okpKey(
          `${okp[0]?.toUpperCase()}${okp.slice(1).toLowerCase()}`,
          secret.bytes,
          stored.bytes,
          budget,
        )
  secret.bytes.fill(0)
  return key && { ...key, offset: at, length: stored.to, form: 'printed' }
}

const CURVES: Readonly<Record<number, string>> = { 65: 'nistp256', 97: 'nistp384', 133: 'nistp521' }

function ecOf(
  text: string,
  d: Uint8Array,
  point: Uint8Array,
  budget: WorkBudget,
): Detected | undefined {
  if (point[0] !== 4 || point.length % 2 === 0) return undefined
  const named = /ASN1 OID: (\w+)/.exec(text)?.[1]
  const name = named === undefined || named === 'prime256v1' ? CURVES[point.length] : named
  const half = (point.length - 1) / 2
  return ecKey(name ?? '', d, point.subarray(1, 1 + half), point.subarray(1 + half), budget)
}
