/**
 * Texts that hold a key and were put into base64 as a whole: JWK and sets of them in a Secret of Kubernetes or an environment variable,
 * PuTTY files, and what PowerShell codes, which is UTF-16 (PEM, XML, JWK).
 *
 * PEM of one byte a letter in base64: `base64_of_pem.ts`.
 *
 * @module
 */
import type { Anchor } from '../../anchors/anchor.ts'
import type { Detected } from '../../anchors/detected.ts'
import { base64Needles, decodeBase64, letterAt, lettersBefore } from '../../text/base64.ts'
import { type TextReader, type TextRun, textAnchors } from '../../text/text_run.ts'
import { keyXml } from './dotnet_xml.ts'
import { JWK } from './jwk.ts'
import { PEM } from './pem.ts'
import { PUTTY } from './putty.ts'

/** Letters before an anchor: as many as a JWK may have before its `kty`. */
const LETTERS_BEFORE = 16_384
/** Bytes that are decoded from the anchor on. */
const BYTES_BEHIND = 24_576
/** Of them, for a glance. */
const GLANCE_BYTES = 240

/** A text by which the reader of a form begins. */
interface Inner {
  readonly form: string
  /** What of the text makes the anchor. */
  readonly text: string
  /** Where in `text` the reader's own anchor is. */
  readonly at: number
  readonly reader: TextReader
  /** Bytes of a letter. */
  readonly width: 1 | 2
}

const XML = 'RSAKeyValue'
const KTY = { form: 'jwk', text: '"kty":', at: 1, reader: JWK } as const

const INNER: readonly Inner[] = [
  { ...KTY, width: 1 },
  { ...KTY, width: 2 },
  { form: 'pem', text: '-----BEGIN ', at: 0, reader: PEM, width: 2 },
  { form: 'xml', text: XML, at: 0, reader: keyXml(XML), width: 2 },
  { form: 'xml', text: XML, at: 0, reader: keyXml(XML), width: 1 },
  { form: 'putty', text: 'PuTTY-User-Key-File-', at: 0, reader: PUTTY, width: 1 },
]

/** Of letters one byte apart: others would cost more than such text is worth. */
export const BASE64_OF_TEXT_ANCHORS: readonly Anchor[] = INNER.flatMap((inner) => {
  const bytes = Buffer.from(inner.text, inner.width === 1 ? 'latin1' : 'utf16le')
  // Behind the last letter of UTF-16 a zero follows, which is among the bytes.
  return base64Needles([...bytes], bytes.length * 8).flatMap(({ text, phase, inGroup }) => {
    const reader = coded(inner, phase, inGroup)
    return textAnchors(`base64-of-${inner.form}-${inner.width}-${phase}`, text, reader).slice(0, 1)
  })
})

/** Where a group of letters begins, and which byte from there on the text begins with. */
interface Place {
  readonly start: number
  readonly offset: number
}

function coded(inner: Inner, phase: number, inGroup: number): TextReader {
  const place = ({ chars, at }: TextRun, most: number): Place | undefined => {
    const before = lettersBefore(chars, at, most)
    if (before.count < inGroup) return undefined
    const surplus = (before.count - inGroup) % 4
    const start = letterAt(chars, before.start, at, surplus, true)
    return { start, offset: ((before.count - surplus - inGroup) / 4) * 3 + phase }
  }
  return {
    before: LETTERS_BEFORE,
    behind: 2 * BYTES_BEHIND,
    glance: (run) => {
      const near = place(run, 4)
      const text = near && textFrom(run, near, inner, GLANCE_BYTES)
      const wanted = text === undefined ? 0 : inner.reader.glance(text)
      text?.chars.fill(0)
      return wanted === 0 ? 0 : 2 * BYTES_BEHIND
    },
    read: (run): Detected | undefined => {
      const far = place(run, LETTERS_BEFORE)
      const text = far && textFrom(run, far, inner, BYTES_BEHIND)
      const key = text && inner.reader.read(text)
      text?.chars.fill(0)
      if (far === undefined || text === undefined || key === undefined) return undefined
      return inLetters(run.chars, far, text.lead, inner, key)
    },
  }
}

/** The decoded text, one byte a letter; `lead`: bytes before its first letter. */
function textFrom(
  { chars }: TextRun,
  { start, offset }: Place,
  { at, width }: Inner,
  most: number,
): (TextRun & { readonly lead: number }) | undefined {
  const { bytes } = decodeBase64(chars, start, chars.length, { isUrl: true, most: offset + most })
  if (bytes.length <= offset) return undefined
  if (width === 1) return { chars: bytes, at: offset + at, lead: 0 }
  const lead = offset % 2
  const narrow = new Uint8Array(Math.floor((bytes.length - lead) / 2))
  for (let k = 0; k < narrow.length; k++) narrow[k] = bytes[lead + 2 * k] ?? 0
  bytes.fill(0)
  return { chars: narrow, at: (offset - lead) / 2 + at, lead }
}

/** The same key by its letters of base64. */
function inLetters(
  chars: Uint8Array,
  { start }: Place,
  lead: number,
  { width }: Inner,
  key: Detected,
): Detected {
  const from = lead + key.offset * width
  const to = from + key.length * width
  const offset = letterAt(chars, start, chars.length, Math.floor((from * 4) / 3), true)
  const last = letterAt(chars, start, chars.length, Math.ceil((to * 4) / 3) - 1, true)
  return { ...key, offset, length: last + 1 - offset, form: `base64-of-${key.form}` }
}
