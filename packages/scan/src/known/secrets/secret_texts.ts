/** Secrets by themselves in text: exactly as many hexadecimal or base64 letters as one takes. */
import { BEHIND, type ConjugateKernel, SLICE } from '../../slices/conjugate.ts'
import { isBase64Letter } from '../../text/base64.ts'
import type { Depth } from '../values/search_limits.ts'

type Spelling = 'hex' | 'base64'

export interface SecretText {
  readonly at: number
  readonly length: number
  readonly encoding: Spelling | `base64-of-${Spelling}`
  /** As many as a secret has. Owned by the caller, who wipes them. */
  readonly bytes: Uint8Array
}

export interface TextRange {
  readonly from: number
  readonly to: number
}

/** Texts of one secret's size in a window: more are hashes. */
const TEXTS_MOST = 2000
const NAME_BYTES = 40
const NAME = /key|priv|secret|seed/i

interface Shape {
  readonly length: number
  readonly digits: ReadonlySet<number>
  readonly letters: ReadonlySet<number>
}

const lettersOf = (size: number): number => Math.ceil((size * 4) / 3)

/** `hasPublicBehind`: the public half may be behind the secret, as NaCl keeps seeds. */
function shapeOf(length: number, hasPublicBehind: boolean): Shape {
  const sizes = hasPublicBehind ? [length, 2 * length] : [length]
  return {
    length,
    digits: new Set(sizes.map((size) => 2 * size)),
    letters: new Set(sizes.map(lettersOf)),
  }
}

interface Sought {
  readonly length: number
  readonly limbs: number
  readonly depth: Depth
}

/** Shorter runs the kernel does not list. */
const LEAST_RUN = 32

/** Of discovered keys none is examined: hashes are spelled in the same way. */
export class SecretTexts {
  /** The shortest run that can be a secret; 0 where none is searched for. */
  readonly #least: number
  readonly #runs: TextRange[] = []

  constructor(groups: readonly Sought[]) {
    const sizes = groups.filter(isInTexts).map(({ length }) => length)
    this.#least = sizes.length === 0 ? 0 : Math.max(LEAST_RUN, lettersOf(Math.min(...sizes)))
  }

  probe(kernel: ConjugateKernel, at: number, length: number): void {
    if (this.#least === 0) return
    // What is behind the slice is there for texts that begin in it.
    const to = Math.min(length + BEHIND, SLICE + BEHIND - 16)
    for (const run of kernel.runs(to, this.#least)) {
      if (run.from < length) this.#runs.push({ from: at + run.from, to: at + run.to })
    }
  }

  of(bytes: Uint8Array, keys: Sought, from: number, to: number): readonly SecretText[] {
    const { length, limbs } = keys
    const secret = { length, hasPublicBehind: limbs === 0 }
    return isInTexts(keys) ? secretTexts(bytes, this.#runs, secret, from, to) : []
  }
}

const isInTexts = ({ depth }: Sought): boolean => depth !== 'discovered'

/**
 * Texts in [from, to) of `bytes` that may be a secret of `length` bytes: named ones first, then
 * base64. `runs`: ascending, of {@link lettersOf} bytes or more; one may be in two parts that
 * overlap.
 */
export function secretTexts(
  bytes: Uint8Array,
  runs: readonly TextRange[],
  { length, hasPublicBehind }: { readonly length: number; readonly hasPublicBehind: boolean },
  from: number,
  to: number,
): readonly SecretText[] {
  const shape = shapeOf(length, hasPublicBehind)
  const ranked: [SecretText[], SecretText[], SecretText[]] = [[], [], []]
  let count = 0
  for (const [begin, end] of letterRuns(bytes, runs)) {
    if (begin < from || begin >= to) continue
    const text = textIn(bytes, begin, end, shape) ?? nestedIn(bytes, begin, end, shape)
    if (text === undefined) continue
    const rank = hasName(bytes, text.at) ? 0 : text.encoding === 'base64' ? 1 : 2
    ranked[rank].push(text)
    count += 1
    if (count >= TEXTS_MOST) break
  }
  return ranked.flat()
}

function* letterRuns(
  bytes: Uint8Array,
  ranges: readonly TextRange[],
): Generator<readonly [number, number], void, void> {
  let done = 0
  for (const { from, to } of ranges) {
    let begin = Math.max(from, done)
    // What begins before was given there, or begins where nobody asks.
    if (begin > 0) while (isBase64Letter(bytes[begin - 1])) begin++
    while (begin < to) {
      let end = begin
      while (isBase64Letter(bytes[end])) end++
      if (end > begin) yield [begin, end]
      begin = end + 1
    }
    done = begin
  }
}

function textIn(
  bytes: Uint8Array,
  begin: number,
  end: number,
  { length, digits, letters }: Shape,
): (SecretText & { readonly encoding: Spelling }) | undefined {
  const hasPrefix = bytes[begin] === 0x30 && ((bytes[begin + 1] ?? 0) | 0x20) === 0x78
  const first = hasPrefix ? begin + 2 : begin
  if (digits.has(end - first)) {
    const secret = fromHex(bytes, first, length)
    if (secret !== undefined)
      return { at: first, length: 2 * length, encoding: 'hex', bytes: secret }
  }
  if (!letters.has(end - begin)) return undefined
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + begin, lettersOf(length))
  const secret = Uint8Array.from(Buffer.from(text.toString('latin1'), 'base64').subarray(0, length))
  return { at: begin, length: text.length, encoding: 'base64', bytes: secret }
}

const TEXT_END = /^={0,2}\r?\n?$/
/** Letters of `0x` and of {@link TEXT_END}. */
const MOST_MORE = 6

/** The secret whose text, alone, a whole run of letters may be the base64 of. */
function nestedIn(
  bytes: Uint8Array,
  begin: number,
  end: number,
  shape: Shape,
): SecretText | undefined {
  if (end - begin > lettersOf(Math.max(...shape.digits) + MOST_MORE)) return undefined
  const run = Buffer.from(bytes.buffer, bytes.byteOffset + begin, end - begin)
  const text = Buffer.from(run.toString('latin1'), 'base64')
  let letters = 0
  while (isBase64Letter(text[letters])) letters++
  const isWhole = TEXT_END.test(text.toString('latin1', letters))
  const secret = isWhole ? textIn(text, 0, letters, shape) : undefined
  text.fill(0)
  if (secret === undefined) return undefined
  return { ...secret, at: begin, length: run.length, encoding: `base64-of-${secret.encoding}` }
}

function fromHex(bytes: Uint8Array, at: number, length: number): Uint8Array | undefined {
  const digits = Buffer.from(bytes.buffer, bytes.byteOffset + at, 2 * length)
  const secret = Buffer.from(digits.toString('latin1'), 'hex')
  return secret.length === length ? secret : undefined
}

function hasName(bytes: Uint8Array, at: number): boolean {
  const from = Math.max(0, at - NAME_BYTES)
  const before = Buffer.from(bytes.buffer, bytes.byteOffset + from, at - from)
  return NAME.test(before.toString('latin1'))
}
