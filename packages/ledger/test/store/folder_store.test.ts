import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { openFolderLedger } from '../../src/home/ledger_home.ts'
import { auditLedger, createFolderLedger, logPolicy } from '../../src/index.ts'
import { diskFiles, readText, replaceDurably } from '../../src/store/files.ts'
import { newLedger, readerOf, useStore } from '../tested_store.ts'
import { ISSUER, issuance } from '../tokens.ts'

useStore(createFolderLedger)
await import('./store_contract.ts')

const scratch = mkdtempSync(join(tmpdir(), 'mintmark-folder-'))
after(() => rmSync(scratch, { recursive: true, force: true }))

let made = 0
const newFolder = () => newLedger(join(scratch, String(made++)))
const open = (folder: string) => openFolderLedger(folder, { now: Date.now })

describe('an opening of a folder', () => {
  it('is refused where there is no ledger, or none that can be read', async () => {
    await assert.rejects(open(join(scratch, 'nowhere')), { code: 'LEDGER_MISSING' })
    const folder = await newFolder()
    await replaceDurably(diskFiles, join(folder, 'public/ledger.json'), Buffer.from('{}'))
    await assert.rejects(open(folder), { code: 'LEDGER_INVALID' })
  })

  it('signs a description that is edited, or of an earlier version', async () => {
    const folder = await newFolder()
    const at = join(folder, 'public/ledger.json')
    const text = await readText(diskFiles, at)
    const lines = text?.replace('3600', '7200').split('\n') ?? []
    const unsigned = lines.filter((line) => !line.includes('"signature"')).join('\n')
    await replaceDurably(diskFiles, at, Buffer.from(unsigned.replace('null,', 'null')))
    await (await open(folder)).close()
    const reader = await readerOf(folder)
    assert.equal(reader.description.maxLifetimeMs, 7_200_000)
    assert.ok(reader.isSignedBy(logPolicy(reader.description.key)))
  })

  it('is refused where an entry that it has to read was changed in the published files', async () => {
    const folder = await newFolder()
    const ledger = await open(folder)
    await Promise.all(Array.from({ length: 700 }, () => ledger.append(issuance())))
    await ledger.close()
    await (await open(folder)).close()
    const reader = await readerOf(folder)
    const shard = (await reader.newest('agency')) ?? ''
    await diskFiles.remove(join(folder, 'private/live'))
    for (const [bundle, byte] of [
      ['000', 20_000],
      ['001', 9],
    ] as const) {
      const at = join(folder, 'public', shard, 'tile/entries', bundle)
      const whole = Buffer.from((await diskFiles.read(at)) ?? [])
      const changed = Buffer.from(whole)
      // In the token id or the hash of an entry, or anywhere in it.
      changed.writeUInt8(changed.readUInt8(byte) ^ 1, byte)
      await replaceDurably(diskFiles, at, changed)
      await assert.rejects(open(folder), { code: 'LEDGER_DAMAGED' })
      await replaceDurably(diskFiles, at, whole)
    }
    await (await open(folder)).close()
  })

  it('is refused with a journal that is damaged before its end', async () => {
    const folder = await newFolder()
    const ledger = await open(folder)
    await ledger.append(issuance())
    await ledger.append(issuance())
    // As a crash leaves it: nothing is tidied up.
    const journal = join(folder, 'private/journal')
    const [name = ''] = (await diskFiles.list(journal)).slice(-1)
    const segment = Buffer.from((await diskFiles.read(join(journal, name))) ?? [])
    await ledger.close()
    const at = segment.indexOf(ISSUER)
    segment[at] = (segment[at] ?? 0) ^ 1
    for (const old of await diskFiles.list(journal)) await diskFiles.remove(join(journal, old))
    await diskFiles.write(join(journal, name), segment)
    await assert.rejects(open(folder), { code: 'LEDGER_DAMAGED' })
  })
})

it('entries that are gone before their time are found out', async () => {
  const DAY = 86_400_000
  const start = Date.parse('2026-11-20T12:00:00Z')
  const folder = await newLedger(join(scratch, 'gone'), { retentionDays: 2 })
  for (let day = 0; day < 3; day++) {
    const nowMs = start + day * DAY
    const ledger = await openFolderLedger(folder, { now: () => nowMs })
    await ledger.append(issuance({ iat: nowMs / 1000, exp: nowMs / 1000 + 600 }))
    await ledger.close()
  }
  const codes = async () => {
    const reader = await readerOf(folder)
    const policy = logPolicy(reader.description.key)
    const report = await auditLedger(reader, { policy, seen: [], nowMs: start + 2 * DAY })
    return report.findings.map(({ code }) => code)
  }
  const shard = join(folder, 'public/agency/2026-11-21')
  await diskFiles.remove(join(shard, 'tile'))
  assert.equal((await codes())[0], 'chain')
  await diskFiles.write(join(shard, 'pruned'), Buffer.from('now\n'))
  assert.deepEqual(await codes(), ['pruned'])
})
