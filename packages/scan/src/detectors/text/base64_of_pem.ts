/**
 * PEM that was put into base64 once more: Kubernetes secrets, environment variables, data URLs.
 *
 * @module
 */
import { type Anchor, REACH } from '../../anchors/anchor.ts'
import type { Detected } from '../../anchors/detected.ts'
import { base64Needles, decodeBase64, letterAt } from '../../text/base64.ts'
import { find, standsAt, type TextRun, textAnchors } from '../../text/text_run.ts'
import { labelAt, readPem } from './pem.ts'

const BEGIN = '-----BEGIN '
/** Bytes in which the label ends. */
const LABEL_BYTES = 72
/** Less than the letters of a glance hold. */
const GLANCE_BYTES = 112

/** The begin of PEM in base64, at one of the three places that it can have in a group of four letters. */
export interface EncodedBegin {
  readonly text: string
  readonly phase: number
  readonly inGroup: number
}

export const ENCODED_BEGINS: readonly EncodedBegin[] = base64Needles(
  [...Buffer.from(BEGIN)],
  BEGIN.length * 8,
)

export const BASE64_OF_PEM_ANCHORS: readonly Anchor[] = ENCODED_BEGINS.flatMap((begin) =>
  textAnchors(`base64-of-pem-${begin.phase}`, begin.text, {
    before: 4,
    behind: REACH,
    glance: ({ chars, at }) => {
      if (!standsAt(chars, at, begin.text)) return 0
      const pem = decodePem(chars, at, begin, GLANCE_BYTES)
      const isPrivate = labelAt(pem, 0) !== undefined
      // Where other dashes follow at once, there is little to read.
      const isShort = find(pem, '-----', LABEL_BYTES) >= 0
      pem.fill(0)
      if (!isPrivate) return 0
      return isShort ? 1024 : REACH
    },
    read: (run) => readEncoded(run, begin),
  }),
)

/** The PEM itself: its first dashes are put back where the letters of them are shared with what stands before. */
export function decodePem(
  chars: Uint8Array,
  at: number,
  { phase, inGroup }: EncodedBegin,
  most: number,
): Uint8Array {
  const skipped = (4 - inGroup) % 4
  const start = letterAt(chars, at, chars.length, skipped)
  const { bytes } = decodeBase64(chars, start, chars.length, { most })
  const missing = phase === 0 ? 0 : 3 - phase
  const pem = new Uint8Array(missing + bytes.length).fill(0x2d, 0, missing)
  pem.set(bytes, missing)
  bytes.fill(0)
  return pem
}

/** As much as it takes to come to the dashes behind the body. */
function decodeWhole(chars: Uint8Array, at: number, begin: EncodedBegin): Uint8Array {
  for (let most = 256; ; most *= 4) {
    const pem = decodePem(chars, at, begin, most)
    const isWhole = pem.length < most || most >= REACH
    if (isWhole || hasFooter(pem)) return pem
    pem.fill(0)
  }
}

/** Whether the dashes behind the body are there: the footer itself, and a begin behind a begin, end it alike. */
export function hasFooter(pem: Uint8Array): boolean {
  const footer = find(pem, '-----', LABEL_BYTES)
  return footer >= 0 && footer + LABEL_BYTES < pem.length
}

/** Whether all of the PEM is there whose base64 begins at `at`. */
export function holdsWhole(chars: Uint8Array, at: number, begin: EncodedBegin): boolean {
  const pem = decodePem(chars, at, begin, REACH)
  const isWhole = hasFooter(pem)
  pem.fill(0)
  return isWhole
}

/** The key in base64 of PEM that begins at the run's place. */
export function readEncoded({ chars, at }: TextRun, begin: EncodedBegin): Detected | undefined {
  const { phase, inGroup } = begin
  const pem = decodeWhole(chars, at, begin)
  const key = readPem({ chars: pem, at: 0 })
  pem.fill(0)
  if (key === undefined) return undefined
  // Letter of the last byte, counted from the letter with which the anchor begins.
  const first = phase === 0 ? 0 : inGroup - 4
  const bits = (phase === 0 ? key.length : key.length - (3 - phase)) * 8
  const last = (phase === 0 ? 0 : 4 - inGroup) + Math.ceil(bits / 6) - 1
  const end = letterAt(chars, at, chars.length, last) + 1
  const from = first < 0 && at >= inGroup - 1 ? at - 1 : at
  return { ...key, offset: from, length: end - from, form: encodedForm(key.form) }
}

function encodedForm(form: string): string {
  return form === 'pem' ? 'base64-of-pem' : `base64-of-${form}`
}
