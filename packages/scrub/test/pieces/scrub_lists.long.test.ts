/** Keys that programs print byte by byte, in lines: what `openssl rsa -text`, `xxd` and `Arrays.toString` leave in memory. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { openInput } from '@mintmark/scan/memory/scan_input'
import { readAgain } from '@mintmark/testkit'
import { scrubInput } from '../../src/scrub_input.ts'

const folder = mkdtempSync(join(tmpdir(), 'scrub-lists-'))
after(() => rmSync(folder, { recursive: true }))

const { privateKey: rsa } = readAgain(generateKeyPairSync('rsa', { modulusLength: 2048 }))
const { privateKey: edwards } = readAgain(generateKeyPairSync('ed25519'))
const { privateKey: curve } = readAgain(generateKeyPairSync('ec', { namedCurve: 'P-256' }))
const KEYS = [
  {
    name: 'p of RSA',
    key: rsa,
    secret: Buffer.from(String(rsa.export({ format: 'jwk' }).p), 'base64url'),
  },
  {
    name: 'd of P-256',
    key: curve,
    secret: Buffer.from(String(curve.export({ format: 'jwk' }).d), 'base64url'),
  },
  {
    name: 'seed of Ed25519',
    key: edwards,
    secret: Buffer.from(String(edwards.export({ format: 'jwk' }).d), 'base64url'),
  },
]

const hexOf = (bytes: Iterable<number>): string[] =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, '0'))
const inLines = (items: readonly string[], each: number): string[][] =>
  Array.from({ length: Math.ceil(items.length / each) }, (_, k) =>
    items.slice(k * each, k * each + each),
  )

/** A text, and what of each of its lines is the secret. */
interface Printed {
  readonly text: string
  readonly secrets: readonly string[]
}

