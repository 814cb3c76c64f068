/**
 * What shows that a text which no adapter knows may still be a log that is read: a part of a split
 * export, a log in an unknown wrapper or with renamed columns, an archive of another kind.
 */

/** Packed formats that are not opened, by their first bytes. */
const PACKED: readonly (readonly [name: string, magic: string])[] = [
  ['xz', '\xfd7zXZ\0'],
  ['zstd', '\x28\xb5\x2f\xfd'],
  ['bzip2', 'BZh'],
  ['lz4', '\x04\x22\x4d\x18'],
  ['compress', '\x1f\x9d'],
  ['7z', '7z\xbc\xaf\x27\x1c'],
  ['rar', 'Rar!\x1a\x07'],
  ['cab', 'MSCF\0\0\0\0'],
  // A part of a split archive, whose directory is in another file.
  ['zip part', 'PK\x07\x08'],
]

/** The packed format that a file begins as; undefined for any other. */
export function packedAs(head: Uint8Array): string | undefined {
  const start = Buffer.from(head.buffer, head.byteOffset, Math.min(8, head.length)).toString(
    'latin1',
  )
  return PACKED.find(([, magic]) => start.startsWith(magic))?.[0]
}

/** Members and columns of logs that are read, and of few other files. */
const NAMES = (
  'audit data,creation time,organization id,user key,app access context,unique token id,unique token identifier,' +
  'aad session id,client info string,mailbox owner upn,raw event data,resource tenant id,home tenant id,' +
  'conditional access status,sign in event types,incoming token type,token issuer type,sign in activity id,' +
  'signin activity id,request uri,realm id,session id'
)
  .replaceAll(' ', '[ _-]?')
  .replaceAll(',', '|')
/** In quotes, which may be escaped or doubled. */
const QUOTED = new RegExp(String.raw`"(${NAMES})\\*"`, 'gi')
const NAME = new RegExp(String.raw`^\s*(?:${NAMES})\s*$`, 'i')
/** A sentence has fewer between its commas. */
const HEADER_CELLS = 5
const ENOUGH_NAMES = 2
const SCHEMA = /mintmark-(?:access|issuance)\/1/
const TIME =
  /\d{4}-\d\d-\d\d[T ]\d\d:\d\d|\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4},? \d{1,2}:\d\d|"time" ?: ?\d{13}/
/** Ids of Microsoft Graph, Exchange, SharePoint and the old directory: sign-ins are mostly to one of them. */
const RESOURCE = /0000000[23]-0000-0(?:000-c0|ff1-ce)00-000000000000/
const ADDRESS = /\d{1,3}(?:\.\d{1,3}){3}|(?:[\da-f]{1,4}:){3,7}[\da-f]{1,4}|[\da-f]::[\da-f]/i

/** Whether the beginning of a text names what logs name; or has rows of sign-ins, whose header another file has. */
export function hasLogMarks(head: string): boolean {
  if (!TIME.test(head)) return false
  if (SCHEMA.test(head)) return true
  const quoted = [...head.matchAll(QUOTED)].map(([, name = '']) => name.toLowerCase())
  if (new Set(quoted).size >= ENOUGH_NAMES) return true
  const isSignIn = (line: string) => RESOURCE.test(line) && TIME.test(line) && ADDRESS.test(line)
  return head.split('\n').some((line) => isHeader(line) || isSignIn(line))
}

function isHeader(line: string): boolean {
  const cells = line.split(/[,;\t|]/)
  return (
    cells.length >= HEADER_CELLS && cells.filter((cell) => NAME.test(cell)).length >= ENOUGH_NAMES
  )
}
