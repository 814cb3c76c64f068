/** Self-signed, the same bytes for the same key. Source: RFC 5280, section 4.1; X.690. */
import { createPublicKey, type KeyObject, sign } from 'node:crypto'

interface CertificateFacts {
  readonly commonName: string
  /** Up to 16 bytes, the first below 0x80 and not 0. */
  readonly serial: Uint8Array
  /** UTC milliseconds, whole seconds of the years 1950 to 2049. */
  readonly fromMs: number
  readonly toMs: number
}

const TAG = { integer: 0x02, bitString: 0x03, octetString: 0x04, utf8: 0x0c, utcTime: 0x17 }
const SEQUENCE = 0x30
const SET = 0x31
/** `[0]` around the version, `[3]` around the extensions. */
const VERSION = 0xa0
const EXTENSIONS = 0xa3
const TRUE = Buffer.from([0x01, 0x01, 0xff])
/** sha256WithRSAEncryption, with its NULL. */
const WITH_RSA = der(SEQUENCE, Buffer.from('06092a864886f70d01010b0500', 'hex'))
/** `ecdsa-with-SHA256`. Source: RFC 5758, section 3.2. */
const WITH_ECDSA = der(SEQUENCE, Buffer.from('06082a8648ce3d040302', 'hex'))
const COMMON_NAME = Buffer.from('0603550403', 'hex')
const KEY_USAGE = Buffer.from('0603551d0f', 'hex')
/** digitalSignature, nonRepudiation, keyCertSign, cRLSign: one bit left over. */
const USAGE = der(TAG.bitString, Buffer.from([0x01, 0xc6]))

export function certificateOf(key: KeyObject, facts: CertificateFacts): Buffer {
  const algorithm = key.asymmetricKeyType === 'ec' ? WITH_ECDSA : WITH_RSA
  const name = der(
    SEQUENCE,
    der(SET, der(SEQUENCE, COMMON_NAME, der(TAG.utf8, Buffer.from(facts.commonName, 'utf8')))),
  )
  const signed = der(
    SEQUENCE,
    der(VERSION, der(TAG.integer, Buffer.from([2]))),
    der(TAG.integer, facts.serial),
    algorithm,
    name,
    der(SEQUENCE, utcTime(facts.fromMs), utcTime(facts.toMs)),
    name,
    createPublicKey(key).export({ format: 'der', type: 'spki' }),
    der(EXTENSIONS, der(SEQUENCE, der(SEQUENCE, KEY_USAGE, TRUE, der(TAG.octetString, USAGE)))),
  )
  const signature = sign('sha256', signed, key)
  return der(SEQUENCE, signed, algorithm, der(TAG.bitString, Buffer.from([0]), signature))
}

function utcTime(ms: number): Buffer {
  const [date = '', time = ''] = new Date(ms).toISOString().split('T')
  const digits = `${date.slice(2)}${time.slice(0, 8)}`.replace(/\D/g, '')
  return der(TAG.utcTime, Buffer.from(`${digits}Z`, 'latin1'))
}

function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(contents)
  const { length } = body
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), body])
  const hex = length.toString(16)
  const size = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex')
  return Buffer.concat([Buffer.from([tag, 0x80 | size.length]), size, body])
}
