/**
 * What verifiers and witnesses keep, on a disk that fails or loses its power at every one of its operations: the heads that
 * a guard or a ledger relies on, and the newest checkpoint that a witness has cosigned.
 */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { describe, it } from 'node:test'
import { type Fault, SimulatedDisk } from '@mintmark/testkit'
import { PinnedCheckpoints } from '../../src/home/pinned_checkpoints.ts'
import { GrowingTree, type Head, NoteSigner, Witness } from '../../src/index.ts'
import { parseCheckpoint, signHead } from '../../src/notes/checkpoint.ts'
import { TileTree } from '../../src/tree/tile_tree.ts'
import { formatAddCheckpoint, originHash, witnessFolder } from '../../src/witness/witness.ts'

const FAULTS: readonly Fault[] = ['cut', 'error', 'full']
const FOLDER = '/pinned'
/** Seeds of what survives, at each place. */
const SEEDS = Number(process.env['FAULT_SEEDS'] ?? 3)
const ORIGIN = 'ledger.example.org/main/2026-11-25'
const SIZES = [1, 5, 6, 300, 700]

/** An empty folder that survives. */
async function newDisk(): Promise<SimulatedDisk> {
  const disk = new SimulatedDisk()
  await disk.makeFolder(FOLDER)
  await disk.sync('/')
  return disk
}

/** Lets each operation of `work` fail in turn, and hands over what is found then. */
async function atEach(
  fault: Fault,
  work: (disk: SimulatedDisk) => Promise<void>,
  check: (disk: SimulatedDisk) => Promise<void>,
): Promise<void> {
  const whole = await newDisk()
  whole.failAt(Number.POSITIVE_INFINITY, fault, 1)
  await work(whole)
  assert.ok(whole.operations > 15, `${whole.operations} operations`)
  for (let n = 1; n <= whole.operations; n++)
    for (let seed = 1; seed <= SEEDS; seed++) {
      const disk = await newDisk()
      disk.failAt(n, fault, 100 * n + seed)
      await work(disk).catch((cause: unknown) => assert.ok(cause instanceof Error))
      await check(fault === 'cut' ? disk.afterCut(100 * n + seed) : disk.heal())
    }
}

const treeOf = (size: number): GrowingTree => {
  const tree = new GrowingTree()
  for (let i = 0; i < size; i++) tree.append(Buffer.from(`entry ${i}`))
  return tree
}
const heads: readonly Head[] = SIZES.map((size) => ({
  origin: ORIGIN,
  size,
  root: treeOf(size).root(),
}))

describe('heads in a file', () => {
  for (const fault of FAULTS)
    it(`are those that were relied on, or higher, whatever happens: ${fault}`, async () => {
      let relied = 0
      const work = async (disk: SimulatedDisk) => {
        relied = 0
        const pinned = await PinnedCheckpoints.open(`${FOLDER}/heads`, disk)
        for (const head of heads) {
          await pinned.pin([head])
          relied = head.size
        }
      }
      await atEach(fault, work, async (disk) => {
        const { seen } = await PinnedCheckpoints.open(`${FOLDER}/heads`, disk)
        assert.ok((seen[0]?.size ?? 0) >= relied, `${seen[0]?.size} after ${relied}`)
      })
    })
})

describe('the state of a witness', () => {
  const log = new NoteSigner('ledger.example.org', 'log', newKey())
  const signer = new NoteSigner('w1.example.org', 'witness', newKey())
  const whole = treeOf(700)
  const tiles = new Map(
    [...whole.takeFull(), ...whole.partials()].map(({ path, bytes }) => [path, bytes]),
  )
  const tree = new TileTree(700, (path) => Promise.resolve(tiles.get(path)))

  const witnessOn = (disk: SimulatedDisk) =>
    new Witness({
      signer,
      logs: [log.key],
      state: witnessFolder(`${FOLDER}/w`, disk),
      now: () => 0,
    })

  async function request(head: Head, oldSize: number): Promise<string> {
    const proof = await tree.consistency(oldSize, head.size)
    return formatAddCheckpoint({ oldSize, proof, checkpoint: signHead(head, log) })
  }

  for (const fault of FAULTS)
    it(`never goes back behind what was cosigned, whatever happens: ${fault}`, async () => {
      let cosigned = 0
      const work = async (disk: SimulatedDisk) => {
        cosigned = 0
        const witness = witnessOn(disk)
        for (const head of heads) {
          const { status } = await witness.addCheckpoint(await request(head, cosigned))
          assert.equal(status, 200)
          cosigned = head.size
        }
      }
      await atEach(fault, work, async (disk) => {
        const witness = witnessOn(disk)
        const text = await witness.readHash(originHash(ORIGIN))
        const size = text === undefined ? 0 : (parseCheckpoint(text)?.head.size ?? 0)
        assert.ok(size >= cosigned, `${size} after ${cosigned}`)
        // It goes on from there, and from nowhere else.
        const next = { origin: ORIGIN, size: 700, root: whole.root() }
        const answered = await witness.addCheckpoint(await request(next, size))
        assert.equal(answered.status, 200)
        const back = await witness.addCheckpoint(await request(next, 1))
        assert.equal(back.status, 409)
      })
    })
})

function newKey() {
  return generateKeyPairSync('ed25519').privateKey
}
