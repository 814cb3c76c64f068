import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { guidOfNetBytes, readGuid } from '../src/guid.ts'
import { hashedId, readTokenId } from '../src/token_id.ts'

const runs = { numRuns: Number(process.env['FUZZ_RUNS'] ?? 200) }
const ID = '22608a25-1d9b-44b5-b0f2-cb94f06b2d00'

describe('readTokenId reads one id from', () => {
  const cases = [
    { name: 'base64url without padding', text: 'JYpgIpsdtUSw8suU8GstAA' },
    { name: 'padded base64', text: 'JYpgIpsdtUSw8suU8GstAA==' },
    { name: 'base64 of the GUID text', text: Buffer.from(ID).toString('base64') },
    { name: 'base64 of the upper-case GUID', text: btoa(ID.toUpperCase()) },
    { name: 'GUID text', text: ID },
    { name: 'an upper-case GUID', text: ID.toUpperCase() },
    { name: 'a GUID in braces', text: `{${ID}}` },
    { name: 'a GUID without hyphens', text: ID.replaceAll('-', '') },
    { name: 'white space around it', text: `  JYpgIpsdtUSw8suU8GstAA\r\n` },
  ]
  for (const { name, text } of cases) {
    it(name, () => assert.deepEqual(readTokenId(text), { tokenId: ID, state: 'present' }))
  }

  it('both base64 alphabets', () => {
    const id = 'a7968c99-94ff-46ac-b867-fa5933b16500'
    for (const text of ['mYyWp_-UrEa4Z_pZM7FlAA', 'mYyWp/+UrEa4Z/pZM7FlAA==']) {
      assert.equal(readTokenId(text).tokenId, id)
    }
  })
})

describe('readTokenId classifies', () => {
  const cases = [
    { value: undefined, state: 'absent' },
    { value: null, state: 'absent' },
    { value: '', state: 'absent' },
    { value: '  ', state: 'absent' },
    { value: 'None', state: 'absent' },
    { value: 'AAAAAAAAAAAAAAAAAAAAAA', state: 'anonymised' },
    { value: 'AAAAAAAAAAAAAAAAAAAAAA==', state: 'anonymised' },
    { value: '00000000-0000-0000-0000-000000000000', state: 'anonymised' },
    { value: '11111111-1111-1111-1111-111111111111', state: 'anonymised' },
    { value: 'xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx', state: 'anonymised' },
    { value: btoa('00000000-0000-0000-0000-000000000000'), state: 'anonymised' },
    { value: 'aaaaaaaaaaaaaaaaaaaaaa', state: 'anonymised' },
    { value: '_____________________w', state: 'anonymised' },
    { value: 'ANONYMIZED', state: 'anonymised' },
    { value: 'sign-in_ActivityId', state: 'anonymised' },
    { value: '****', state: 'anonymised' },
    { value: 'JYpgIpsdtUSw8suU8GstA', state: 'malformed' },
    { value: 'JYpgIpsdtUSw8suU8GstAB', state: 'malformed' },
    { value: 'JYpgIpsdtUSw8suU8GstAA=A', state: 'malformed' },
    { value: 'JYpgIpsdtUSw8suU8Gst!A', state: 'malformed' },
    { value: `{${ID})`, state: 'malformed' },
    { value: `${ID}x`, state: 'malformed' },
    { value: btoa('no GUID, but thirty-six letters long'), state: 'malformed' },
    { value: 'JYpgIpsdtUSw8suU8Gst\u0100A', state: 'malformed' },
    { value: 'ab'.repeat(200_000), state: 'malformed' },
    { value: 7, state: 'malformed' },
    { value: { uti: ID }, state: 'malformed' },
  ]
  for (const { value, state } of cases) {
    const name = JSON.stringify({ value }).slice(0, 50)
    it(`${name} as ${state}`, () => assert.deepEqual(readTokenId(value), { tokenId: '', state }))
  }
})

describe('token id properties', () => {
  const sixteen = fc.uint8Array({ minLength: 16, maxLength: 16 })

  it('every spelling of 16 bytes is one id', () => {
    fc.assert(
      fc.property(sixteen, (bytes) => {
        const guid = guidOfNetBytes(bytes)
        const buffer = Buffer.from(bytes)
        const spellings = [
          buffer.toString('base64url'),
          buffer.toString('base64'),
          Buffer.from(guid).toString('base64'),
          guid.toUpperCase(),
          `{${guid}}`,
        ]
        const readings = spellings.map((text) => readTokenId(text))
        const isRepeated = new Set(guid.replaceAll('-', '')).size === 1
        const want = isRepeated
          ? { tokenId: '', state: 'anonymised' }
          : { tokenId: guid, state: 'present' }
        for (const reading of readings) assert.deepEqual(reading, want)
      }),
      runs,
    )
  })

  it('letter case makes another id before decoding', () => {
    const { tokenId } = readTokenId('jYpgIpsdtUSw8suU8GstAA')
    assert.notEqual(tokenId, ID)
    assert.notEqual(tokenId, '')
  })

  it('anything at all is read without a throw, and an id comes only with present', () => {
    const like = fc.stringMatching(/^[\w+/=-]{20,50}$/)
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.string({ unit: 'binary' }), like), (value) => {
        const { tokenId, state } = readTokenId(value)
        assert.equal(tokenId !== '', state === 'present')
        if (tokenId !== '') assert.equal(readGuid(tokenId), tokenId)
      }),
      runs,
    )
  })
})

describe('hashedId', () => {
  it('gives the first half of SHA-256 over domain, NUL and text', () => {
    assert.equal(hashedId('', ''), '6e340b9c-ffb3-7a98-9ca5-44e6bb780a2c')
  })
  it('keeps domains apart', () => {
    assert.notEqual(hashedId('a', 'bc'), hashedId('ab', 'c'))
    assert.notEqual(hashedId('a', 'x'), hashedId('b', 'x'))
  })
})
