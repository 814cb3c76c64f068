import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { describe, it } from 'node:test'
import { parseObject } from '@mintmark/core'
import { parseHead } from '../../src/notes/checkpoint.ts'
import { formatDescription, isAlias, isSignedDescription } from '../../src/notes/description.ts'
import {
  formatNote,
  formatVerifierKey,
  isKeyName,
  NoteSigner,
  openNote,
  parseNote,
  parseVerifierKey,
  readPrivateKey,
  type Verified,
} from '../../src/notes/note.ts'
import {
  parseTilePath,
  readBundle,
  tilePath,
  tileWidth,
  writeBundle,
} from '../../src/tree/tiles.ts'

/** The example of golang.org/x/mod/sumdb/note, version 0.22 (BSD-3-Clause): signed by another implementation. */
const PETER = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'
const PETERS_NOTE = `If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
`

const { privateKey } = generateKeyPairSync('ed25519')
const log = new NoteSigner('log.example', 'log', privateKey)
const witness = new NoteSigner('witness.example', 'witness', privateKey)
const TEXT = 'log.example\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n'

describe('a verifier key', () => {
  it('is read and written as others do', () => {
    for (const vkey of [
      PETER,
      'sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8',
    ])
      assert.equal(formatVerifierKey(parseVerifierKey(vkey)), vkey)
    const vkey = formatVerifierKey(witness.key)
    assert.equal(parseVerifierKey(vkey).kind, 'witness')
    assert.notEqual(witness.key.id, log.key.id)
  })

  const wrong = [
    '',
    'PeterNeumann',
    'PeterNeumann+c74f20a3',
    PETER.replace('c74f20a3', 'c74f20a4'),
    PETER.replace('Peter', 'Pater'),
    PETER.replace('PeterN', 'Peter N'),
    PETER.replace('+ARpc', '+BRpc'),
    PETER.slice(0, -1),
    `${PETER}=`,
    ` ${PETER}`,
  ]
  for (const vkey of wrong)
    it(`is refused as ${JSON.stringify(vkey)}`, () => {
      assert.throws(() => parseVerifierKey(vkey), { code: 'INPUT_INVALID' })
    })

  it('is named without spaces of any kind, plus or control characters', () => {
    const names = ['', 'a b', 'a+b', 'a\u00a0b', 'a\u2003b', 'a\nb', 'a\u0000', '\ud800']
    assert.deepEqual(
      names.map(isKeyName),
      names.map(() => false),
    )
    assert.ok(isKeyName('ledger.example.org/ä'))
  })

  it('is refused for any other key, and the error does not repeat the text', () => {
    const { privateKey: other } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const pem = other.export({ type: 'pkcs8', format: 'pem' }).toString()
    for (const text of ['-----BEGIN PRIVATE KEY-----\nsecret', pem])
      assert.throws(
        () => readPrivateKey(text),
        (error: Error) => !`${error.stack}`.includes(text.slice(30, 60)),
      )
  })
})

describe('a note', () => {
  it('of another implementation is opened', () => {
    const note = parseNote(PETERS_NOTE)
    const verified = note && openNote(note, [parseVerifierKey(PETER)])
    assert.ok(Array.isArray(verified))
    assert.equal(verified.length, 1)
  })

  it('is not opened when any of its letters is another', () => {
    const key = parseVerifierKey(PETER)
    for (let at = 0; at < PETERS_NOTE.length; at++) {
      const letter = PETERS_NOTE[at] === 'x' ? 'y' : 'x'
      const note = parseNote(`${PETERS_NOTE.slice(0, at)}${letter}${PETERS_NOTE.slice(at + 1)}`)
      const verified = note === undefined ? 'none' : openNote(note, [key])
      assert.ok(
        verified === 'none' || verified === 'bad-signature' || verified.length === 0,
        `${at}`,
      )
    }
  })

  it('gives the time of a cosignature', () => {
    const note = parseNote(formatNote(TEXT, [log.sign(TEXT), witness.sign(TEXT, 1_679_315_147)]))
    const verified = note && openNote(note, [witness.key, log.key])
    assert.ok(Array.isArray(verified))
    const found: readonly Verified[] = verified
    assert.deepEqual(
      found.map(({ key, timeSeconds }) => [key.name, timeSeconds]),
      [
        ['log.example', undefined],
        ['witness.example', 1_679_315_147],
      ],
    )
  })

  it('passes over signatures of strangers, also of one with a name that is known', () => {
    const stranger = new NoteSigner('log.example', 'log', generateKeyPairSync('ed25519').privateKey)
    const note = parseNote(formatNote(TEXT, [stranger.sign(TEXT)]))
    assert.deepEqual(note && openNote(note, [log.key]), [])
  })

  const line = PETERS_NOTE.slice(PETERS_NOTE.indexOf('—'))
  const wrong: readonly (readonly [string, string])[] = [
    ['nothing', ''],
    ['no signature', 'text\n\n'],
    ['no empty line', `text\n${line}`],
    ['no newline at its end', `text\n\n${line.slice(0, -1)}`],
    ['a tab', `te\txt\n\n${line}`],
    ['a carriage return', `text\r\n\n${line}`],
    ['half a surrogate pair', `te\ud800xt\n\n${line}`],
    ['a hyphen for the dash', `text\n\n${line.replace('—', '-')}`],
    ['a signature of three bytes', 'text\n\n— name AAAA\n'],
    ['base64 with bits to spare', `text\n\n${line.replace('nAM=', 'nAN=')}`],
    ['a word too many', `text\n\n${line.replace('\n', ' x\n')}`],
    ['too many signatures', `text\n\n${line.repeat(65)}`],
  ]
  for (const [name, text] of wrong)
    it(`with ${name} is none`, () => {
      assert.equal(parseNote(text), undefined)
    })
})

