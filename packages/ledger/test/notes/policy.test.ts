import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { describe, it } from 'node:test'
import { base64 } from '@mintmark/core'
import { formatHead, signHead } from '../../src/notes/checkpoint.ts'
import { formatSignature, formatVerifierKey, NoteSigner } from '../../src/notes/note.ts'
import {
  accept,
  formatProof,
  parsePolicy,
  parseProof,
  verifyProof,
} from '../../src/notes/policy.ts'
import { encodeEntry } from '../../src/tree/entry.ts'
import { GrowingTree } from '../../src/tree/growing_tree.ts'
import { TileTree } from '../../src/tree/tile_tree.ts'
import { issuance } from '../tokens.ts'

const newSigner = (name: string, kind: 'log' | 'witness') =>
  new NoteSigner(name, kind, generateKeyPairSync('ed25519').privateKey)

const log = newSigner('ledger.example', 'log')
const witnesses = ['x1', 'x2', 'x3', 'y1', 'y2'].map((name) => ({
  name,
  signer: newSigner(`${name}.example`, 'witness'),
}))
const LOG = `log ${formatVerifierKey(log.key)}\n`
const WITNESSES = witnesses
  .map(
    ({ name, signer }) =>
      `witness ${name} ${formatVerifierKey(signer.key)} https://${name}.example\n`,
  )
  .join('')
const GROUPS = `group X 2 x1 x2 x3\n group\tY any y1 y2 \n# both\n\ngroup both all X Y\nquorum both\n`

const HEAD = { origin: 'ledger.example/main/2026', size: 7, root: new Uint8Array(32) }

/** A checkpoint with the signatures of the log and of these witnesses. */
function cosigned(names: readonly string[], head = HEAD, signer = log): string {
  const lines = witnesses
    .filter(({ name }) => names.includes(name))
    .map(({ signer: each }) => formatSignature(each.sign(formatHead(head), 1_700_000_000)))
  return `${signHead(head, signer)}${lines.join('')}`
}

describe('a policy', () => {
  const policy = parsePolicy(`${LOG}${WITNESSES}${GROUPS}`)
  const outcomes: readonly (readonly [string, boolean])[] = [
    ['', false],
    ['x1 x2', false],
    ['x1 y1', false],
    ['y1 y2', false],
    ['x1 x2 y1', true],
    ['x2 x3 y2', true],
    ['x1 x2 x3 y1 y2', true],
  ]
  for (const [names, isAccepted] of outcomes)
    it(`${isAccepted ? 'accepts' : 'refuses'} what ${names || 'nobody'} cosigned`, () => {
      const outcome = accept(cosigned(names.split(' ')), policy)
      if (!isAccepted) return assert.equal(outcome, 'quorum-missing')
      assert.ok(typeof outcome === 'object')
      assert.deepEqual(outcome.witnesses.map(({ name }) => name).join(' '), names)
      return assert.equal(outcome.witnesses[0]?.timeSeconds, 1_700_000_000)
    })

  it('knows the log by its name and key, and what lies below the name', () => {
    const none = parsePolicy(`${LOG}quorum none`)
    assert.ok(typeof accept(cosigned([]), none) === 'object')
    const other = { ...HEAD, origin: 'ledger.example.org/main' }
    assert.equal(accept(cosigned([], other), none), 'log-unknown')
    const stranger = newSigner('ledger.example', 'log')
    assert.equal(accept(cosigned([], HEAD, stranger), none), 'log-signature-missing')
    assert.equal(accept('text', none), 'not-a-checkpoint')
    const bent = cosigned([]).replace('\n7\n', '\n8\n')
    assert.equal(accept(bent, none), 'bad-signature')
  })

  const witness = WITNESSES.split('\n')[0] ?? ''
  const vkey = formatVerifierKey(log.key)
  const wrong: readonly (readonly [string, string])[] = [
    ['no quorum', LOG],
    ['no log', 'quorum none'],
    ['two quorums', 'quorum none\nquorum none'],
    ['a quorum of a stranger', 'quorum x1'],
    ['a quorum that is defined below', `quorum x1\n${WITNESSES}`],
    ['an unknown word', 'lag x\nquorum none'],
    ['the same log again', `${LOG}${LOG}quorum none`],
    ['the same witness again', `${witness}\n${witness.replace('x1', 'z')}\nquorum none`],
    ['a name that is taken', `${WITNESSES}group x1 any x2\nquorum none`],
    ['a witness named none', `${witness.replace('x1', 'none')}\nquorum none`],
    ['a witness with the key of a log', `witness w ${vkey}\nquorum none`],
    ['a log with the key of a witness', `log ${witness.split(' ')[2] ?? ''}\nquorum none`],
    ['a group without members', `${WITNESSES}group g any\nquorum none`],
    ['a member twice', `${WITNESSES}group g any x1 x1\nquorum none`],
    ['a member of two groups', `${WITNESSES}group g any x1\ngroup h any x1\nquorum none`],
    ['none as a member', `${WITNESSES}group g any none\nquorum none`],
    ['a threshold of nothing', `${WITNESSES}group g 0 x1\nquorum none`],
    ['a threshold above all', `${WITNESSES}group g 2 x1\nquorum none`],
    ['a threshold with a zero before it', `${WITNESSES}group g 01 x1\nquorum none`],
    ['words after the quorum', 'quorum none none'],
    ['a carriage return', 'quorum none\r\n'],
  ]
  for (const [name, source] of wrong)
    it(`with ${name} is refused with its line`, () => {
      assert.throws(() => parsePolicy(source), { code: 'INPUT_INVALID' })
    })
})

