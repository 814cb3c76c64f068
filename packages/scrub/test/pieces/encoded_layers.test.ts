/** Keys in text that is encoded several times over: base64 of base64, digits of digits, what is packed in what is encoded. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { deflateSync, gzipSync } from 'node:zlib'
import { UNLIMITED } from '@mintmark/keys/material/work_budget'
import { type EncodedBytes, LayerReader, MOST_LAYERS } from '@mintmark/scan/encoded/encoded_layers'
import { openInput } from '@mintmark/scan/memory/scan_input'
import type { ScanReport } from '@mintmark/scan/report/report'
import { type ScanOptions, scanInput } from '@mintmark/scan/scan_bytes'
import { ED25519, P256, planted, RSA, type TestKey } from '@mintmark/testkit/text_keys'
import * as fc from 'fast-check'
import { scrubInput } from '../../src/scrub_input.ts'

const folder = mkdtempSync(join(tmpdir(), 'coded-layers-'))
after(() => rmSync(folder, { recursive: true }))

async function scanBytes(
  bytes: Uint8Array,
  name: string,
  options: ScanOptions = {},
): Promise<ScanReport> {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return await scanInput({ kind: 'file', path }, path, options)
}

type Code = (bytes: Buffer) => Buffer

const base64: Code = (bytes) => Buffer.from(bytes.toString('base64'))
const base64url: Code = (bytes) => Buffer.from(bytes.toString('base64url'))
const hex: Code = (bytes) => Buffer.from(bytes.toString('hex'))
const spacedHex: Code = (bytes) => Buffer.from(bytes.toString('hex').replaceAll(/..(?!$)/g, '$& '))
const decimal: Code = (bytes) => Buffer.from([...bytes].join(','))
const percent: Code = (bytes) => Buffer.from(encodeURIComponent(bytes.toString('latin1')))
const json: Code = (bytes) => Buffer.from(JSON.stringify({ v: bytes.toString('latin1') }))
const utf16: Code = (bytes) => Buffer.from(bytes.toString('latin1'), 'utf16le')
const lines: Code = (bytes) => Buffer.from(bytes.toString('latin1').replaceAll(/.{64}/g, '$&\n'))

const der = ({ key }: TestKey): Buffer => key.export({ type: 'pkcs8', format: 'der' })
const pem = ({ key }: TestKey): Buffer =>
  Buffer.from(key.export({ type: 'pkcs8', format: 'pem' }).toString())
const header = (key: TestKey): Buffer => pem(key).subarray(0, 28)
const jwk = ({ key }: TestKey): Buffer => Buffer.from(JSON.stringify(key.export({ format: 'jwk' })))

/** The innermost first. */
interface Coding {
  readonly key: (key: TestKey) => Buffer
  readonly by: readonly Code[]
}

const CODINGS: Readonly<Record<string, Coding>> = {
  'DER in base64 twice': { key: der, by: [base64, base64] },
  'DER in base64 three times': { key: der, by: [base64, base64, base64] },
  'DER in base64 seven times': { key: der, by: Array.from({ length: 7 }, () => base64) },
  'PEM in base64 four times': { key: pem, by: [base64, base64, base64, base64] },
  'JWK in base64url three times': { key: jwk, by: [base64url, base64url, base64url] },
  'DER in hex': { key: der, by: [hex] },
  'DER in hex with blanks': { key: der, by: [spacedHex] },
  'DER in decimal numbers': { key: der, by: [decimal] },
  'DER in hex twice': { key: der, by: [hex, hex] },
  'DER in base64 in hex': { key: der, by: [base64, hex] },
  'DER in hex in base64': { key: der, by: [hex, base64] },
  'DER in decimal numbers in base64': { key: der, by: [decimal, base64] },
  'PEM in base64 in hex with blanks': { key: pem, by: [base64, spacedHex] },
  'DER in base64 twice, percent-encoded': { key: der, by: [base64, base64, percent] },
  'DER in base64, percent-encoded, in base64': { key: der, by: [base64, percent, base64] },
  'DER in base64 in lines, in base64 in lines': { key: der, by: [base64, lines, base64, lines] },
  'DER in base64 twice in UTF-16': { key: der, by: [base64, base64, utf16] },
  'DER in base64 in UTF-16 in base64': { key: der, by: [base64, utf16, base64] },
  'JWK in JSON in JSON in JSON in JSON': { key: jwk, by: [json, json, json, json] },
  'JWK in JSON five times in base64': { key: jwk, by: [json, json, json, json, json, base64] },
  'PEM in gzip': { key: pem, by: [gzipSync] },
  'DER in gzip': { key: der, by: [gzipSync] },
  'JWK in gzip in base64 twice, as Helm has it': { key: jwk, by: [gzipSync, base64, base64] },
  'PEM in zlib in base64': { key: pem, by: [deflateSync, base64] },
  'PEM in gzip in hex': { key: pem, by: [gzipSync, hex] },
}

