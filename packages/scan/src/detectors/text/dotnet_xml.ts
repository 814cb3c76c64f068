/** RSA and DSA keys in XML: .NET, XKMS (RFC 3275, 6.4; XKMS 2.0, 8.2), also escaped. */
import { hit } from '../../anchors/anchored.ts'
import type { Match } from '../../anchors/match.ts'
import { endsAt, find, isAt, latin, type TextReader, type TextRun } from '../../text/text_run.ts'
import { Labelled } from './labelled.ts'
import { groupNamed, rsaNamed } from './parts.ts'

const BEHIND_MOST = 32_768
const OPEN = String.raw`(?:<|&lt;|\\u003[cC]|%3C)`
const CLOSE = String.raw`(?:>|&gt;|\\u003[eE]|%3E)`
/** A bracket at the end, with a prefix such as `ds:` behind it. */
const OPEN_BEFORE = new RegExp(`${OPEN}(?:[A-Za-z]{0,9}:)?$`)
const CLOSE_AT = new RegExp(`^${CLOSE}`)
const PREFIX_MOST = 16
const ELEMENT = new RegExp(
  `${OPEN}(?:[A-Za-z]{0,20}:)?(?<name>[A-Za-z]{1,40})(?:(?!${OPEN})[^]){0,512}?${CLOSE}(?<value>(?:(?!${OPEN})[^])*)`,
  'dg',
)
const RSA = 'Modulus Exponent|PublicExponent D|PrivateExponent P Q - - -'
const LETTER_COST = 4

export function keyXml(element: string): TextReader {
  return {
    before: PREFIX_MOST,
    behind: BEHIND_MOST,
    glance: ({ chars, at }) =>
      isAt(chars, at, element) && openBefore(chars, at) !== undefined ? BEHIND_MOST : 0,
    isEnd: endsAt(element),
    read: (run) => readXml(run, element),
  }
}

function openBefore(chars: Uint8Array, at: number): number | undefined {
  const from = Math.max(0, at - PREFIX_MOST)
  const found = OPEN_BEFORE.exec(latin(chars, from, at))
  return found === null ? undefined : from + found.index
}

function readXml({ chars, at, budget }: TextRun, element: string): Match | undefined {
  const from = openBefore(chars, at)
  if (from === undefined) return undefined
  const begin = at + element.length
  // The closing tag, or the begin of the next key: nothing behind either belongs to this one.
  const to = find(chars, element, begin, budget)
  budget.spend(LETTER_COST * (to - begin))
  const elements = new Labelled(chars, budget, begin).addAll(ELEMENT, begin, to, 'element')
  const key =
    element === 'DSAKeyValue'
      ? groupNamed('dsa', elements.number, 'P Q G Y X', budget)
      : rsaNamed(elements.number, RSA, budget, 'needs n')
  if (key === undefined) return undefined
  const last = to === chars.length ? elements.end : to + element.length
  const end = last + (CLOSE_AT.exec(latin(chars, last, last + 8))?.[0].length ?? 0)
  return hit(key, 'xml', from, end)
}
