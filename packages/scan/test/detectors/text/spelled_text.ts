import type { JsonWebKey } from 'node:crypto'
import { ED25519, KEYS, P256, pemsOf, RSA, type TestKey } from '@mintmark/testkit/text_keys'

export function jwk({ key }: TestKey): JsonWebKey {
  return key.export({ format: 'jwk' })
}

/** A member of an RSA JWK in plain base64. */
export function b64(text: string | undefined): string {
  return Buffer.from(text ?? '', 'base64url').toString('base64')
}

export function rsaXml(key: TestKey): string {
  const { n, e, p, q, dp, dq, qi, d } = jwk(key)
  const values = { Modulus: n, Exponent: e, P: p, Q: q, DP: dp, DQ: dq, InverseQ: qi, D: d }
  const inner = Object.entries(values).map(([name, text]) => `<${name}>${b64(text)}</${name}>`)
  return `<RSAKeyValue>${inner.join('')}</RSAKeyValue>`
}

export function string(text: string | Uint8Array): Buffer {
  const bytes = Buffer.from(text)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

export function mpint(text: string | undefined): Buffer {
  return string(Buffer.concat([Buffer.from([0]), Buffer.from(text ?? '', 'base64url')]))
}

export function lines(bytes: Buffer): readonly string[] {
  return bytes.toString('base64').match(/.{1,64}/g) ?? []
}

export function putty(
  type: string,
  open: Buffer,
  secret: Buffer,
  encryption = 'none',
  version = 3,
): string {
  const [publicLines, privateLines] = [lines(open), lines(secret)]
  return [
    `PuTTY-User-Key-File-${version}: ${type}`,
    `Encryption: ${encryption}`,
    'Comment: test',
    `Public-Lines: ${publicLines.length}`,
    ...publicLines,
    `Private-Lines: ${privateLines.length}`,
    ...privateLines,
    'Private-MAC: 00',
  ].join('\n')
}

export function puttyOf(key: TestKey): string {
  const { n, e, p, q, d, qi, x, y } = jwk(key)
  if (key.name.startsWith('rsa')) {
    const open = Buffer.concat([string('ssh-rsa'), mpint(e), mpint(n)])
    return putty('ssh-rsa', open, Buffer.concat([mpint(d), mpint(p), mpint(q), mpint(qi)]))
  }
  if (key === ED25519) {
    const open = Buffer.concat([string('ssh-ed25519'), string(Buffer.from(x ?? '', 'base64url'))])
    return putty('ssh-ed25519', open, string(Buffer.from(d ?? '', 'base64url')))
  }
  const point = Buffer.concat([
    Buffer.from([4]),
    Buffer.from(`${x}`, 'base64url'),
    Buffer.from(`${y}`, 'base64url'),
  ])
  const type = 'ecdsa-sha2-nistp256'
  return putty(type, Buffer.concat([string(type), string('nistp256'), string(point)]), mpint(d))
}

/** BIND's file of an RSA key. */
export function dnssecOf(key: TestKey): string {
  const { n, e, d, p, q, dp, dq, qi } = jwk(key)
  return [
    'Private-key-format: v1.3',
    'Algorithm: 8 (RSASHA256)',
    `Modulus: ${b64(n)}`,
    `PublicExponent: ${b64(e)}`,
    `PrivateExponent: ${b64(d)}`,
    `Prime1: ${b64(p)}`,
    `Prime2: ${b64(q)}`,
    `Exponent1: ${b64(dp)}`,
    `Exponent2: ${b64(dq)}`,
    `Coefficient: ${b64(qi)}`,
    'Created: 20260101000000',
    'Publish: 20260101000000',
  ].join('\n')
}

export function hex(member: string | undefined): string {
  return Buffer.from(member ?? '', 'base64url')
    .toString('hex')
    .toUpperCase()
}

/** GnuPG's file of an RSA key, its key alone. */
export function sexpOf(key: TestKey): string {
  const { n, e, d, p, q } = jwk(key)
  return `(private-key (rsa (n #00${hex(n)}#)(e #${hex(e)}#)(d #${hex(d)}#)(p #${hex(p)}#)(q #${hex(q)}#)))`
}

/** Whole keys in encodings of text. */
export const TEXT_SPELLINGS: readonly {
  readonly name: string
  readonly text: string
  readonly key: TestKey
  readonly encoding: string
}[] = [
  ...KEYS.flatMap((key) =>
    pemsOf(key).map((pem, i) => ({
      name: `PEM ${i} of ${key.name}`,
      text: pem,
      key,
      encoding: 'pem',
    })),
  ),
  ...KEYS.map((key) => ({
    name: `JWK of ${key.name}`,
    text: JSON.stringify(jwk(key)),
    key,
    encoding: 'jwk',
  })),
  ...[RSA, P256, ED25519].map((key) => ({
    name: `PuTTY of ${key.name}`,
    text: puttyOf(key),
    key,
    encoding: 'putty',
  })),
  { name: 'XML', text: rsaXml(RSA), key: RSA, encoding: 'xml' },
  { name: 'DNSSEC', text: dnssecOf(RSA), key: RSA, encoding: 'dnssec' },
  { name: 'S-expression', text: sexpOf(RSA), key: RSA, encoding: 'sexp' },
]
