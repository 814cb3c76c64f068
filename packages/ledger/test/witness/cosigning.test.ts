/**
 * A ledger before its witnesses, of which some lie, hang, or are gone: only what its own key has signed can end it.
 */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { describe, it } from 'node:test'
import { signHead } from '../../src/notes/checkpoint.ts'
import { formatVerifierKey, NoteSigner } from '../../src/notes/note.ts'
import { parsePolicy } from '../../src/notes/policy.ts'
import { GrowingTree } from '../../src/tree/growing_tree.ts'
import { TileTree } from '../../src/tree/tile_tree.ts'
import { Cosigning, type WitnessHttp } from '../../src/witness/cosigning.ts'
import { Witness } from '../../src/witness/witness.ts'

const ORIGIN = 'ledger.example/main/2026'
const newKey = () => generateKeyPairSync('ed25519').privateKey
const log = new NoteSigner('ledger.example', 'log', newKey())

function historyOf(salt: string, size: number) {
  const tree = new GrowingTree()
  const files = new Map<string, Uint8Array>()
  for (let i = 0; i < size; i++) {
    tree.append(Buffer.from(`${salt} ${i}`))
    for (const { path, bytes } of tree.takeFull()) files.set(path, bytes)
  }
  for (const { path, bytes } of tree.partials()) files.set(path, bytes)
  const tiles = new TileTree(size, (path) => Promise.resolve(files.get(path)))
  const checkpoint = async (signer = log) =>
    signHead({ origin: ORIGIN, size, root: await tiles.root(size) }, signer)
  return { tiles, checkpoint }
}

type Answer = WitnessHttp['post']
const says = (status: number, body: string) => () => Promise.resolve({ status, body })
const hangs: Answer = () => new Promise(() => undefined)
const isGone: Answer = () => Promise.reject(new Error('gone'))

/** Three witnesses, of which two must cosign; some answer in a way of their own, or show another checkpoint. */
function given(
  answers: Readonly<Record<string, Answer>> = {},
  shown: Readonly<Record<string, string>> = {},
  needed = 2,
) {
  const witnesses = new Map<string, Witness>()
  const lines = ['w1', 'w2', 'w3'].map((name) => {
    const signer = new NoteSigner(`${name}.example`, 'witness', newKey())
    const texts = new Map<string, string>()
    const state = {
      read: (hash: string) => Promise.resolve(texts.get(hash)),
      write: (hash: string, text: string) => Promise.resolve(void texts.set(hash, text)),
    }
    witnesses.set(name, new Witness({ signer, logs: [log.key], state, now: Date.now }))
    return `witness ${name} ${formatVerifierKey(signer.key)} https://${name}`
  })
  const policy = parsePolicy(
    [
      `log ${formatVerifierKey(log.key)}`,
      ...lines,
      `group some ${needed} w1 w2 w3`,
      'quorum some',
    ].join('\n'),
  )
  const http: WitnessHttp = {
    post: async (url, body) => {
      const name = new URL(url).host
      const own = answers[name]
      return own === undefined
        ? ((await witnesses.get(name)?.addCheckpoint(body)) ?? { status: 404, body: '' })
        : await own(url, body)
    },
    get: async (url) => {
      const [name, hash = ''] = [new URL(url).host, new URL(url).pathname.split('/')[1]]
      const text = shown[name] ?? (await witnesses.get(name)?.readHash(hash))
      return text === undefined ? { status: 404, body: '' } : { status: 200, body: text }
    },
  }
  const disputes: string[] = []
  const newLog = () => new Cosigning(policy, http, { onDispute: (text) => disputes.push(text) })
  return { cosigning: newLog(), newLog, disputes }
}

const small = historyOf('real', 300)
const large = historyOf('real', 500)
const larger = historyOf('real', 600)

const lies: Readonly<Record<string, Answer>> = {
  'a size that no ledger has': says(409, '9007199254740991\n'),
  'one entry more': says(409, '301\n'),
  'the size that it is asked from': says(409, '0\n'),
  'a size that is no number': says(409, 'many\n'),
  'a page of letters': says(200, 'x'.repeat(100_000)),
  nothing: hangs,
  'no answer at all': isGone,
}

describe('a ledger with three witnesses, of which two must cosign', () => {
  for (const [name, answer] of Object.entries(lies))
    it(`goes on where one says ${name}`, { timeout: 60_000 }, async () => {
      const { cosigning } = given({ w2: answer })
      await cosigning.assertNewest(await small.checkpoint())
      await cosigning.assertUnknown('ledger.example/main/2025')
      const text = await cosigning.cosign(await small.checkpoint(), small.tiles)
      assert.equal(text?.split('\n').filter((line) => line.startsWith('— w')).length, 2)
      assert.ok((await cosigning.cosign(await large.checkpoint(), large.tiles)) !== undefined)
    })

  it('has the third cosignature, too, where all answer', async () => {
    const { cosigning, disputes } = given()
    const text = await cosigning.cosign(await small.checkpoint(), small.tiles)
    assert.equal(text?.split('\n').filter((line) => line.startsWith('— w')).length, 3)
    assert.deepEqual(disputes, [])
  })

  it('waits, and does not end, where two lie', async () => {
    const lie = says(409, '9007199254740991\n')
    const { cosigning, disputes } = given({ w1: lie, w2: lie })
    for (let round = 0; round < 3; round++)
      assert.equal(await cosigning.cosign(await small.checkpoint(), small.tiles), undefined)
    assert.deepEqual(
      disputes.map((text) => text.slice(0, 10)),
      ['witness w1', 'witness w2'],
    )
  })

  it('believes no checkpoint that its own key has not signed', async () => {
    const stranger = new NoteSigner('ledger.example', 'log', newKey())
    const answers = { w3: says(409, '500\n') }
    const { cosigning } = given(answers, { w3: await large.checkpoint(stranger) })
    await cosigning.assertNewest(await small.checkpoint())
    assert.ok((await cosigning.cosign(await small.checkpoint(), small.tiles)) !== undefined)
  })

  it('ends where one shows more than it has, under its own signature', async () => {
    const { cosigning, newLog } = given()
    await cosigning.cosign(await large.checkpoint(), large.tiles)
    const older = newLog()
    const behind = { code: 'LEDGER_BEHIND' }
    await assert.rejects(older.assertNewest(await small.checkpoint()), behind)
    await assert.rejects(older.cosign(await small.checkpoint(), small.tiles), behind)
    await assert.rejects(older.assertUnknown(ORIGIN), behind)
  })

  for (const size of [300, 500])
    it(`ends where one has cosigned another history of ${size} entries, under its own signature`, async () => {
      const { newLog } = given({}, {}, 1)
      const fork = historyOf('forked', size)
      await newLog().cosign(await fork.checkpoint(), fork.tiles)
      const own = newLog()
      await own.assertNewest(await larger.checkpoint())
      const cosigned = own.cosign(await larger.checkpoint(), larger.tiles)
      await assert.rejects(cosigned, { code: 'LEDGER_BEHIND' })
    })
})

it('a ledger asks for all its shards at once, and starts where one witness hangs', async () => {
  let asked = 0
  const counted: Answer = (...request) => {
    asked++
    return hangs(...request)
  }
  const { cosigning } = given({ w2: counted }, {}, 1)
  const started = Array.from({ length: 20 }, async () =>
    cosigning.assertNewest(await small.checkpoint()),
  )
  await Promise.race(started)
  assert.equal(asked, started.length)
  await Promise.all(started)
})
