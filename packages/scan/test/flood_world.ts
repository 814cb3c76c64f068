import { deflateSync, gzipSync } from 'node:zlib'
import { noise } from '@mintmark/testkit/noise'
import {
  armoured,
  certificateOf,
  P256,
  RSA,
  spkiOf,
  sshRsaBlob,
  withoutOpenssl,
} from '@mintmark/testkit/public_key_world'
import { ANCHORS } from '../src/engine/scanner_task.ts'
import { KEY_ANCHORS } from '../src/public_keys/harvest.ts'
import { DER_SAMPLES } from './detectors/binary/der_world.ts'
import { BINARY_SPELLINGS } from './detectors/binary/spelled_binary.ts'
import { TEXT_SPELLINGS } from './detectors/text/spelled_text.ts'

/** Bytes made to hold a scan up. */
export interface Flood {
  readonly name: string
  readonly make: (length: number) => Buffer
}

/** `unit` over and over. */
function repeated(unit: Uint8Array, length: number): Buffer {
  return Buffer.alloc(length, unit.length === 0 ? '\0' : unit)
}

/** `unit` over and over, each with `behind` bytes of noise after it. */
function spaced(unit: Uint8Array, behind: number, length: number): Buffer {
  const bytes = noise(length, 'spaced')
  for (let at = 0; at + unit.length <= length; at += unit.length + behind) bytes.set(unit, at)
  return bytes
}

/** `unit` over and over, each with some other byte changed. */
function damaged(unit: Uint8Array, length: number): Buffer {
  const bytes = repeated(unit, length)
  const noisy = noise(2 * Math.ceil(length / unit.length), 'damaged')
  for (let i = 0; (i + 1) * unit.length <= length; i++) {
    // Behind the middle: what begins there looks whole.
    const offset = Math.floor(unit.length * (0.5 + (noisy[2 * i] ?? 0) / 600))
    const at = i * unit.length + offset
    bytes[at] = (bytes[at] ?? 0) ^ (1 + ((noisy[2 * i + 1] ?? 0) % 7))
  }
  return bytes
}

/** SEQUENCE in SEQUENCE, each with a length of two bytes. */
function nested(length: number): Buffer {
  return repeated(Buffer.from('3082ffff', 'hex'), length)
}

function primes(length: number): Buffer {
  const p = Buffer.from(RSA.privateKey.export({ format: 'jwk' }).p ?? '', 'base64url')
  return repeated(p.toReversed(), length)
}

const narrow = (unit: string) => (length: number) => repeated(Buffer.from(unit), length)
const wide = (unit: string) => (length: number) => repeated(Buffer.from(unit, 'utf16le'), length)

const TEXTS: readonly string[] = [
  '{',
  '[',
  '"',
  '{"kty"',
  '{"kty":"RSA","n":"',
  '{"kty":"RSA","d":"AQAB",',
  '{"kty":"EC","crv":"P-256","d":"AA"}',
  'kty"',
  '-----BEGIN ',
  '-----BEGIN RSA PRIVATE KEY-----\n',
  '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n',
  '> -----BEGIN PRIVATE KEY-----\n> MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n',
  `> -----BEGIN PRIVATE KEY-----\n${'> AAAAAAAAAAAAAAAA\n'.repeat(8)}`,
  '-----BEGIN CERTIFICATE-----',
  '-----BEGIN PUBLIC KEY-----\nMIIB',
  'eyJ',
  'eyJhbGciOiJSUzI1NiJ9.',
  'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.AAAA',
  'A',
  'AQAB',
  '0123456789abcdef',
  '12345678901',
  '<RSAKeyValue>',
  '<RSAKeyValue><Modulus>AQAB</Modulus>',
  '(private-key (rsa (n #00',
  '((((',
  'PuTTY-User-Key-File-2: ssh-rsa\nEncryption: none\n',
  'Private-key-format: v1.3\nAlgorithm: 8\n',
  'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ',
  'MIIEpAIBAAKCAQEA',
  'MHcCAQEEI',
  'LS0tLS1CRUdJTi',
  ' ',
  '\\n',
  'refresh_token=',
  '{"a":',
]

function certificates(): readonly Flood[] {
  if (withoutOpenssl !== false) return []
  const der = certificateOf(RSA, '/CN=flood')
  return [
    { name: 'certificates', make: (length) => repeated(der, length) },
    { name: 'damaged certificates', make: (length) => damaged(der, length) },
    {
      name: 'certificates in PEM',
      make: (length) => repeated(Buffer.from(armoured('CERTIFICATE', der)), length),
    },
  ]
}

