/** Evidence that is no log, by content. Loads little of `scan`, which takes long to load. */
import { DUMP_SHAPE, KEYS_SHAPE, TRUST_SHAPES } from '@mintmark/case'
import { bytesSource, openDump } from '@mintmark/dump'
import { parsePublicKeys } from '@mintmark/keys'
import { isPackedDump } from '@mintmark/scan/packing/dump_head'

/** Enough for the headers that show what a dump is. */
export const HEAD_BYTES = 8192
/** How a file of keys begins: JSON with keys in it, PEM, an OpenSSH line, DER. A log may quote a key further on. */
const KEYS_BEGIN = /^(?:\uFEFF)?\s*(?:-----BEGIN |ssh-|ecdsa-|sk-|\[|\{)/
const JSON_KEYS = /"(?:kty|x5c)"|:\s*"-----BEGIN /

/** The shape of a dump, of a file of public keys, or of what says who trusts them; undefined for what may be a log. */
export function otherShape(bytes: Uint8Array, isWhole: boolean): string | undefined {
  if (isDump(bytes) || isPackedDump(bytes)) return DUMP_SHAPE
  const begin = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, HEAD_BYTES))
  const found = BEGINNINGS.find(([, pattern]) => pattern.test(begin.toString('latin1')))
  if (found !== undefined) return found[0]
  return isWhole && isKeyFile(bytes) ? KEYS_SHAPE : undefined
}

/** How Mintmark's own files begin, and one of captured tokens: only compact JWS, whose header is JSON. */
const BEGINNINGS: readonly (readonly [string, RegExp])[] = [
  [TRUST_SHAPES.record, /^\{"schema":"mintmark-key-observation\//],
  [TRUST_SHAPES.record, /^keys-[\da-f]{16}(?:\n\d+\n[\w+/]{43}=\n\n|\+[\da-f]{8}\+[\w+/=]+\s*$)/],
  [TRUST_SHAPES.probe, /^\s*\{\s*"schema"\s*:\s*"mintmark-trust-probe\//],
  [TRUST_SHAPES.alarms, /^\{"schema":"mintmark-alarm\//],
  [TRUST_SHAPES.tokens, /^\s*eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+\s*(?:$|\neyJ)/],
]

export const isDump = (head: Uint8Array): boolean =>
  openDump(bytesSource(head.subarray(0, HEAD_BYTES))).container !== 'raw'

function isKeyFile(bytes: Uint8Array): boolean {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, HEAD_BYTES))
  const text = head.toString('utf8')
  const isDer = bytes[0] === 0x30 && bytes[1] !== undefined && bytes[1] > 0x80
  if (!isDer && !KEYS_BEGIN.test(text)) return false
  if (/^\uFEFF?\s*[[{]/.test(text) && !JSON_KEYS.test(text)) return false
  return parsePublicKeys(bytes, '').keys.length > 0
}