const encoded = ({ key: of, by }: Coding, key: TestKey): Buffer =>
  by.reduce((bytes, code) => code(bytes), of(key))

const KEYS: readonly TestKey[] = [RSA, P256, ED25519]
/** Nothing that a text could go on with. */
const GAP = Buffer.alloc(96, Buffer.from([0x80, 0xe2, 1, 0]))

/** Texts with a gap around each, and where each of them is. */
function apart(texts: readonly Buffer[]) {
  const bytes = Buffer.concat(texts.flatMap((text) => [GAP, text, GAP]))
  let end = 0
  const begins = texts.map((text) => {
    const begin = end + GAP.length
    end = begin + text.length + GAP.length
    return begin
  })
  return { bytes, begins }
}

describe('a key that is encoded several times', () => {
  for (const [name, coding] of Object.entries(CODINGS)) {
    it(`is found, and covered: ${name}`, async () => {
      // Letters before base64 do not hide where its groups begin; zlib shows only at the begin of a text.
      const isLetters = coding.by.at(-1) === base64 && !coding.by.includes(deflateSync)
      const befores = ['', 'data: "', ...(isLetters ? ['x', 'xy'] : [])]
      const texts = KEYS.flatMap((key) => befores.map((before) => ({ key, before })))
      const whole = texts.map(({ key, before }) =>
        Buffer.concat([Buffer.from(before), encoded(coding, key)]),
      )
      const { findings, limits } = await scanBytes(apart(whole).bytes, 'coded')
      assert.deepEqual(limits, [])
      assert.deepEqual(
        findings.map(({ keyId, certainty }) => [keyId?.spkiSha256, certainty]),
        texts.map(({ key }) => [key.spkiSha256, 'verified']),
      )
      for (const [k, { length }] of findings.entries()) {
        assert.ok(length > 0.75 * (whole[k]?.length ?? 0), `${length} of ${whole[k]?.length}`)
      }
    })
  }
})

