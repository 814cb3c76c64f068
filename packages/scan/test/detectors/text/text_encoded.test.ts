import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { keyIdOf } from '@mintmark/keys/public_half/key_id'
import { noise } from '@mintmark/testkit/noise'
import { ED25519, P256, pemsOf, planted, RSA } from '@mintmark/testkit/text_keys'
import { hitsIn } from './text_hits.ts'

const base64 = (text: string): string => Buffer.from(text).toString('base64')
const lines = (text: string, length: number): string =>
  text.replaceAll(new RegExp(`.{${length}}`, 'g'), '$&\n')
const hex = (all: readonly number[]): string[] =>
  all.map((byte) => byte.toString(16).padStart(2, '0'))
const digits = (text: string): string[] => hex([...Buffer.from(text)])
/** Letters that only fill up groups, of base64 in base64. */
const PADDING = 8
const bytes = (text: string): number[] => [...Buffer.from(text)]

/** Text before the encoded text, that text, and its name. */
interface Coding {
  readonly encoding: string
  readonly before?: string
  readonly code: (pem: string) => string
}

const CODINGS: Readonly<Record<string, Coding>> = {
  'hex digits': { encoding: 'hex', code: (pem) => digits(pem).join('') },
  'hex digits in upper case': {
    encoding: 'hex',
    code: (pem) => digits(pem).join('').toUpperCase(),
  },
  'hex digits in lines': { encoding: 'hex', code: (pem) => lines(digits(pem).join(''), 64) },
  'bytea of PostgreSQL': { encoding: 'hex', before: '\\x', code: (pem) => digits(pem).join('') },
  'hex digits with blanks': { encoding: 'hex', code: (pem) => digits(pem).join(' ') },
  'hex digits with colons': { encoding: 'hex', code: (pem) => digits(pem).join(':') },
  'BitConverter of .NET': { encoding: 'hex', code: (pem) => digits(pem).join('-').toUpperCase() },
  'a string of C': {
    encoding: 'hex',
    before: '\\',
    code: (pem) =>
      digits(pem)
        .map((pair) => `x${pair}`)
        .join('\\'),
  },
  'an array of C': {
    encoding: 'hex',
    before: '{ ',
    code: (pem) =>
      lines(
        digits(pem)
          .map((pair) => `0x${pair}`)
          .join(', '),
        72,
      ),
  },
  'Buffer of Node': {
    encoding: 'decimal',
    before: '{"type":"Buffer","data":[',
    code: (pem) => bytes(pem).join(','),
  },
  'a list of Python': { encoding: 'decimal', before: '[', code: (pem) => bytes(pem).join(', ') },
  'base64 of base64': { encoding: 'base64-of-base64', code: (pem) => base64(base64(pem)) },
  'base64 of base64 in lines': {
    encoding: 'base64-of-base64',
    code: (pem) => lines(base64(lines(base64(pem), 76)), 76),
  },
}

/** A list of other bytes of a notation, as of a hash or a salt, that goes over into the next. */
const OTHERS: Readonly<Record<string, (bytes: readonly number[]) => string>> = {
  'hex digits': (other) => hex(other).join(''),
  'hex digits in lines': (other) => `${hex(other).join('')}\n`,
  'hex digits with blanks': (other) => `${hex(other).join(' ')} `,
  'hex digits with colons': (other) => `${hex(other).join(':')}:`,
  'an array of C': (other) => `{ 0x${hex(other).join(', 0x')} }, { `,
  // A backslash begins the string; a hash in front of it is letters, as the string is.
  'a string of C': (other) => `${hex(other).join('')} \\`,
  'a list of Python': (other) => `[[${other.join(', ')}], [`,
}

/** What lines of hex dumps begin with. */
const ADDRESSES: Readonly<Record<string, (offset: string) => string>> = {
  'hexdump -C': (offset) => offset,
  'WinDbg of 64 bits': (offset) => `00007ff6\`${offset}`,
  'a log': (offset) => `Jun  1 10:11:12 host agent[123]: ${offset}`,
}

/** The lines of a hex dump. */
const dumped = (text: string, address: (offset: string) => string): string =>
  lines(text.replaceAll('\n', '.'), 16)
    .split('\n')
    .map((row, k) => {
      const pairs = digits(text.slice(16 * k, 16 * k + 16)).join(' ')
      return `${address((16 * k).toString(16).padStart(8, '0'))}  ${pairs}  |${row}|\n`
    })
    .join('')