/** A string with its letters that are not plain escaped. */
function escaped(
  secret: Buffer,
  spell: (digits: string) => string,
  plain: RegExp = /[^"\\]/,
): Printed {
  const text = Array.from(secret, (byte) => {
    const letter = String.fromCodePoint(byte)
    const isPlain = byte >= 32 && byte < 127 && plain.test(letter)
    return isPlain ? letter : spell(hexOf([byte]).join(''))
  }).join('')
  return { text, secrets: [text] }
}

const PRINTERS: Readonly<Record<string, (secret: Buffer) => Printed>> = {
  'openssl -text': (secret) => {
    const lines = inLines(['00', ...hexOf(secret)], 15).map((line) => line.join(':'))
    const secrets = lines.map((line, k) => (k === 0 ? line.slice(3) : line))
    return { text: `prime1:\n    ${lines.join(':\n    ')}\n`, secrets }
  },
  'xxd, its number one byte into a line': (secret) => {
    const secrets = inLines(['00', ...hexOf(secret)], 16)
      .slice(0, -1)
      .map((line) => inLines(line, 2).map((pair) => pair.join('')))
      .map((line) => line.join(' '))
    const text = secrets.map((line, k) => `${(16 * k).toString(16).padStart(8, '0')}: ${line}  .`)
    return { text: text.join('\n'), secrets: secrets.map((line) => line.slice(2)) }
  },
  'Arrays.toString of Java': (secret) => {
    const list = [...Int8Array.from(secret)].join(', ')
    return { text: `[${list}]`, secrets: [list] }
  },
  'escapes of a string literal': (secret) => {
    const list = hexOf(secret).map((digits) => `\\x${digits}`)
    return { text: `"${list.join('')}"`, secrets: [list.join('')] }
  },
  'BitConverter of .NET': (secret) => {
    const list = hexOf(secret).join('-').toUpperCase()
    return { text: list, secrets: [list] }
  },
  'array of C, 8 to a line, in capitals': (secret) => {
    const list = [...secret].map((byte) => `0x${byte.toString(16).toUpperCase().padStart(2, '0')}`)
    const secrets = inLines(list, 8).map((line) => line.join(', '))
    return { text: `{\n    ${secrets.join(',\n    ')}\n};`, secrets }
  },
  '%v of Go': (secret) => ({
    text: `[${[...secret].join(' ')}]`,
    secrets: [[...secret].join(' ')],
  }),
  'JSON of a Uint8Array': (secret) => {
    const members = [...secret].map((byte, k) => `"${k}":${byte}`)
    return {
      text: `{${members.join(',')}}`,
      secrets: members.map((_, k) => members.slice(k, k + 4).join(',')),
    }
  },
  'hexdump -C, its number 5 bytes into a line': (secret) => {
    const lines = inLines(hexOf(Buffer.concat([Buffer.alloc(5, 7), secret])), 16)
    const halves = lines.map((line) => [line.slice(0, 8).join(' '), line.slice(8).join(' ')])
    const text = halves.map(
      ([left = '', right = ''], k) =>
        `${(16 * k).toString(16).padStart(8, '0')}  ${left}  ${right.padEnd(24)} |0a:..xy_fe0. b.#|`,
    )
    const secrets = halves.flat().map((half, k) => (k === 0 ? half.slice(15) : half))
    return { text: text.join('\n'), secrets: secrets.filter((half) => half.length > 8) }
  },
  'a buffer in a log of mbedTLS': (secret) => {
    const secrets = inLines(hexOf(secret), 16).map((line) => line.join(' '))
    const text = secrets.map(
      (line, k) => `${(16 * k).toString(16).padStart(4, '0')}:  ${line}  .de0.`,
    )
    return { text: text.join('\n'), secrets }
  },
  'PEM as numbers': (secret) => {
    const list = hexOf(Buffer.from(secret.toString('base64').replaceAll('=', '').slice(0, -1)))
    return { text: list.join(' '), secrets: [list.join(' ')] }
  },
  'lines of PEM in objects of their own': (secret) => {
    const letters = secret.toString('base64').replaceAll('=', '').slice(0, -1)
    const secrets = [letters.slice(0, 16), letters.slice(16)]
    return { text: secrets.join('.'.repeat(64)), secrets }
  },
  'bytes of Python': (secret) => {
    const escapes: Readonly<Record<number, string>> = { 9: '\\t', 10: '\\n', 13: '\\r', 92: '\\\\' }
    const text = Array.from(secret, (byte) => {
      const isPlain = byte >= 32 && byte < 127 && byte !== 92
      return isPlain
        ? String.fromCodePoint(byte)
        : (escapes[byte] ?? `\\x${hexOf([byte]).join('')}`)
    }).join('')
    return { text: `b"${text}"`, secrets: [text] }
  },
  'inspect of Ruby': (secret) => escaped(secret, (digits) => `\\x${digits.toUpperCase()}`),
  'a literal of C, in base 8': (secret) =>
    escaped(secret, (digits) => `\\${Number.parseInt(digits, 16).toString(8).padStart(3, '0')}`),
  'JSON within JSON': (secret) => escaped(secret, (digits) => `\\\\u00${digits}`),
  'a URL': (secret) => escaped(secret, (digits) => `%${digits.toUpperCase()}`, /[\w.~-]/),
  'quoted-printable': (secret) => escaped(secret, (digits) => `=${digits.toUpperCase()}`, /[^=]/),
  'quoted-printable in short lines': (secret) => {
    const { text } = escaped(secret, (digits) => `=${digits.toUpperCase()}`, /[^=]/)
    const secrets = text.match(/(?:=..|[^=]){1,10}/g) ?? []
    return { text: secrets.join('=\n'), secrets: secrets.filter((line) => line.length > 9) }
  },
  'UTF-8 of one letter a byte': (secret) => {
    const text = secret.toString('latin1')
    return { text, secrets: [text] }
  },
  hexdump: (secret) => {
    const words = inLines(hexOf(secret), 2).map((word) => word.toReversed().join(''))
    const secrets = inLines(words, 8).map((line) => line.join(' '))
    const text = secrets.map((line, k) => `${(16 * k).toString(16).padStart(7, '0')} ${line}`)
    return { text: text.join('\n'), secrets }
  },
  'colons and capitals': (secret) => {
    const list = hexOf(secret).join(':').toUpperCase()
    return { text: list, secrets: [list] }
  },
}

describe('a number printed byte by byte', () => {
  for (const { name, key, secret } of KEYS) {
    for (const [printer, print] of Object.entries(PRINTERS)) {
      it(`${name} by ${printer} is erased, in both widths`, async () => {
        const { text, secrets } = print(secret)
        const path = join(folder, `${name} ${printer.replaceAll(/\W/g, '-')}`)
        const gap = Buffer.alloc(64, '.,;:\0\x01')
        const parts = [
          key.export({ format: 'der', type: 'pkcs8' }),
          Buffer.from(text),
          Buffer.from(text, 'utf16le'),
        ]
        const bytes = Buffer.concat(parts.flatMap((part) => [gap, part, gap]))
        writeFileSync(path, bytes)
        const input = { kind: 'file', path } as const
        const { erased } = await scrubInput(input, path)
        const source = openInput({ kind: 'erased', input, erased })
        const out = Buffer.alloc(bytes.length)
        source.read(0, out)
        source.close()
        for (const line of secrets) {
          for (const spelled of [Buffer.from(line), Buffer.from(line, 'utf16le')]) {
            assert.ok(bytes.includes(spelled))
            assert.equal(out.includes(spelled), false, line.slice(0, 8))
          }
        }
      })
    }
  }
})
