/**
 * Keys as programs print them for people: labels, and below each its number in hexadecimal pairs between colons.
 * Seen in OpenSSL 1.0 to 3.5 (`openssl rsa`, `ec`, `pkey` with `-text`) and GnuTLS 3.8 (`certtool --key-info`).
 */
import { hit } from '../../anchors/anchored.ts'
import type { Match } from '../../anchors/match.ts'
import { latin, type TextReader, type TextRun } from '../../text/text_run.ts'
import { ecKeyOfPoint, numberOf, okpKey, rsaKey } from './parts.ts'

const LETTER_COST = 4
export const FIRST_PRIME = 'prime1:'
export const PRIVATE = 'priv:'

/** A label's number: pairs between colons, in lines that are set in. */
const NUMBER = String.raw`:\s*\r?\n((?:[ \t]+(?:[\da-f]{2}:?)+\r?\n?)+)`
const NUMBER_BEGIN = /^[^:]*:\s*\r?\n[ \t]+[\da-fA-F]{2}:/

/** @param before letters of a key of 16,384 bits before its first prime; of an elliptic one the line that names its kind */
const printedReader = (
  label: string,
  before: number,
  behind: number,
  read: (run: TextRun, before: string, behind: string) => Match | undefined,
): TextReader => ({
  before,
  behind,
  glance: ({ chars, at }) =>
    NUMBER_BEGIN.test(latin(chars, at, at + label.length + 16)) ? behind : 0,
  read: (run) => {
    const { chars, at, budget } = run
    budget.spend(LETTER_COST * chars.length)
    return read(run, latin(chars, 0, at), latin(chars, at))
  },
})

export const PRINTED_RSA: TextReader = printedReader(FIRST_PRIME, 16_384, 8192, readRsa)
export const PRINTED_CURVE: TextReader = printedReader(PRIVATE, 64, 1024, readCurve)

interface Printed {
  readonly bytes: Uint8Array
  readonly from: number
  readonly to: number
}

/** The number below the first label of this name in a text, or the last. */
function printed(text: string, label: string, which: 0 | -1 = 0): Printed | undefined {
  const match = [...text.matchAll(new RegExp(label + NUMBER, 'gi'))].at(which)
  if (match === undefined) return undefined
  const bytes = Buffer.from((match[1] ?? '').replaceAll(/[^\da-fA-F]/g, ''), 'hex')
  return { bytes, from: match.index, to: match.index + match[0].trimEnd().length }
}

function readRsa({ at, budget }: TextRun, before: string, behind: string): Match | undefined {
  const [n, d] = ['modulus', 'private ?exponent'].map((label) => printed(before, label, -1))
  const [p, q] = ['prime1', 'prime2'].map((label) => printed(behind, label))
  if (p === undefined || q === undefined) return undefined
  const decimal = [...before.matchAll(/public ?exponent:\s*(\d{1,40})/gi)].at(-1)?.[1]
  const e =
    decimal === undefined
      ? numberOf(printed(before, 'public ?exponent', -1)?.bytes, budget)
      : BigInt(decimal)
  const [nValue, dValue, pValue, qValue] = [n, d, p, q].map((one) => numberOf(one?.bytes, budget))
  const key = rsaKey({ n: nValue, e, d: dValue, p: pValue, q: qValue }, budget)
  const rest = ['exponent1', 'exponent2', 'exp1', 'exp2', 'coefficient'].map((label) =>
    printed(behind, label),
  )
  const end = Math.max(q.to, ...rest.map((one) => one?.to ?? 0))
  for (const one of [n, d, p, q, ...rest]) one?.bytes.fill(0)
  if (key === undefined) return undefined
  return hit(key, 'printed', n?.from ?? d?.from ?? at, at + end)
}

const CURVES: Readonly<Record<number, string>> = { 65: 'nistp256', 97: 'nistp384', 133: 'nistp521' }

/** The kind by the line before it, else the curve by its name or the length of the point. */
function readCurve({ at, budget }: TextRun, before: string, behind: string): Match | undefined {
  const [secret, stored] = [printed(behind, 'priv'), printed(behind, 'pub')]
  if (secret === undefined || stored === undefined) return undefined
  const okp = /\b(ed25519|ed448|x25519|x448) Private-Key:\s*$/i.exec(before)?.[1]
  const named = /ASN1 OID: (\w+)/.exec(behind)?.[1] ?? 'prime256v1'
  const curve = named === 'prime256v1' ? (CURVES[stored.bytes.length] ?? '') : named
  const key =
    okp === undefined
      ? ecKeyOfPoint(curve, secret.bytes, stored.bytes, budget)
      : okpKey(
          `${okp[0]?.toUpperCase()}${okp.slice(1).toLowerCase()}`,
          secret.bytes,
          stored.bytes,
          budget,
        )
  secret.bytes.fill(0)
  return key && hit(key, 'printed', at, at + stored.to)
}
