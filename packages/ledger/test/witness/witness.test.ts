import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { describe, it } from 'node:test'
import { SimulatedDisk } from '@mintmark/testkit'
import * as fc from 'fast-check'
import { signHead } from '../../src/notes/checkpoint.ts'
import { NoteSigner } from '../../src/notes/note.ts'
import { GrowingTree } from '../../src/tree/growing_tree.ts'
import { TileTree } from '../../src/tree/tile_tree.ts'
import {
  formatAddCheckpoint,
  originHash,
  parseAddCheckpoint,
  readWitnessAnswer,
  Witness,
  type WitnessState,
  witnessFolder,
} from '../../src/witness/witness.ts'

const newKey = () => generateKeyPairSync('ed25519').privateKey
const log = new NoteSigner('ledger.example', 'log', newKey())
const witnessSigner = new NoteSigner('w.example', 'witness', newKey())
const ORIGIN = 'ledger.example/main/2026'

/** A log of 600 entries, and its proofs. */
function history(salt: string) {
  const tree = new GrowingTree()
  const files = new Map<string, Uint8Array>()
  for (let i = 0; i < 600; i++) {
    tree.append(Buffer.from(`${salt} ${i}`))
    for (const { path, bytes } of tree.takeFull()) files.set(path, bytes)
  }
  for (const { path, bytes } of tree.partials()) files.set(path, bytes)
  const tiles = new TileTree(600, (path) => Promise.resolve(files.get(path)))
  return {
    checkpoint: async (size: number, origin = ORIGIN, signer = log) =>
      signHead({ origin, size, root: await tiles.root(size) }, signer),
    proof: (from: number, to: number) => tiles.consistency(from, to),
  }
}

const real = history('real')
const forked = history('forked')

function memory(): WitnessState & { readonly texts: Map<string, string> } {
  const texts = new Map<string, string>()
  return {
    texts,
    read: (hash) => Promise.resolve(texts.get(hash)),
    write: (hash, text) => Promise.resolve(void texts.set(hash, text)),
  }
}

const witnessOn = (state: WitnessState) =>
  new Witness({ signer: witnessSigner, logs: [log.key], state, now: () => 1_700_000_000_999 })

async function request(from: number, to: number, log600 = real): Promise<string> {
  const proof = await log600.proof(from, to)
  return formatAddCheckpoint({ oldSize: from, proof, checkpoint: await log600.checkpoint(to) })
}

async function seen() {
  const state = memory()
  const witness = witnessOn(state)
  assert.equal((await witness.addCheckpoint(await request(0, 300))).status, 200)
  return { witness, state }
}

/** A request that goes on from 300 entries as it should, but for what is given. */
const own = async (size: number, more: object = {}) => ({
  oldSize: 300,
  proof: await real.proof(300, size),
  checkpoint: await real.checkpoint(size),
  ...more,
})

describe('a witness that has seen 300 entries', () => {
  it('cosigns what continues them, and keeps it first', async () => {
    const { witness, state } = await seen()
    const { status, body } = await witness.addCheckpoint(await request(300, 500))
    assert.equal(status, 200)
    const checkpoint = await real.checkpoint(500)
    const [text = ''] = checkpoint.split('\n\n')
    const reply = readWitnessAnswer({ status, body }, `${text}\n`, witnessSigner.key)
    assert.deepEqual(reply, { kind: 'cosigned', line: body })
    assert.equal(state.texts.get(originHash(ORIGIN)), `${checkpoint}${body}`)
  })
})

