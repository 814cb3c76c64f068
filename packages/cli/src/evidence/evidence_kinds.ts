/**
 * Evidence that is no log, told by its content: memory dumps, packed or not, and lists of public keys.
 *
 * Loads little of `scan`: most evidence holds no dump, and what searches one takes longer to load than to read a small log.
 *
 * @module
 */
import { DUMP_SHAPE, KEYS_SHAPE } from '@mintmark/case'
import { bytesSource, openDump } from '@mintmark/dump'
import { parsePublicKeys } from '@mintmark/keys'
import { isPackedDump } from '@mintmark/scan/packing/dump_head'

/** Enough for the headers that show what a dump is. */
const HEAD_BYTES = 8192
/** How a file of keys begins: JSON with keys in it, PEM, an OpenSSH line, DER. A log may quote a key further on. */
const KEYS_BEGIN = /^(?:\uFEFF)?\s*(?:-----BEGIN |ssh-|ecdsa-|sk-|\[|\{)/
const JSON_KEYS = /"(?:kty|x5c)"|:\s*"-----BEGIN /

/** The shape of a dump or of a file of public keys; undefined for what may be a log. */
export function otherShape(bytes: Uint8Array, isWhole: boolean): string | undefined {
  if (isDump(bytes) || isPackedDump(bytes)) return DUMP_SHAPE
  return isWhole && isKeyFile(bytes) ? KEYS_SHAPE : undefined
}

/** Whether the first bytes of a file are those of a container of memory. */
export function isDump(head: Uint8Array): boolean {
  return openDump(bytesSource(head.subarray(0, HEAD_BYTES))).container !== 'raw'
}

function isKeyFile(bytes: Uint8Array): boolean {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, HEAD_BYTES))
  const text = head.toString('utf8')
  const isDer = bytes[0] === 0x30 && bytes[1] !== undefined && bytes[1] > 0x80
  if (!isDer && !KEYS_BEGIN.test(text)) return false
  if (/^\uFEFF?\s*[[{]/.test(text) && !JSON_KEYS.test(text)) return false
  return parsePublicKeys(bytes, '').keys.length > 0
}
