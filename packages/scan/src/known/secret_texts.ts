/**
 * Secrets of known keys that stand by themselves in text: as many hexadecimal digits or letters of base64 as a secret takes,
 * and no letter more on either side. So WireGuard writes them (`PrivateKey = …=`), and so they lie in variables of a process
 * (`PRIVATE_KEY=0x…`) and in files of settings. Letters lie one byte apart.
 *
 * Each letter of a long run is looked at once; of what is no text, one byte in {@link Shape.step}.
 *
 * @module
 */
import { hexDigit } from '../base64.ts'

/** What stands in a text where a secret may. */
export interface SecretText {
  readonly at: number
  /** In letters, without what pads it. */
  readonly length: number
  readonly form: 'hex' | 'base64'
  /** As many as a secret has. Owned by the caller, who wipes them. */
  readonly bytes: Uint8Array
}

/** Texts of one secret's size in a window: more are hashes. */
const TEXTS_MOST = 2000
/** So far before a secret its name is looked for. */
const NAME_BYTES = 40
const NAME = /key|priv|secret|seed/i

/** 1 for each letter of base64 and base64url. */
const LETTERS = new Uint8Array(256)
for (const letter of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_') {
  LETTERS[letter.charCodeAt(0)] = 1
}

/** Letters that runs of a size can have. */
interface Shape {
  /** Bytes of a secret. */
  readonly length: number
  readonly digits: ReadonlySet<number>
  readonly letters: ReadonlySet<number>
  /** Any run of such a size holds two places that are so far apart. */
  readonly step: number
}

/** Letters of base64 that so many bytes take, without what pads them. */
const lettersOf = (size: number): number => Math.ceil((size * 4) / 3)

/** @param hasPublicBehind whether a secret may stand with its public half behind it, as NaCl keeps seeds */
function shapeOf(length: number, hasPublicBehind: boolean): Shape {
  const sizes = hasPublicBehind ? [length, 2 * length] : [length]
  return {
    length,
    digits: new Set(sizes.map((size) => 2 * size)),
    letters: new Set(sizes.map(lettersOf)),
    step: Math.floor(lettersOf(length) / 2),
  }
}

/** Texts in [from, to) of `bytes` that may be a secret of `length` bytes, those first that a name stands before, then base64. */
export function secretTexts(
  bytes: Uint8Array,
  length: number,
  hasPublicBehind: boolean,
  from: number,
  to: number,
): readonly SecretText[] {
  const shape = shapeOf(length, hasPublicBehind)
  const ranked: [SecretText[], SecretText[], SecretText[]] = [[], [], []]
  let count = 0
  for (const [begin, end] of letterRuns(bytes, shape.step, from, to)) {
    const text = textIn(bytes, begin, end, shape)
    if (text === undefined) continue
    const rank = hasName(bytes, text.at) ? 0 : text.form === 'base64' ? 1 : 2
    ranked[rank].push(text)
    count += 1
    if (count >= TEXTS_MOST) break
  }
  return ranked.flat()
}

/** Runs of letters that begin in [from, to), with at least two places `step` apart in each. */
function* letterRuns(
  bytes: Uint8Array,
  step: number,
  from: number,
  to: number,
): Generator<readonly [number, number], void, void> {
  const isLetter = (at: number): boolean => LETTERS[bytes[at] ?? 0] === 1
  let least = 0
  for (let at = from; at < to + step; at += step) {
    if (!isLetter(at) || !isLetter(at + step)) continue
    let begin = at
    while (begin > least && isLetter(begin - 1)) begin -= 1
    let end = at + 1
    while (isLetter(end)) end += 1
    if (begin >= from && begin < to) yield [begin, end]
    least = end
    at = Math.max(at, end - step)
  }
}

/** The secret that a whole run of letters may be. */
function textIn(
  bytes: Uint8Array,
  begin: number,
  end: number,
  { length, digits, letters }: Shape,
): SecretText | undefined {
  const hasPrefix = bytes[begin] === 0x30 && ((bytes[begin + 1] ?? 0) | 0x20) === 0x78
  const first = hasPrefix ? begin + 2 : begin
  if (digits.has(end - first)) {
    const secret = fromHex(bytes, first, length)
    if (secret !== undefined) return { at: first, length: 2 * length, form: 'hex', bytes: secret }
  }
  if (!letters.has(end - begin)) return undefined
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + begin, lettersOf(length))
  const secret = Uint8Array.from(Buffer.from(text.toString('latin1'), 'base64').subarray(0, length))
  return { at: begin, length: text.length, form: 'base64', bytes: secret }
}

function fromHex(bytes: Uint8Array, at: number, length: number): Uint8Array | undefined {
  const secret = new Uint8Array(length)
  for (let i = 0; i < length; i++) {
    const high = hexDigit(bytes[at + 2 * i])
    const low = hexDigit(bytes[at + 2 * i + 1])
    if (high < 0 || low < 0) return undefined
    secret[i] = high * 16 + low
  }
  return secret
}

/** Whether what stands before a text is named as a secret is. */
function hasName(bytes: Uint8Array, at: number): boolean {
  const from = Math.max(0, at - NAME_BYTES)
  const before = Buffer.from(bytes.buffer, bytes.byteOffset + from, at - from)
  return NAME.test(before.toString('latin1'))
}
