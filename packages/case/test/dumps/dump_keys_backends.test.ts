import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type DumpScan, dumpScans, keepScan, scansMark } from '../../src/dumps/dump_scans.ts'
import { keysFound } from '../../src/dumps/keys_found.ts'
import { openCase } from '../../src/store/case.ts'
import { backends } from '../backends.ts'
import { access, fill } from '../world.ts'

const SHA = 'ab'.repeat(32)
const long = 'x'.repeat(100_000)
const scan = (verification: string): DumpScan => ({
  sha256: SHA,
  given: 'g',
  container: 'elf-core',
  scannedBytes: 1,
  otherKeys: 0,
  limits: ["tab\t line\n back\\slash \\N 'quoted' é 会", long],
  keys: [
    {
      spkiSha256: '11'.repeat(32),
      jwkThumbprint: '',
      kind: 'rsa',
      bits: 2048,
      note: '',
      kid: 'k',
      subject: '',
      notAfter: null,
      encodings: [
        {
          encoding: 'pem',
          locations: 1,
          offset: 2 ** 40,
          address: null,
          owner: null,
          verification,
        },
      ],
    },
  ],
})

for (const backend of backends)
  describe(`scans of dumps in ${backend.name}`, { skip: backend.skip ?? false }, () => {
    it('are stored, the last one of a dump counts, and keys have the use of its file', async () => {
      const place = await backend.start()
      const opened = await openCase(place.location)
      const { session } = opened
      try {
        const touch = access(1, {
          object_path: '/d/A.core',
          object_name: 'A.core',
          principal: 'eve',
        })
        const evidence = [{ evidence_id: 1, path: 'in/a.core', sha256: SHA, shape: 'memory-dump' }]
        await fill(session, { access: [touch], evidence })
        assert.deepEqual([await dumpScans(session), await scansMark(session)], [[], ''])
        await keepScan(session, scan('first'))
        await keepScan(session, scan('last'))
        assert.deepEqual(await dumpScans(session), [scan('last')])
        const [key, ...others] = await keysFound(session)
        assert.equal(others.length, 0)
        const [found] = key?.dumps ?? []
        assert.equal(found?.encodings[0]?.verification, 'last')
        assert.deepEqual(
          found.accessed?.people.map(({ principal, accesses }) => [principal, accesses]),
          [['eve', 1]],
        )
      } finally {
        await opened.close()
        await place.stop()
      }
    })
  })