describe('a head', () => {
  const [, , root = ''] = TEXT.split('\n')
  const wrong = [
    `\n1\n${root}\n`,
    `log\n01\n${root}\n`,
    `log\n-1\n${root}\n`,
    `log\n1.0\n${root}\n`,
    `log\n9007199254740992\n${root}\n`,
    `log\n1\n${root.slice(4)}\n`,
    `log\n1\n${root}`,
    `log\n1\n${root}\n\n`,
    'log\n1\n',
  ]
  for (const text of wrong)
    it(`is not ${JSON.stringify(text)}`, () => {
      assert.equal(parseHead(text), undefined)
    })

  it('may have lines after it', () => {
    assert.equal(parseHead(`log\n0\n${root}\nmore\n`)?.size, 0)
  })
})

describe('a tile', () => {
  it('has the path that the specification gives it', () => {
    const path = 'tile/0/x001/x234/067'
    assert.equal(tilePath({ level: 0, index: 1_234_067, width: 256 }), path)
    assert.deepEqual(parseTilePath(path), { level: 0, index: 1_234_067, width: 256 })
    assert.equal(tilePath({ level: 'entries', index: 7, width: 9 }), 'tile/entries/007.p/9')
  })

  it('is as wide as the specification says for 70,000 entries', () => {
    const widths = [
      [0, 272, 256],
      [0, 273, 112],
      [0, 274, 0],
      [1, 0, 256],
      [1, 1, 17],
      [2, 0, 1],
      [3, 0, 0],
    ] as const
    for (const [level, index, width] of widths)
      assert.equal(tileWidth(level, index, 70_000), width, `${level}/${index}`)
    assert.equal(tileWidth(1, 0, 256), 1)
  })

  const wrong = [
    'tile/0/1',
    'tile/0/x000/001',
    'tile/00/001',
    'tile/64/001',
    'tile/0/001.p/0',
    'tile/0/001.p/256',
    'tile/0/001.p/07',
    'tile/0/../001',
    'tile/data/001',
    '/tile/0/001',
    'tile/0/001/',
  ]
  for (const path of wrong)
    it(`is not at ${path}`, () => {
      assert.equal(parseTilePath(path), undefined)
    })
})

it('a bundle that is cut anywhere gives fewer entries, or is none', () => {
  const entries = [new Uint8Array(3), new Uint8Array(0), new Uint8Array(300).fill(7)]
  const bytes = writeBundle(entries)
  assert.deepEqual(
    readBundle(bytes)?.map((entry) => entry.length),
    [3, 0, 300],
  )
  for (let length = 0; length < bytes.length; length++) {
    const read = readBundle(bytes.subarray(0, length))
    assert.ok(read === undefined || read.length < entries.length)
  }
})

it('a description is signed as a note whose text is the document without the signature', () => {
  const text = formatDescription(
    {
      name: 'log.example',
      key: log.key,
      period: 'day',
      issuers: new Map([
        ['main', 'https://id.example/é'],
        ['7', 'https://seven.example'],
      ]),
      maxLifetimeMs: 3_600_000,
      skewMs: 0,
      retentionDays: undefined,
    },
    log,
  )
  const { signature, ...rest } = parseObject(text) ?? {}
  const note = parseNote(`${JSON.stringify(rest, null, 2)}\n\n${String(signature)}\n`)
  assert.ok(note !== undefined)
  const verified = openNote(note, [parseVerifierKey(String(rest['vkey']))])
  assert.ok(verified !== 'bad-signature' && verified.length === 1)
  assert.ok(isSignedDescription(text, [log.key]))
})

it('an alias is no name of a file that is beside its folder', () => {
  assert.deepEqual(['main', 'a.b', 'ledger.json', '..', 'A'].map(isAlias), [
    true,
    true,
    false,
    false,
    false,
  ])
})
