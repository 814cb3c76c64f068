/** Nobody rewrites a record without a reader seeing it. */
import assert from 'node:assert/strict'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { diskFiles } from '@mintmark/ledger/log'
import { KeyRecord } from '../src/index.ts'
import type { Seen } from '../src/sources/seen.ts'
import { ecKey, ecPair, jwks, scratch } from './made_keys.ts'

const DAY_MS = 86_400_000
const START = Date.parse('2023-05-01T00:00:00Z')
const look = (days: number, body: Buffer): Seen => ({
  document: 'https://id.example.org/keys',
  atMs: START + days * DAY_MS,
  clock: 'fetched',
  outcome: 'read',
  status: 200,
  headers: { etag: '"1"' },
  chain: ['00'.repeat(32)],
  body,
})

const [first, second] = [jwks(ecKey('a')), jwks(ecKey('a'), ecKey('b'))]

async function recorded(
  name: string,
): Promise<{ folder: string; head: KeyRecord['content']['head'] }> {
  const folder = path.join(scratch(name), 'keys')
  const record = await KeyRecord.open(folder)
  await record.append([look(0, first), look(1, second)], START)
  await record.append([look(2, second)], START)
  const { head } = record.content
  await record.close()
  return { folder, head }
}

describe('a record', () => {
  it('gives back what was seen, with the bytes of each document', async () => {
    const { folder } = await recorded('whole')
    const content = await KeyRecord.read(folder)
    const [one, two, three] = content.observations
    assert.ok(one !== undefined && two !== undefined && three !== undefined)
    assert.equal(content.observations.length, 3)
    assert.equal(content.unsignedBytes, 0)
    assert.deepEqual(one.chain, ['00'.repeat(32)])
    assert.deepEqual(await content.bodyOf(one), first)
    assert.deepEqual(await content.bodyOf(three), second)
    assert.equal(two.stored, three.stored)
  })

  it('fails where any byte of its lines, head, key or documents is another one', async () => {
    const { folder } = await recorded('tampered')
    const bodies = readdirSync(path.join(folder, 'bodies')).map((name) => `bodies/${name}`)
    assert.equal(bodies.length, 2)
    for (const name of ['observations', 'checkpoint', 'key', ...bodies]) {
      const file = path.join(folder, name)
      const whole = readFileSync(file)
      // Each byte of the small files; of the lines every third, which hits each member.
      const step = name === 'observations' ? 3 : 1
      for (let at = 0; at < whole.length; at += step) {
        const altered = Buffer.from(whole)
        altered[at] = (altered[at] ?? 0) ^ 1
        writeFileSync(file, altered)
        // oxlint-disable-next-line no-await-in-loop -- one file is altered at a time
        await assert.rejects(readAll(folder), { name: 'MintmarkError' }, `${name} at ${at}`)
      }
      writeFileSync(file, whole)
    }
    await readAll(folder)
  })

  it('fails where a line is missing, moved or put in', async () => {
    const { folder } = await recorded('lines')
    const file = path.join(folder, 'observations')
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
    const [a = '', b = '', c = ''] = lines
    for (const other of [[a, c], [b, a, c], [a, a, b, c], [a, b], []]) {
      writeFileSync(file, other.map((line) => `${line}\n`).join(''))
      // oxlint-disable-next-line no-await-in-loop -- one file is altered at a time
      await assert.rejects(KeyRecord.read(folder), { code: 'LEDGER_DAMAGED' })
    }
  })
})

describe('a record that is not the one that was kept', () => {
  it('is behind where an older copy, or one of another key, replaced it', async () => {
    const { folder, head } = await recorded('older')
    const copy = `${folder}-older`
    cpSync(folder, copy, { recursive: true })
    const record = await KeyRecord.open(folder)
    await record.append([look(3, first)], START)
    const newer = record.content.head
    await record.close()
    await KeyRecord.read(folder, { seen: [head, newer] })
    await assert.rejects(KeyRecord.read(copy, { seen: [newer] }), { code: 'LEDGER_BEHIND' })
    const { folder: forged } = await recorded('forged')
    await assert.rejects(KeyRecord.read(forged, { seen: [newer] }), { code: 'LEDGER_BEHIND' })
  })

  it('is behind where its own key signed another past', async () => {
    const { folder } = await recorded('fork')
    const fork = `${folder}-fork`
    cpSync(folder, fork, { recursive: true })
    const [record, other] = [await KeyRecord.open(folder), await KeyRecord.open(fork)]
    await record.append([look(3, first)], START)
    await other.append([look(3, second), look(4, second)], START)
    await Promise.all([record.close(), other.close()])
    await KeyRecord.read(fork)
    await assert.rejects(KeyRecord.read(fork, { seen: [record.content.head] }), {
      code: 'LEDGER_BEHIND',
    })
  })
})

describe('a record that goes on', () => {
  it('reports an append that never ended, and goes on without it', async () => {
    const { folder } = await recorded('torn')
    const file = path.join(folder, 'observations')
    const whole = readFileSync(file)
    writeFileSync(file, Buffer.concat([whole, Buffer.from('{"schema":"mintm')]))
    const content = await KeyRecord.read(folder)
    assert.deepEqual([content.observations.length, content.unsignedBytes], [3, 16])
    const record = await KeyRecord.open(folder)
    await record.append([look(3, first)], START)
    await record.close()
    const after = await KeyRecord.read(folder)
    assert.deepEqual([after.observations.length, after.unsignedBytes], [4, 0])
  })
})

