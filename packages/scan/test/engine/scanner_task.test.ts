import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { it } from 'node:test'
import type { KeyMaterial } from '@mintmark/keys/material/key_material'
import { parsePublicKeys } from '@mintmark/keys/public_keys/parse'
import { readAgain } from '@mintmark/testkit'
import { type KnownTask, ScannerPool } from '../../src/engine/scanner_task.ts'

const { publicKey } = readAgain(generateKeyPairSync('ec', { namedCurve: 'P-256' }))
const pem = Buffer.from(publicKey.export({ type: 'spki', format: 'pem' }))
const { keys } = parsePublicKeys(pem, 'key.pem')
const materials: readonly KeyMaterial[] = []
const TASK: KnownTask = { kind: 'known', isDeep: false, keys, discovered: [], materials }

it('a scanner that is given back is taken for the same keys again, and for no others', () => {
  const pool = new ScannerPool()
  const scanner = pool.take(TASK)
  assert.notEqual(pool.take(TASK), scanner, 'it is in use')
  pool.giveBack(TASK, scanner)
  const others: readonly KnownTask[] = [
    { ...TASK, keys: [...keys] },
    { ...TASK, discovered: [...keys] },
    { ...TASK, materials: [] },
    { ...TASK, searchers: 2 },
    { ...TASK, isDeep: true },
  ]
  for (const other of others) assert.notEqual(pool.take(other), scanner)
  // What follows pointers is of the file alone.
  assert.equal(pool.take({ ...TASK, runs: [] }), scanner)
  assert.notEqual(pool.take(TASK), scanner, 'it is in use again')
})
