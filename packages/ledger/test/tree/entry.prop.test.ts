import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { describe, it } from 'node:test'
import { isObject, MintmarkError } from '@mintmark/core'
import * as fc from 'fast-check'
import { LiveTokens } from '../../src/live/live_tokens.ts'
import { hashOf, issuanceOf } from '../../src/notes/signing_input.ts'
import {
  decodeEntry,
  type Entry,
  type EntryOutline,
  encodeEntry,
  type Issuance,
} from '../../src/tree/entry.ts'
import { ISSUER, issuance, signingInput } from '../tokens.ts'

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 200)

const hash = fc.uint8Array({ minLength: 32, maxLength: 32 })
const time = fc.nat()
const name = fc.stringMatching(/^[ -~äß漢]{1,40}$/u)
const tokenId = fc.uuid()
const entries: fc.Arbitrary<Entry> = fc.oneof(
  fc.record({
    kind: fc.constant('issuance' as const),
    tokenId,
    inputHash: hash,
    issuedAtMs: time,
    expiresMs: time,
    commitments: fc.record({ subject: hash, client: hash, audience: hash, tenant: hash }),
    issuer: name,
    kid: name,
    alg: fc.constantFrom('ES256', 'RS256', 'EdDSA'),
    attestation: fc.uint8Array({ maxLength: 100 }),
  }),
  fc.record({
    kind: fc.constant('revocation' as const),
    tokenId,
    inputHash: hash,
    expiresMs: time,
    revokedAtMs: time,
    issuer: name,
  }),
  fc.record({
    kind: fc.constant('opening' as const),
    issuer: name,
    openedAtMs: time,
    previousOrigin: name,
    previousSize: time,
    previousRoot: hash,
  }),
)

/** With all byte arrays as text: a view and its copy are the same entry. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]))
}

describe('an entry', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(entries, (entry) => {
        assert.deepEqual(plain(decodeEntry(encodeEntry(entry))), plain(entry))
      }),
      { numRuns },
    )
  })

  it('has one spelling: other bytes are another entry, or none', () => {
    fc.assert(
      fc.property(entries, fc.nat(), fc.integer({ min: 1, max: 255 }), (entry, seed, mask) => {
        const bytes = encodeEntry(entry)
        const at = seed % bytes.length
        bytes[at] = (bytes[at] ?? 0) ^ mask
        const read = attempt(bytes)
        if (read === undefined) return
        assert.notDeepEqual(plain(read), plain(entry))
        assert.deepEqual(Buffer.from(encodeEntry(read)), Buffer.from(bytes))
      }),
      { numRuns },
    )
  })

  it('is not read from any bytes, nor from itself with some missing or more', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), entries, fc.nat(), (noise, entry, seed) => {
        const any = attempt(noise)
        if (any !== undefined) assert.deepEqual(Buffer.from(encodeEntry(any)), Buffer.from(noise))
        const bytes = encodeEntry(entry)
        assert.equal(attempt(bytes.subarray(0, seed % bytes.length)), undefined)
        assert.equal(attempt(Buffer.concat([bytes, Uint8Array.of(0)])), undefined)
      }),
      { numRuns },
    )
  })
})

/** Undefined where the bytes are refused as they must be: by the one code. */
function attempt(bytes: Uint8Array): Entry | undefined {
  try {
    return decodeEntry(bytes)
  } catch (error) {
    assert.ok(error instanceof MintmarkError)
    assert.equal(error.code, 'INPUT_INVALID')
    return undefined
  }
}

const salt = Buffer.alloc(16, 7)
const committed = (message: string) => createHmac('sha256', salt).update(message, 'latin1').digest()

describe('the entry of a token', () => {
  const jti = '22608a25-1d9b-44b5-b0f2-cb94f06b2d00'
  const claims = {
    jti,
    iat: 1_700_000_000.5,
    exp: 1_700_000_600,
    aud: ['a', 'bc'],
    mintmark_salt: salt.toString('base64url'),
  }

  it('has the layout that the documentation gives it', () => {
    const input = signingInput(claims, 'key-1')
    const bytes = Buffer.from(encodeEntry(issuanceOf(input)))
    assert.deepEqual([...bytes.subarray(0, 2)], [1, 1])
    assert.equal(bytes.subarray(2, 18).toString('hex'), jti.replaceAll('-', ''))
    assert.deepEqual(bytes.subarray(18, 50), Buffer.from(hashOf(input)))
    assert.equal(bytes.readBigUInt64BE(50), 1_700_000_000_500n)
    assert.equal(bytes.readBigUInt64BE(58), 1_700_000_600_000n)
    assert.deepEqual(bytes.subarray(66, 98), committed('subject\0\x01\0\0\0\x03ada'))
    assert.deepEqual(bytes.subarray(98, 130), committed('client\0\x01\0\0\0\x04wiki'))
    const audience = 'audience\0\x01\0\0\0\x01a\0\0\0\x02bc'
    assert.deepEqual(bytes.subarray(130, 162), committed(audience))
    assert.deepEqual(bytes.subarray(162, 194), committed('tenant\0\x01\0\0\0\x06agency'))
    const rest = `\0${String.fromCharCode(ISSUER.length)}${ISSUER}\0\x05key-1\0\x05ES256\0\0`
    assert.equal(bytes.subarray(194).toString('latin1'), rest)
  })

  it('does not name the user, the client, the audience or the tenant', () => {
    const secret = {
      sub: 'ada.l',
      client_id: 'wiki-9',
      aud: 'https://wiki.example',
      tenant: 'agency-7',
    }
    const text = Buffer.from(encodeEntry(issuance(secret))).toString('latin1')
    for (const value of Object.values(secret)) assert.equal(text.includes(value), false)
  })

  it('is another one for every other spelling of the same claims', () => {
    const [header = '', payload = ''] = signingInput(claims).split('.')
    const json = Buffer.from(payload, 'base64url').toString()
    const spaced = Buffer.from(json.replace(':', ': ')).toString('base64url')
    const first = issuanceOf(`${header}.${payload}`)
    const second: Issuance = issuanceOf(`${header}.${spaced}`)
    assert.equal(first.tokenId, second.tokenId)
    assert.notDeepEqual(first.inputHash, second.inputHash)
    const padded = `${header}.${payload}`.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))
    assert.throws(() => issuanceOf(padded === `${header}.${payload}` ? '' : `${padded}=`))
  })
})

