/** A long record before a witness that has seen its beginning. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import path from 'node:path'
import { it } from 'node:test'
import { Witness } from '@mintmark/ledger'
import { formatVerifierKey, NoteSigner, parsePolicy } from '@mintmark/ledger/log'
import { KeyRecord, openWitnesses, witnessedBy } from '../src/index.ts'
import type { Seen } from '../src/sources/seen.ts'
import { ecKey, jwks, scratch } from './made_keys.ts'

const body = jwks(ecKey('a'))
const looks = (from: number, count: number): Seen[] =>
  Array.from({ length: count }, (_, i) => ({
    document: 'https://id.example.org/keys',
    atMs: 1_700_000_000_000 + (from + i) * 1000,
    clock: 'fetched' as const,
    outcome: 'read' as const,
    body,
  }))

it('a record of many tiles is cosigned again and again, also after it was opened anew', async () => {
  const folder = path.join(scratch('witnessed'), 'keys')
  let record = await KeyRecord.open(folder)
  const signer = new NoteSigner('w.example', 'witness', generateKeyPairSync('ed25519').privateKey)
  const texts = new Map<string, string>()
  const state = {
    read: (origin: string) => Promise.resolve(texts.get(origin)),
    readHash: () => Promise.resolve(undefined),
    write: (origin: string, text: string) => Promise.resolve(void texts.set(origin, text)),
  }
  const logs = [record.content.key]
  const witness = new Witness({ signer, logs, state, now: () => 1_700_000_000_000 })
  const http = {
    post: (_: string, text: string) => witness.addCheckpoint(text),
    get: () => Promise.resolve({ status: 404, body: '' }),
  }
  const policy = parsePolicy(
    [
      `log ${formatVerifierKey(record.content.key)}`,
      `witness w ${formatVerifierKey(signer.key)} https://w.example`,
      'quorum w',
    ].join('\n'),
  )
  let size = 0
  for (const count of [3, 300, 1, 256, 700]) {
    /* oxlint-disable no-await-in-loop -- one after the other */
    const witnesses = await openWitnesses(record, policy, { http })
    await record.append(looks(size, count), 1_700_000_000_000)
    size += count
    assert.equal(await witnesses.cosign(), true)
    assert.equal(witnessedBy(record.content, policy)?.head.size, size)
    await record.close()
    record = await KeyRecord.open(folder)
    assert.equal(witnessedBy(record.content, policy)?.head.size, size)
    /* oxlint-enable no-await-in-loop */
  }
  await record.close()
})