/** Codings that are letters alone: a letter before them is one of their run. */
const OF_LETTERS = ['hex digits', 'hex digits in lines', 'base64 of base64'] as const

describe('PEM in another coding, amid others of it', () => {
  for (const name of OF_LETTERS) {
    it(`is found in ${name} right behind other letters`, () => {
      for (let count = 1; count <= 100; count++) {
        const text =
          'unlikely'.repeat(13).slice(0, count) + CODINGS[name]?.code(pemsOf(RSA)[0] ?? '')
        const found = hitsIn(planted(Buffer.from(text, 'latin1'), 9))
        const ids = found.map(({ material }) => material && keyIdOf(material).spkiSha256)
        assert.ok(ids.includes(RSA.spkiSha256), `behind ${count} letters`)
      }
    })
  }
  for (const [name, other] of Object.entries(OTHERS)) {
    it(`is found in ${name} behind other bytes of the same list`, () => {
      for (const key of [RSA, P256, ED25519]) {
        for (const pem of pemsOf(key)) {
          const text = other([...noise(48, 'others')]) + CODINGS[name]?.code(pem.trimEnd())
          const found = hitsIn(planted(Buffer.from(text, 'latin1'), 9))
          const ids = found.map(({ material }) => material && keyIdOf(material).spkiSha256)
          assert.deepEqual(ids, [key.spkiSha256])
        }
      }
    })
  }

  for (const [name, address] of Object.entries(ADDRESSES)) {
    it(`is found in a hex dump as of ${name}, below a line of decimal numbers`, () => {
      const [pem = ''] = pemsOf(ED25519)
      for (let count = 0; count < 40; count += 3) {
        const text = `${[...noise(count, 'above')].join(', ')}\n${dumped(pem, address)}`
        const found = hitsIn(planted(Buffer.from(text, 'latin1'), 9))
        const ids = found.map(({ material }) => material && keyIdOf(material).spkiSha256)
        assert.deepEqual(ids, [ED25519.spkiSha256], `below ${count} numbers`)
      }
    })
  }
})

describe('PEM in another coding, by itself', () => {
  for (const [name, { encoding, before = '', code }] of Object.entries(CODINGS)) {
    it(`is found in ${name}, and covered whole`, () => {
      for (const key of [RSA, P256, ED25519]) {
        for (const pem of pemsOf(key)) {
          const text = code(pem.trimEnd())
          const [hit, ...others] = hitsIn(planted(Buffer.from(before + text, 'latin1'), 9))
          assert.deepEqual(others, [])
          assert.equal(hit?.encoding, `${encoding}-of-pem`)
          assert.equal(hit.certainty, 'verified')
          assert.equal(hit.offset, 9 + before.length)
          assert.ok(hit.length <= text.length && hit.length >= text.trimEnd().length - PADDING)
          assert.ok(hit.material)
          assert.equal(keyIdOf(hit.material).spkiSha256, key.spkiSha256)
        }
      }
    })
  }

  it('is found in base64 of JSON with base64 in it, whatever is before either', () => {
    const [pem = ''] = pemsOf(P256)
    for (const outer of ['', 'x', 'xy']) {
      for (const inner of ['', 'x', 'xy']) {
        const secret = `${outer}{"data":{"tls.key":"${base64(inner + pem)}"}}`
        const hits = hitsIn(planted(Buffer.from(base64(secret)), 9))
        assert.deepEqual(
          hits.map(({ encoding, certainty }) => [encoding, certainty]),
          [['base64-of-base64-of-pem', 'verified']],
        )
      }
    }
  })

  it('is nothing where it is a certificate, a public key, or a header alone', () => {
    const texts = ['CERTIFICATE', 'PUBLIC KEY', 'PRIVATE KEY'].map(
      (label) => `-----BEGIN ${label}-----\n`,
    )
    for (const { code } of Object.values(CODINGS)) {
      for (const text of texts) {
        assert.deepEqual(hitsIn(planted(Buffer.from(code(text), 'latin1'), 9)), [])
      }
    }
  })
})
