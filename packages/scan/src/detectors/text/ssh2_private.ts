/**
 * The private key file of ssh.com's SSH2, `---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----`: encrypted as a rule, in the clear
 * where the passphrase was empty.
 *
 * Source: `import.c` of PuTTY ("ssh.com"), whose author read it off files: magic 3F6FF9EB, u32 length, string type,
 * string cipher, string blob; in the clear the blob is a u32 length and the numbers e, d, n, u, p, q, each with its
 * length in bits.
 *
 * @module
 */

import { SshStrings } from '@mintmark/keys/public_keys/ssh_strings'
import type { Detected } from '../../anchors/detected.ts'
import { dsaKey, numberOf, rsaKey } from './parts.ts'

const MAGIC = 0x3f_6f_f9_eb

/** @returns offset and length 0: the caller knows the place */
export function ssh2Private(bytes: Uint8Array): Detected | undefined {
  const file = new SshStrings(bytes)
  if (file.u32() !== MAGIC) return undefined
  file.u32()
  const type = file.name()
  const cipher = file.name()
  const blob = file.string()
  if (blob === undefined || blob.length < 40) return undefined
  if (cipher === 'none') return inClear(type, blob)
  return {
    offset: 0,
    length: 0,
    kind: 'encrypted-key',
    form: 'ssh2-private',
    bits: 0,
    certainty: 'lesser',
    proof: 'header of an SSH2 private key that names a cipher; a passphrase guards it',
  }
}

function inClear(type: string, blob: Uint8Array): Detected | undefined {
  const inner = new SshStrings(blob).string()
  if (inner === undefined) return undefined
  const numbers = new SshStrings(inner)
  const next = (): bigint | undefined => {
    const bits = numbers.u32()
    return bits === undefined ? undefined : numberOf(numbers.take((bits + 7) >> 3))
  }
  const key = type.startsWith('if-modn') ? rsa(next) : dsa(numbers, next)
  return key === undefined ? undefined : { ...key, form: 'ssh2-private' }
}

function rsa(next: () => bigint | undefined): Detected | undefined {
  const [e, d, n, qInv, p, q] = [next(), next(), next(), next(), next(), next()]
  return rsaKey({ e, d, n, qInv, p, q })
}

function dsa(numbers: SshStrings, next: () => bigint | undefined): Detected | undefined {
  if (numbers.u32() !== 0) return undefined
  const [p, g, q, y, x] = [next(), next(), next(), next(), next()]
  return dsaKey(p, q, g, y, x)
}
