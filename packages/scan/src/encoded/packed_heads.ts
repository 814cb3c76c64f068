/**
 * Heads of packed data, noted to be opened later if not whole within reach. Source: PKWARE's
 * APPNOTE 4.3.7; RFC 8878, 3.1.1; LZ4 frame format 1.6.2; .xz file format 1.1.0, 2.1.1; bzip2's
 * compress.c.
 */
import type { Anchor } from '../anchors/anchor.ts'
import { anchor, patternOf } from '../anchors/anchored.ts'
import type { Detector, PackedCoding } from '../anchors/match.ts'
import { decodeBase64, isBase64Letter } from '../text/base64.ts'
import { latin } from '../text/text_run.ts'

const HEAD_COST = 500
const HEAD_BYTES = 64

const u16 = (bytes: Uint8Array, at: number): number =>
  (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)

const ZIP_HEADER_BYTES = 30
/** The newest version of the format that a member asks for. */
const ZIP_VERSION_MOST = 63
/** Without those of bzip2, zstd and xz, whose data has a head of its own. */
const ZIP_METHODS = new Set([0, 1, 6, 8, 9, 14, 97, 98, 99])
const ZIP_NAME_MOST = 1024

/** Stored members are there as they are, and are searched like all else. */
export function isZipMember(bytes: Uint8Array, at: number): boolean {
  const method = u16(bytes, at + 8)
  const name = u16(bytes, at + 26)
  if (at + ZIP_HEADER_BYTES >= bytes.length || name === 0 || name > ZIP_NAME_MOST) return false
  const isStored = method === 0 && (u16(bytes, at + 6) & 1) === 0
  const hasName = (bytes[at + ZIP_HEADER_BYTES] ?? 0) >= 0x20
  return !isStored && u16(bytes, at + 4) <= ZIP_VERSION_MOST && ZIP_METHODS.has(method) && hasName
}

/** Bytes of sizes of dictionary and content, by the two fields of the descriptor. */
const DICTIONARY_BYTES = [0, 1, 2, 4]
const CONTENT_BYTES = [0, 2, 4, 8]

/** From the magic number on; undefined where this is none. */
export function zstdBlocksAt(bytes: Uint8Array, at: number): number | undefined {
  const descriptor = bytes[at + 4] ?? 0xff
  if ((descriptor & 0x08) !== 0) return undefined
  const isSingle = (descriptor & 0x20) !== 0
  const content = CONTENT_BYTES[descriptor >> 6] ?? 0
  const sizes = (DICTIONARY_BYTES[descriptor & 3] ?? 0) + (content === 0 && isSingle ? 1 : content)
  return 5 + (isSingle ? 0 : 1) + sizes
}

const ZSTD_BLOCK_MOST = 128 << 10

function isZstd(bytes: Uint8Array, at: number): boolean {
  const blocks = zstdBlocksAt(bytes, at)
  if (blocks === undefined || at + blocks + 3 > bytes.length) return false
  const block = u16(bytes, at + blocks) | ((bytes[at + blocks + 2] ?? 0) << 16)
  const size = block >> 3
  return ((block >> 1) & 3) !== 3 && size > 0 && size <= ZSTD_BLOCK_MOST
}

/** Version, line end, soon a numbered object: a program's text has only the first. */
const isPdf = (bytes: Uint8Array, at: number): boolean =>
  /^%PDF-\d.\d[\r\n](?:.*[\r\n])?\d+ \d+ obj/s.test(latin(bytes, at, at + HEAD_BYTES))

const fits =
  (head: RegExp) =>
  (bytes: Uint8Array, at: number): boolean =>
    head.test(Buffer.from(bytes.subarray(at, at + HEAD_BYTES)).toString('hex'))

function noting(coding: PackedCoding, is: (bytes: Uint8Array, at: number) => boolean): Detector {
  return (bytes, at, { budget, onPacked }) => {
    budget.spend(HEAD_COST)
    if (is(bytes, at)) onPacked?.({ coding, at })
    return undefined
  }
}

/**
 * lz4: flags, block size; xz: a named checksum; 7z (7zFormat.txt, LZMA SDK): version 0.x, directory
 * within 2^40 bytes; rar (technote.txt, RAR 6): main header of version 4 (13 bytes) or 5 (type 1).
 */
const HEADS: readonly (readonly [PackedCoding, string, ReturnType<typeof fits>])[] = [
  ['zip', '50 4b 03 04', isZipMember],
  ['zstd', '28 b5 2f fd', isZstd],
  ['lz4', '04 22 4d 18', fits(/^.{8}[4-7][014589cd][4-7]0/)],
  ['xz', 'fd 37 7a 58 5a 00', fits(/^.{12}000[014a]/)],
  ['bzip2', '42 5a 68 ?? 31 41 59 26 53 59', () => true],
  ['7z', '37 7a bc af 27 1c', fits(/^.{12}000[0-4].{18}0{6}(?!0{8})/)],
  ['rar', '52 61 72 21 1a 07', fits(/^.{12}(?:00.{4}73.{4}0d00|0100.{8}(?:0[3-9a-f]|[1-3].)01)/)],
  ['PDF', '25 50 44 46 2d', isPdf],
]

const SIGHT = { before: 0, behind: HEAD_BYTES }

/** First letters of a container in base64: three bytes are four of them. */
const BASE64_HEADS: Readonly<Record<string, string>> = {
  gzip: 'H4sI',
  zstd: 'KLUv/',
  xz: '/Td6WFoA',
  lz4: 'BCJNG',
  bzip2: 'QlpoO',
  zip: 'UEsDB',
  'ELF core': 'f0VMRg',
  minidump: 'TURNUJOn',
  'Windows dump': 'UEFHRU',
  'heap dump': 'SkFWQSBQUk9GSUxF',
  LiME: 'RU1pTA',
  PDF: 'JVBERi0',
}

/** Shorter ones are signatures that programs compare with. */
const LEAST_BYTES = 48

/**
 * A container in base64. Gzip in one run is read with other text; here it is one in padded parts,
 * as in Ubuntu's crash reports (`CoreDump: base64`).
 */
function noteBase64(isGzip: boolean): Detector {
  return (bytes, at, { budget, onPacked }) => {
    budget.spend(HEAD_COST)
    if (isBase64Letter(bytes[at - 1])) return undefined
    const {
      bytes: head,
      end,
      padding,
    } = decodeBase64(bytes, at, Math.min(bytes.length, at + 2 * HEAD_BYTES), budget, {
      most: LEAST_BYTES,
      isUrl: true,
    })
    head.fill(0)
    const isPart = padding > 0 && goesOn(bytes, end)
    if (isPart || (!isGzip && head.length >= LEAST_BYTES)) onPacked?.({ coding: 'base64', at })
    return undefined
  }
}

function goesOn(bytes: Uint8Array, end: number): boolean {
  let at = end
  while (bytes[at] === 0x0a || bytes[at] === 0x0d || bytes[at] === 0x20) at++
  return at > end && isBase64Letter(bytes[at])
}

export const PACKED_HEADS: readonly Anchor[] = [
  ...HEADS.map(([coding, pattern, is]) => anchor(coding, pattern, SIGHT, noting(coding, is))),
  ...Object.entries(BASE64_HEADS).map(([name, letters]) =>
    anchor(
      `${name} in base64`,
      patternOf(letters),
      { before: 1, behind: 2 * HEAD_BYTES },
      noteBase64(name === 'gzip'),
    ),
  ),
]
