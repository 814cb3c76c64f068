/** Keys in DER inside strings, as programs print them: the bytes that are no letters are escaped. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { keyIdOf } from '@mintmark/keys/public_half/key_id'
import { ED25519, P256, planted, RSA, type TestKey } from '@mintmark/testkit/text_keys'
import { hitsIn, SPELLINGS } from './text_hits.ts'

const hexOf = (byte: number): string => byte.toString(16).padStart(2, '0')

/** A string whose letters are plain where an expression says so. */
const spelled = (bytes: Buffer, plain: RegExp, spell: (byte: number) => string): string =>
  Array.from(bytes, (byte) => {
    const letter = String.fromCodePoint(byte)
    return byte < 127 && plain.test(letter) ? letter : spell(byte)
  }).join('')

const capitals = (byte: number): string => `\\x${hexOf(byte).toUpperCase()}`

const PRINTERS: Readonly<Record<string, (bytes: Buffer) => string>> = {
  'repr of Python': (bytes) => {
    const names: Readonly<Record<number, string>> = { 9: '\\t', 10: '\\n', 13: '\\r', 92: '\\\\' }
    return spelled(bytes, /[ -[\]-~]/, (byte) => names[byte] ?? `\\x${hexOf(byte)}`)
  },
  'inspect of Ruby': (bytes) => {
    const names: Readonly<Record<number, string>> = { 7: '\\a', 27: '\\e', 34: '\\"', 92: '\\\\' }
    return spelled(bytes, /[ !#-[\]-~]/, (byte) => names[byte] ?? capitals(byte))
  },
  'a literal of C, in base 8': (bytes) =>
    spelled(bytes, /[ !#-&(-[\]-~]/, (byte) => `\\${byte.toString(8).padStart(3, '0')}`),
  JSON: (bytes) => spelled(bytes, /[ !#-[\]-~]/, (byte) => `\\u00${hexOf(byte)}`),
  'a URL': (bytes) => spelled(bytes, /[\w.~-]/, (byte) => `%${hexOf(byte).toUpperCase()}`),
  'quoted-printable': (bytes) => spelled(bytes, /[ -<>-~]/, (byte) => `=${hexOf(byte)}`),
}

const pkcs8 = ({ key }: TestKey): Buffer => key.export({ format: 'der', type: 'pkcs8' })
const sec1 = ({ key }: TestKey): Buffer => key.export({ format: 'der', type: 'sec1' })
const pkcs1 = ({ key }: TestKey): Buffer => key.export({ format: 'der', type: 'pkcs1' })
const KEYS: readonly (readonly [name: string, TestKey, Buffer])[] = [
  ['RSA in PKCS#8', RSA, pkcs8(RSA)],
  ['RSA in PKCS#1', RSA, pkcs1(RSA)],
  ['P-256 in PKCS#8', P256, pkcs8(P256)],
  ['P-256 in SEC1', P256, sec1(P256)],
  ['Ed25519', ED25519, pkcs8(ED25519)],
]

describe('a key in DER in a string', () => {
  for (const [printer, print] of Object.entries(PRINTERS)) {
    for (const [name, { spkiSha256 }, der] of KEYS) {
      it(`is found by ${printer}: ${name}`, () => {
        for (const spell of Object.values(SPELLINGS)) {
          const hits = hitsIn(planted(spell(print(der)), 3))
          const found = hits.filter(({ form }) => form.startsWith('escaped-of-'))
          assert.ok(found.length > 0)
          for (const { material, certainty } of found) {
            assert.equal(certainty, 'proven')
            assert.equal(material && keyIdOf(material).spkiSha256, spkiSha256)
          }
        }
      })
    }
  }
})