describe('a witness that has seen 300 entries answers', () => {
  const stranger = new NoteSigner('ledger.example', 'log', newKey())
  const refused: readonly (readonly [string, number, () => Promise<string>])[] = [
    ['another size than it has', 409, () => request(200, 500)],
    ['nothing before', 409, () => request(0, 500)],
    ['a fork of the same size', 409, () => request(300, 300, forked)],
    ['a fork that goes on', 422, () => request(300, 500, forked)],
    ['a proof that is short', 422, async () => formatAddCheckpoint(await own(500, { proof: [] }))],
    [
      'a size above the new one',
      400,
      async () =>
        formatAddCheckpoint({ oldSize: 300, proof: [], checkpoint: await real.checkpoint(200) }),
    ],
    [
      'a log that it does not know',
      404,
      async () =>
        formatAddCheckpoint(
          await own(500, { checkpoint: await real.checkpoint(500, 'other.example') }),
        ),
    ],
    [
      'a name that only begins alike',
      404,
      async () =>
        formatAddCheckpoint(
          await own(500, { checkpoint: await real.checkpoint(500, 'ledger.example.org') }),
        ),
    ],
    [
      'a key that it does not know',
      403,
      async () =>
        formatAddCheckpoint(
          await own(500, { checkpoint: await real.checkpoint(500, ORIGIN, stranger) }),
        ),
    ],
    [
      'a checkpoint that was changed',
      403,
      async () => (await request(300, 500)).replace('\n500\n', '\n501\n'),
    ],
    ['no checkpoint', 400, () => Promise.resolve('old 300\n\ntext\n')],
  ]
  for (const [name, status, body] of refused)
    it(`${status} to ${name}, and stands where it stood`, async () => {
      const { witness, state } = await seen()
      const before = state.texts.get(originHash(ORIGIN))
      const answer = await witness.addCheckpoint(await body())
      assert.equal(answer.status, status)
      assert.equal(answer.body.includes('\u2014'), false)
      if (status === 409)
        assert.deepEqual([answer.type, answer.body], ['text/x.tlog.size', '300\n'])
      assert.equal(state.texts.get(originHash(ORIGIN)), before)
    })
})

describe('a witness that is asked twice', () => {
  it('cosigns the same head again', async () => {
    const { witness } = await seen()
    assert.equal((await witness.addCheckpoint(await request(300, 300))).status, 200)
  })

  it('takes requests for one log one at a time: the second of two from one size gets the new size', async () => {
    const { witness } = await seen()
    const bodies = [await request(300, 400), await request(300, 500)]
    const answers = await Promise.all(bodies.map((body) => witness.addCheckpoint(body)))
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 409],
    )
    assert.equal(answers[1]?.body, '400\n')
  })
})

describe('a witness', () => {
  it('signs nothing that it could not keep, and has not forgotten it after a crash', async () => {
    for (let n = 1; n <= 8; n++) {
      const disk = new SimulatedDisk()
      await disk.makeFolder('/w')
      await disk.sync('/')
      disk.failAt(n, 'cut', n)
      let line = ''
      try {
        line = (
          await witnessOn(witnessFolder('/w/state', disk)).addCheckpoint(await request(0, 300))
        ).body
      } catch {
        // The answer never left.
      }
      const found = disk.afterCut(n)
      const again = witnessOn(witnessFolder('/w/state', found))
      const { status } = await again.addCheckpoint(await request(0, 300, forked))
      if (line !== '') assert.equal(status, 409, `operation ${n}`)
    }
  })

  it('answers any body without falling over', async () => {
    const witness = witnessOn(memory())
    const body = fc.string({ unit: 'binary', maxLength: 300 })
    await fc.assert(
      fc.asyncProperty(body, async (text) => {
        const { status } = await witness.addCheckpoint(`old 0\n\n${text}`)
        assert.equal(status, 400)
      }),
      { numRuns: Number(process.env['FUZZ_RUNS'] ?? 200) },
    )
  })

  it('reads requests of the one form that there is', () => {
    for (const body of [
      '',
      'old 1\n',
      'old 01\n\nx',
      'new 1\n\nx',
      'old 1\nAAAA\n\nx',
      ' old 1\n\nx',
    ])
      assert.equal(parseAddCheckpoint(body), undefined)
    const many = `old 1\n${`${Buffer.alloc(32).toString('base64')}\n`.repeat(64)}\nx`
    assert.equal(parseAddCheckpoint(many), undefined)
  })

  it('is not believed for a cosignature over another text, or by another key', async () => {
    const { body } = await witnessOn(memory()).addCheckpoint(await request(0, 300))
    const other = new NoteSigner('w.example', 'witness', newKey())
    const text = (await real.checkpoint(300)).split('\n\n')[0] ?? ''
    const answer = { status: 200, body }
    assert.equal(readWitnessAnswer(answer, 'text\n', witnessSigner.key).kind, 'refused')
    assert.equal(readWitnessAnswer(answer, `${text}\n`, other.key).kind, 'refused')
    assert.equal(readWitnessAnswer(answer, `${text}\n`, witnessSigner.key).kind, 'cosigned')
  })
})