describe('a scrub', () => {
  const CUT: readonly (readonly [string, Coding])[] = [
    ...Object.entries(CODINGS),
    ['PEM in zlib', { key: pem, by: [deflateSync] }],
  ]
  for (const key of KEYS) {
    it(`leaves nothing of a known key, however it is encoded: ${key.name}`, async () => {
      const texts = [pem(key), ...CUT.map(([, coding]) => encoded(coding, key))]
      const { bytes, begins } = apart(texts)
      const path = join(folder, key.name)
      writeFileSync(path, bytes)
      const input = { kind: 'file', path } as const
      const { erased, isClean } = await scrubInput(input, path)
      const out = Buffer.alloc(bytes.length)
      const source = openInput({ kind: 'erased', input, erased })
      source.read(0, out)
      source.close()
      assert.ok(isClean)
      for (const [k, text] of texts.entries()) {
        // What stays: brackets, quotes, the algorithm of PKCS#8, zeros of UTF-16.
        const begin = begins[k] ?? 0
        assert.ok(bytes.subarray(begin, begin + text.length).equals(text))
        const left = out.subarray(begin, begin + text.length)
        const same = left.filter((byte, at) => byte === text[at] && byte !== 0).length
        const name = CUT[k - 1]?.[0] ?? 'PEM'
        assert.ok(same < 0.55 * text.length, `${name}: ${same} of ${text.length} are left`)
      }
      const { findings } = await scanBytes(out, 'scrubbed', { deep: true })
      assert.deepEqual(findings, [])
    })
  }

  it('erases a scalar of 32 bytes that is in base64 twice, 59 letters', async () => {
    const d = Buffer.from(String(P256.key.export({ format: 'jwk' }).d), 'base64url')
    const text = Buffer.from(base64(base64(d)).toString().replaceAll('=', ''))
    const bytes = Buffer.concat([pem(P256), GAP, text, GAP])
    const path = join(folder, 'scalar')
    writeFileSync(path, bytes)
    const { erased } = await scrubInput({ kind: 'file', path }, path)
    const at = bytes.length - GAP.length - text.length
    assert.ok(erased.some(({ offset, length }) => offset <= at && offset + length >= at + 56))
  })

  it('erases a part of a key that is encoded twice, which is no key by itself', async () => {
    const d = Buffer.from(String(RSA.key.export({ format: 'jwk' }).d), 'base64url')
    const text = base64(base64(d.subarray(40, 200)))
    const bytes = Buffer.concat([pem(RSA), Buffer.alloc(99, '.'), text, Buffer.alloc(99, '.')])
    const path = join(folder, 'part')
    writeFileSync(path, bytes)
    const { erased } = await scrubInput({ kind: 'file', path }, path)
    const at = bytes.length - 99 - text.length
    const left = erased.some(
      ({ offset, length }) => offset <= at + 4 && offset + length >= at + text.length - 8,
    )
    assert.ok(left, 'the part is erased')
  })
})

describe('encoded text', () => {
  it('is read as deep as is said, and no deeper', async () => {
    const by = Array.from({ length: MOST_LAYERS }, () => base64)
    const deep = encoded({ key: der, by: [hex, ...by.slice(1)] }, ED25519)
    assert.equal((await scanBytes(planted(deep, 9), 'deep')).findings.length, 1)
    const deeper = encoded({ key: der, by: [hex, ...by] }, ED25519)
    assert.equal((await scanBytes(planted(deeper, 9), 'deeper')).findings.length, 0)
  })

  it('is nothing where it holds a header alone, however it is encoded', async () => {
    for (const { by } of Object.values(CODINGS)) {
      const bytes = planted(encoded({ key: header, by }, RSA), 9)
      const { findings, unverified } = await scanBytes(bytes, 'header')
      assert.deepEqual([findings, unverified], [[], []])
    }
  })

  it('of any text gives that text, and where it is', () => {
    const letters = fc.string({ minLength: 64, maxLength: 400 })
    const codes = fc.array(fc.constantFrom(base64, base64url, hex), { minLength: 1, maxLength: 5 })
    const reader = new LayerReader({ isDeep: true })
    fc.assert(
      fc.property(letters, codes, (text, by) => {
        const whole = by.reduce<Buffer>((bytes, code) => code(bytes), Buffer.from(text))
        const bytes = planted(whole, 100)
        const layers: string[] = []
        const take = ({ bytes: layer, spanOf }: EncodedBytes) => {
          layers.push(Buffer.from(layer).toString('latin1'))
          const { from, to } = spanOf(0, layer.length)
          assert.ok(from >= 100 && to <= 100 + whole.length && from < to)
        }
        reader.read(bytes, 0, bytes.length, take, { budget: UNLIMITED })
        // A group of letters at either end may not be of the text that is read.
        const middle = text.slice(6, -6)
        assert.ok(layers.some((layer) => layer.includes(middle)))
      }),
    )
  })
})