describe('a proof', () => {
  const policy = parsePolicy(`${LOG}quorum none`)
  const entries = Array.from({ length: 300 }, (_, i) =>
    encodeEntry({ ...issuance(), attestation: Uint8Array.of(i % 7) }),
  )

  async function made(index: number) {
    const tree = new GrowingTree()
    for (const entry of entries) tree.append(entry)
    const files = new Map([...tree.takeFull(), ...tree.partials()].map((f) => [f.path, f.bytes]))
    const tiles = new TileTree(tree.size, (path) => Promise.resolve(files.get(path)))
    const checkpoint = signHead({ ...HEAD, size: tree.size, root: tree.root() }, log)
    const extra = Uint8Array.of(index % 7)
    return formatProof({ extra, index, hashes: await tiles.inclusion(index), checkpoint })
  }

  it('holds, and is refused with any of its letters changed', async () => {
    const index = 17
    const text = await made(index)
    const entry = entries[index] ?? new Uint8Array()
    const proof = parseProof(text)
    assert.ok(proof !== undefined && typeof verifyProof(proof, entry, policy) === 'object')
    assert.equal(formatProof(proof), text)
    const from = text.indexOf('index')
    for (let at = from; at < text.length; at++) {
      const letter = text[at] === '8' ? '9' : '8'
      const bent = parseProof(`${text.slice(0, at)}${letter}${text.slice(at + 1)}`)
      assert.ok(
        bent === undefined || typeof verifyProof(bent, entry, policy) === 'string',
        `letter ${at - from}`,
      )
    }
  })

  it('of one entry is none of another', async () => {
    const proof = parseProof(await made(3))
    assert.ok(proof !== undefined)
    assert.equal(verifyProof(proof, entries[4] ?? new Uint8Array(), policy), 'not-included')
  })

  const hash = base64(new Uint8Array(32))
  const wrong = [
    '',
    'c2sp.org/tlog-proof@v2\nindex 0\n\nx',
    'c2sp.org/tlog-proof@v1\nindex 00\n\nx',
    'c2sp.org/tlog-proof@v1\n\nx',
    `c2sp.org/tlog-proof@v1\nindex 0\n${hash.slice(4)}\n\nx`,
    `c2sp.org/tlog-proof@v1\nindex 0\n${`${hash}\n`.repeat(64)}\nx`,
    'c2sp.org/tlog-proof@v1\nindex 0\nextra AAAA\n\nx',
    'c2sp.org/tlog-proof@v1\nextra AAA\nindex 0\n\nx',
  ]
  for (const text of wrong)
    it(`is not ${JSON.stringify(text.slice(0, 60))}`, () => {
      assert.equal(parseProof(text), undefined)
    })
})
