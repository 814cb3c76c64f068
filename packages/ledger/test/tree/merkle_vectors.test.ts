/** Proof vectors of transparency-dev/merkle, where they are at hand: `../shared/data/merkle` beside this repository. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type Json, parseObject } from '@mintmark/core'
import { verifyConsistency, verifyInclusion } from '../../src/tree/tree.ts'

const data = fileURLToPath(new URL('../../../../../shared/data/merkle/testdata/', import.meta.url))
const skip = existsSync(data) ? false : 'no ../shared/data beside the repository'

const bytes = (value: unknown) => Buffer.from(typeof value === 'string' ? value : '', 'base64')
const hashes = (value: unknown) => (Array.isArray(value) ? value.map(bytes) : [])

const VERIFIERS: Readonly<Record<string, (vector: Json) => boolean>> = {
  inclusion: (v) =>
    verifyInclusion({
      index: Number(v['leafIdx']),
      size: Number(v['treeSize']),
      leaf: bytes(v['leafHash']),
      proof: hashes(v['proof']),
      root: bytes(v['root']),
    }),
  consistency: (v) =>
    verifyConsistency({
      oldSize: Number(v['size1']),
      newSize: Number(v['size2']),
      oldRoot: bytes(v['root1']),
      newRoot: bytes(v['root2']),
      proof: hashes(v['proof']),
    }),
  // A subtree from the first entry on is an earlier tree.
  subtreeconsistency: (v) =>
    verifyConsistency({
      oldSize: Number(v['end']),
      newSize: Number(v['size']),
      oldRoot: bytes(v['root1']),
      newRoot: bytes(v['root2']),
      proof: hashes(v['proof']),
    }),
}

function vectorsOf(kind: string): { name: string; vector: Json }[] {
  const files = readdirSync(join(data, kind), { recursive: true }).map(String)
  return files
    .filter((file) => file.endsWith('.json'))
    .map((file) => {
      const vector = parseObject(readFileSync(join(data, kind, file), 'utf8'))
      assert.ok(vector !== undefined, file)
      return { name: file, vector }
    })
    .filter(({ vector: { start, end } }) => start === undefined || (start === 0 && end !== 0))
}

describe('the vectors of transparency-dev/merkle', { skip }, () => {
  let seen = 0
  for (const [kind, verifier] of Object.entries(VERIFIERS)) {
    it(`${kind}: each good proof holds and each bad one does not`, () => {
      const vectors = vectorsOf(kind)
      seen += vectors.length
      const wrong = vectors.filter(
        ({ vector }) => verifier(vector) === (vector['wantErr'] === true),
      )
      assert.deepEqual(
        wrong.map(({ name, vector }) => `${name}: ${String(vector['desc'])}`),
        [],
      )
    })
  }

  it('are all 287', () => {
    assert.equal(seen, 287)
  })
})