describe('a folder of a record', () => {
  it('is refused where its folder cannot be made or read', async () => {
    const file = path.join(scratch('file'), 'file')
    writeFileSync(file, '')
    await assert.rejects(KeyRecord.open(path.join(file, 'keys')), { code: 'OUTPUT_UNWRITABLE' })
    const strange = scratch('strange')
    writeFileSync(path.join(strange, 'notes.txt'), '')
    await assert.rejects(KeyRecord.open(strange), { code: 'OUTPUT_EXISTS' })
    assert.deepEqual(readdirSync(strange), ['notes.txt'])
    const { folder } = await recorded('folder')
    rmSync(path.join(folder, 'observations'))
    mkdirSync(path.join(folder, 'observations'))
    await assert.rejects(KeyRecord.read(folder), { code: 'INPUT_UNREADABLE' })
  })
})

describe('a start that fails', () => {
  it('leaves a folder that can be begun again', async () => {
    const folder = path.join(scratch('begun'), 'keys')
    for (const name of ['checkpoint.new', 'key.new']) {
      const files = {
        ...diskFiles,
        write: async (place: string, bytes: Uint8Array) => {
          if (place.endsWith(name)) throw Object.assign(new Error('full'), { code: 'ENOSPC' })
          await diskFiles.write(place, bytes)
        },
      }
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await assert.rejects(KeyRecord.open(folder, { files }), { code: 'DISK_FULL' })
    }
    const record = await KeyRecord.open(folder)
    await record.append([look(0, first)], START)
    await record.close()
    assert.equal((await KeyRecord.read(folder)).observations.length, 1)
  })
})

describe('a full disk', () => {
  it('loses nothing that was acknowledged where a later append fails', async () => {
    const { folder } = await recorded('failing')
    const disk = { full: new Set<string>() }
    const files = {
      ...diskFiles,
      write: async (place: string, bytes: Uint8Array) => {
        if (disk.full.has('now')) throw Object.assign(new Error('full'), { code: 'ENOSPC' })
        await diskFiles.write(place, bytes)
      },
    }
    const record = await KeyRecord.open(folder, { files })
    disk.full.add('now')
    await assert.rejects(record.append([look(3, first)], START), { code: 'DISK_FULL' })
    disk.full.clear()
    await assert.rejects(record.append([look(3, first)], START), { code: 'LEDGER_FAILED' })
    await record.close()
    assert.equal((await KeyRecord.read(folder)).observations.length, 3)
    const again = await KeyRecord.open(folder)
    await again.append([look(4, first)], START)
    await again.close()
    const { observations, unsignedBytes } = await KeyRecord.read(folder)
    assert.deepEqual([observations.length, unsignedBytes], [4, 0])
  })
})

describe('a record and its key', () => {
  it('is not written by two at once', async () => {
    const { folder } = await recorded('busy')
    const record = await KeyRecord.open(folder)
    await assert.rejects(KeyRecord.open(folder), { code: 'LEDGER_BUSY' })
    await record.close()
    await (await KeyRecord.open(folder)).close()
  })

  it('is not gone on with under another key', async () => {
    const [{ folder }, other] = [await recorded('own-key'), await recorded('other-key')]
    cpSync(path.join(other.folder, 'private'), path.join(folder, 'private'), { recursive: true })
    await assert.rejects(KeyRecord.open(folder), { code: 'LEDGER_INVALID' })
    await readAll(folder)
  })

  it('is missing where there is none, and is not made anew without its key', async () => {
    await assert.rejects(KeyRecord.read(scratch('none')), { code: 'LEDGER_MISSING' })
    const { folder } = await recorded('keyless')
    rmSync(path.join(folder, 'key'))
    await assert.rejects(KeyRecord.open(folder), { code: 'LEDGER_DAMAGED' })
  })

  it('keeps no private member that was published, and says that it was there', async () => {
    const folder = path.join(scratch('private'), 'keys')
    const { jwk, privateJwk } = ecPair('leaked')
    const secret = String(privateJwk['d'])
    const begin = '-----BEGIN PRIVATE KEY-----'
    const pem = `${begin}\n${secret}\n-----END PRIVATE KEY-----\n`
    const published = [
      jwks(privateJwk),
      Buffer.from(pem),
      Buffer.from(`\ufeff${jwks(privateJwk).toString()}`),
      Buffer.from(JSON.stringify({ keys: [{ ...privateJwk, kty: undefined }, jwk] })),
      jwks({ ...jwk, pem }),
      Buffer.from(`{"keys":[${JSON.stringify(privateJwk)}],"keys":[${JSON.stringify(jwk)}]}`),
      Buffer.from(`${begin}\n${secret}`),
    ]
    const record = await KeyRecord.open(folder)
    await record.append(
      published.map((body, at) => look(at, body)),
      START,
    )
    await record.close()
    for (const name of readdirSync(path.join(folder, 'bodies')))
      assert.ok(!readFileSync(path.join(folder, 'bodies', name), 'utf8').includes(secret))
    assert.ok(!readFileSync(path.join(folder, 'observations'), 'utf8').includes(secret))
    for (const each of (await KeyRecord.read(folder)).observations)
      assert.notEqual(each.sha256, each.stored)
  })
})

/** Reads the record and every document that it names. */
async function readAll(folder: string): Promise<void> {
  const { observations, bodyOf } = await KeyRecord.read(folder)
  for (const each of observations) {
    // oxlint-disable-next-line no-await-in-loop -- the first that fails ends it
    await bodyOf(each)
  }
}