const part = (json: string) => Buffer.from(json).toString('base64url')

describe('a signing input is refused', () => {
  const header = '{"alg":"ES256","kid":"key-1"}'
  const payload = '{"sub":"ada","jti":"0b9f1d4e-1f5c-4f57-9a30-7f5d1c1f6a55"}'
  const twice = payload.replace('{', '{"sub":"somebody-else",')
  const cases: readonly (readonly [what: string, header: string, payload: string, why: string])[] =
    [
      ['where its payload names a member twice', header, twice, 'member-twice'],
      [
        'where its header does',
        header.replace('}', ',"\\u006bid":"key-2"}'),
        payload,
        'member-twice',
      ],
      [
        'where an object within does',
        header,
        payload.replace('{', '{"act":{"a":1,"a":2},'),
        'member-twice',
      ],
      [
        'where the token would be longer than any guard takes',
        header,
        payload.replace('{', `{"x":"${'y'.repeat(13_000)}",`),
        'too-long',
      ],
    ]
  it('where its text is no UTF-8', () => {
    const latin = Buffer.from(payload.replace('ada', 'ad\u00e0'), 'latin1').toString('base64url')
    assert.throws(() => issuanceOf(`${part(header)}.${latin}`), {
      code: 'ENTRY_REFUSED',
      facts: { reason: 'not-a-signing-input', claim: '' },
    })
  })

  for (const [what, first, second, reason] of cases)
    it(what, () => {
      assert.throws(() => issuanceOf(`${part(first)}.${part(second)}`), {
        code: 'ENTRY_REFUSED',
        facts: { reason, claim: '' },
      })
    })
})

const shardOf = (index: number) => `s${Math.floor(index / 100)}`

it('the table of live tokens answers as a plain map does', () => {
  const steps = fc.array(fc.tuple(fc.nat(3000), fc.nat(1000), fc.boolean()), { maxLength: 4000 })
  fc.assert(
    fc.property(steps, (list) => {
      const table = new LiveTokens()
      const note = (index: number, outline: EntryOutline, nowMs: number) =>
        table.add({ shard: shardOf(index), index }, outline, nowMs)
      const map = new Map<number, { expiresMs: number; index: number; isRevoked: boolean }>()
      for (const [i, [id, lifetime, isRevocation]] of list.entries()) {
        const nowMs = 1_700_000_000_000 + i * 1000
        const key = Buffer.alloc(16)
        key.writeUInt32BE(id, 12)
        const known = map.get(id)
        const isLive = known !== undefined && known.expiresMs >= nowMs
        const expected = isLive
          ? { shard: shardOf(known.index), index: known.index, isRevoked: known.isRevoked }
          : undefined
        const inputHash = hashOf(String(id))
        assert.deepEqual(table.find(key, inputHash, nowMs), expected)
        if (isRevocation && isLive) {
          known.isRevoked = true
          note(i, { isRevocation: true, id: key, inputHash, expiresMs: known.expiresMs }, nowMs)
        } else if (!isLive) {
          const expiresMs = nowMs + lifetime * 1000
          map.set(id, { expiresMs, index: i, isRevoked: false })
          note(i, { isRevocation: false, id: key, inputHash, expiresMs }, nowMs)
        }
      }
    }),
    { numRuns: Math.ceil(numRuns / 10) },
  )
})

it('tokens of one id are distinguished by every bit of the hash of their signing input', () => {
  const table = new LiveTokens()
  const [id, inputHash, nowMs] = [Buffer.alloc(16, 1), Buffer.from(hashOf('a')), 1_700_000_000_000]
  const outline = { isRevocation: false, id, inputHash, expiresMs: nowMs + 1000 }
  table.add({ shard: 's', index: 7 }, outline, nowMs)
  assert.deepEqual(table.find(id, inputHash, nowMs), { shard: 's', index: 7, isRevoked: false })
  for (let bit = 0; bit < 256; bit++) {
    const other = Buffer.from(inputHash)
    other.writeUInt8(other.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
    assert.equal(table.find(id, other, nowMs), 'other')
  }
})