const base64 = (bytes: Buffer): Buffer => Buffer.from(bytes.toString('base64'))
const hex = (bytes: Buffer): Buffer => Buffer.from(bytes.toString('hex'))
const list = (bytes: Buffer): Buffer => Buffer.from([...bytes].join(', '))

/** Keys that are encoded several times, whole and damaged, and what only begins so. */
function encodedKeys(): readonly Flood[] {
  const pem = Buffer.from(RSA.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
  const ENCODED: Readonly<Record<string, Buffer>> = {
    'base64 three times': base64(base64(base64(pem))),
    'hex twice': hex(hex(pem)),
    'decimal numbers in base64': base64(list(pem)),
    gzip: gzipSync(pem),
    'gzip of zeros': gzipSync(Buffer.alloc(1 << 20)),
    'gzip in base64': base64(gzipSync(pem)),
    'zlib of zeros in base64': base64(deflateSync(Buffer.alloc(1 << 20))),
    'letters of text in base64': base64(Buffer.from('The quick brown fox jumps. '.repeat(40))),
  }
  return Object.entries(ENCODED).flatMap(([name, bytes]): Flood[] => [
    { name: `keys in ${name}`, make: (length) => repeated(bytes, length) },
    {
      name: `keys in ${name}, each apart`,
      make: (length) => repeated(Buffer.concat([bytes, Buffer.from('\0"')]), length),
    },
    { name: `damaged keys in ${name}`, make: (length) => damaged(bytes, length) },
  ])
}

/** Every flood. */
export const FLOODS: readonly Flood[] = [
  ...[
    ...ANCHORS,
    ...KEY_ANCHORS.map(({ pattern }, i) => ({ name: `source ${i}`, pattern })),
  ].flatMap(({ name, pattern }): Flood[] => [
    { name: `${name} one after another`, make: (length) => repeated(pattern, length) },
    { name: `${name} in noise`, make: (length) => spaced(pattern, 48, length) },
    {
      name: `${name} in zeros`,
      make: (length) => repeated(Buffer.concat([pattern, Buffer.alloc(13)]), length),
    },
    {
      name: `${name} in letters`,
      make: (length) =>
        repeated(
          Buffer.concat(
            [pattern, noise(240, name).toString('base64').slice(0, 300)].map((each) =>
              Buffer.from(each),
            ),
          ),
          length,
        ),
    },
  ]),
  ...[
    ...DER_SAMPLES.map(({ name, der }) => ({ name, bytes: der })),
    ...BINARY_SPELLINGS,
    ...TEXT_SPELLINGS.map(({ name, text }) => ({ name, bytes: Buffer.from(text) })),
  ].flatMap(({ name, bytes }): Flood[] => [
    { name: `keys: ${name}`, make: (length) => repeated(bytes, length) },
    { name: `damaged keys: ${name}`, make: (length) => damaged(bytes, length) },
    {
      name: `keys in base64: ${name}`,
      make: (length) => repeated(Buffer.from(bytes.toString('base64')), length),
    },
    {
      name: `damaged keys in base64: ${name}`,
      make: (length) => damaged(Buffer.from(bytes.toString('base64')), length),
    },
  ]),
  ...[spkiOf(RSA), spkiOf(P256), sshRsaBlob(RSA)].flatMap((bytes, i): Flood[] => [
    { name: `public keys ${i}`, make: (length) => repeated(bytes, length) },
    { name: `damaged public keys ${i}`, make: (length) => damaged(bytes, length) },
  ]),
  ...certificates(),
  ...TEXTS.flatMap((unit): Flood[] => [
    { name: `text ${JSON.stringify(unit)}`, make: narrow(unit) },
    { name: `text ${JSON.stringify(unit)}, UTF-16`, make: wide(unit) },
  ]),
  ...encodedKeys(),
  { name: 'nested DER', make: nested },
  { name: 'zeros', make: (length) => Buffer.alloc(length) },
  { name: 'ones', make: (length) => Buffer.alloc(length, 0xff) },
  { name: 'primes', make: primes },
  { name: 'noise', make: (length) => noise(length, 'noise') },
  {
    name: 'noise in base64',
    make: (length) => Buffer.from(noise(length, 'b').toString('base64').slice(0, length)),
  },
  {
    name: 'noise in hex',
    make: (length) => Buffer.from(noise(length, 'h').toString('hex').slice(0, length)),
  },
]
