/**
 * JWKs of Ed25519 and its kin of which a freed buffer has lost the begin, and `crv` with it.
 *
 * Node 24 writes them as `{"kty":"OKP","crv":"Ed25519","x":…,"d":…}`: glibc overwrites the first 16 bytes of a freed buffer.
 *
 * @module
 */
import type { Anchor } from '../../anchors/anchor.ts'
import type { Detected } from '../../anchors/detected.ts'
import { isAt, type TextReader, type TextRun, textAnchors } from '../../text/text_run.ts'
import { okpKey } from './parts.ts'

const NAMES = ['Ed25519', 'X25519', 'Ed448', 'X448'] as const
/** Letters of the longest one, each quote behind a few backslashes. */
const MOST = 320
const QUOTE = String.raw`\\*"`
const MEMBER = String.raw`\s*,\s*${QUOTE}([xd])${QUOTE}\s*:\s*${QUOTE}([\w-]{42,76})${QUOTE}`
const REST = new RegExp(`^${QUOTE}${MEMBER}${MEMBER}\\s*\\}?`)

const QUOTE_LETTER = 0x22

function readerOf(name: string): TextReader {
  return {
    before: 16,
    behind: MOST,
    glance: (run) => (isValue(run, name) ? MOST : 0),
    read: (run) => (isValue(run, name) ? read(run, name) : undefined),
  }
}

/** Whether it is a value whose member's name is lost: with it, it is found by that. */
function isValue({ chars, at }: TextRun, name: string): boolean {
  if (chars[at - 1] !== QUOTE_LETTER || !isAt(chars, at, name)) return false
  const before = Buffer.from(chars.subarray(Math.max(0, at - 12), at)).toString('latin1')
  return !before.includes('crv')
}

function read({ chars, at, budget }: TextRun, name: string): Detected | undefined {
  const from = at + name.length
  const text = Buffer.from(chars.subarray(from, at + MOST)).toString('latin1')
  const match = REST.exec(text)
  if (match === null || match[1] === match[3]) return undefined
  const [first, second] = [match[2], match[4]].map((value) => Buffer.from(value ?? '', 'base64url'))
  const [x, d] = match[1] === 'x' ? [first, second] : [second, first]
  const key = okpKey(name, d, x, budget)
  d?.fill(0)
  return key && { ...key, offset: at - 1, length: from + match[0].length - at + 1, form: 'jwk' }
}

export const FREED_JWK_ANCHORS: readonly Anchor[] = NAMES.flatMap((name) =>
  textAnchors(`jwk-${name}`, name, readerOf(name)),
)
