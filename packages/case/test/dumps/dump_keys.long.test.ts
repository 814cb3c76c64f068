import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { custody } from '../../src/dumps/custody.ts'
import {
  type DumpKey,
  type DumpScan,
  dumpScans,
  keepScan,
  scansMark,
} from '../../src/dumps/dump_scans.ts'
import { type FileUse, fileUse, keysFound } from '../../src/dumps/keys_found.ts'
import { unknownsOf } from '../unknowns/unknowns_of.ts'
import {
  access,
  fill,
  guid,
  hour,
  type OpenWorld,
  openWorld,
  type Row,
  unissued,
} from '../world.ts'

const SHA = 'ab'.repeat(32)
const OTHER_SHA = 'cd'.repeat(32)
const SITE = 'https://example.sharepoint.example.com/dumps'

const key = (spkiSha256: string, more: Partial<DumpKey> = {}): DumpKey => ({
  spkiSha256,
  jwkThumbprint: 'thumb',
  kind: 'rsa',
  bits: 2048,
  note: '',
  kid: 'key-1',
  subject: 'CN=Signing',
  notAfter: '2021-04-04T14:43:35.000Z',
  encodings: [
    {
      encoding: 'pem',
      locations: 2,
      offset: 4096,
      address: '0x1000',
      owner: 'stack 7',
      verification: 'n = p·q',
    },
    {
      encoding: 'pkcs8',
      locations: 1,
      offset: 9000,
      address: null,
      owner: null,
      verification: 'n = p·q',
    },
  ],
  ...more,
})
const LEAKED = key('11'.repeat(32))
const scan = (sha256: string, more: Partial<DumpScan> = {}): DumpScan => ({
  sha256,
  given: 'g1',
  container: 'elf-core',
  scannedBytes: 4096,
  keys: [LEAKED],
  otherKeys: 0,
  limits: [],
  ...more,
})

const dumpFile = (evidenceId: number, path: string, sha256 = SHA): Row => ({
  evidence_id: evidenceId,
  path,
  sha256,
  shape: 'memory-dump',
})
const touch = (at: number, principal: string, fields: Row = {}): Row =>
  access(at, {
    service: 'SharePoint',
    operation: 'FileDownloaded',
    principal,
    object_path: `${SITE}/Sign-2021.core`,
    object_name: 'Sign-2021.core',
    token_state: 'present',
    ...fields,
  })
const thief = touch(5, 'eng@example.org', { token_id: guid(1) })
const again = touch(6, 'eng@example.org', { token_id: guid(1) })
const colleague = touch(7, 'ops@example.org', { token_id: guid(2) })
const bystander = touch(8, 'ops@example.org', {
  object_path: `${SITE}/not-Sign-2021.core`,
  object_name: 'not-Sign-2021.core',
})
const forged = access(9, {
  token_id: guid(3),
  token_state: 'present',
  principal: 'ann@example.org',
})

const iso = (at: number) => `${hour(at).replace(' ', 'T')}Z`
const USE: FileUse = {
  by: 'name',
  accesses: 3,
  principals: 2,
  suspect: 2,
  established: 2,
  people: [
    {
      principal: 'eng@example.org',
      verdict: 'issued',
      hunts: ['h'],
      accesses: 2,
      first: iso(5),
      last: iso(6),
    },
    {
      principal: 'ops@example.org',
      verdict: 'issued',
      hunts: [],
      accesses: 1,
      first: iso(7),
      last: iso(7),
    },
  ],
}

let world: OpenWorld
before(async () => {
  world = await openWorld()
})
after(() => world.close())

/** Fills the case with accesses and dumps, and keeps the scans. */
async function given(
  evidence: readonly Row[],
  scans: readonly DumpScan[],
  rows: readonly Row[] = [thief, again, colleague, bystander],
): Promise<void> {
  await fill(world.session, {
    access: rows,
    evidence,
    hits: new Map(
      rows.flatMap((row) => (row === thief || row === again ? [[row, 'replayed']] : [])),
    ),
    verdicts: new Map(rows.includes(forged) ? unissued(forged) : []),
  })
  // oxlint-disable-next-line no-await-in-loop -- a later scan takes the place of an earlier one
  for (const one of scans) await keepScan(world.session, one)
}

const codes = async () => (await unknownsOf(world.session)).map(({ code }) => code)
const OF_DUMPS = /^(dump|key)-/
const ofDumps = async () => (await codes()).filter((code) => OF_DUMPS.test(code))

describe('scans of dumps', () => {
  it('are stored as they are given, whatever their text', async () => {
    const odd = scan(SHA, {
      limits: ['tab\there', "quote ' and \\n back\\slash", 'line\nbreak', ''],
    })
    await given([], [odd])
    assert.deepEqual(await dumpScans(world.session), [odd])
  })

  it('take the place of an earlier one of the same dump', async () => {
    await given([], [scan(SHA), scan(OTHER_SHA), scan(SHA, { given: 'g2', keys: [] })])
    const found = await dumpScans(world.session)
    assert.deepEqual(
      found.map(({ sha256, given: mark, keys }) => [sha256, mark, keys.length]),
      [
        [SHA, 'g2', 0],
        [OTHER_SHA, 'g1', 1],
      ],
    )
  })

  it('are read as earlier versions stored them', async () => {
    const now = scan(SHA, { limits: ['a text with "form": in it'] })
    const keys = now.keys.map(({ encodings, ...rest }) => ({
      ...rest,
      forms: encodings.map(({ encoding, locations, verification, ...same }) => ({
        ...same,
        form: encoding,
        places: locations,
        proof: verification,
      })),
    }))
    await given([], [Object.assign({}, now, { keys })])
    assert.deepEqual(await dumpScans(world.session), [now])
  })

  it('change the mark that a stored answer depends on, and nothing else does', async () => {
    await given([dumpFile(1, 'a/Sign-2021.core')], [])
    assert.equal(await scansMark(world.session), '')
    await keepScan(world.session, scan(SHA))
    const mark = await scansMark(world.session)
    assert.notEqual(mark, '')
    await keepScan(world.session, scan(SHA))
    assert.equal(await scansMark(world.session), mark)
    await keepScan(world.session, scan(SHA, { keys: [] }))
    assert.notEqual(await scansMark(world.session), mark)
  })
})

describe('a key that was found', () => {
  it('has its file, its encodings, its copies and who accessed that file', async () => {
    await given([dumpFile(1, 'in/dumps/sign-2021.CORE')], [scan(SHA)])
    const { jwkThumbprint, note: _, encodings, ...rest } = LEAKED
    assert.deepEqual(await keysFound(world.session), [
      {
        ...rest,
        jwkThumbprint,
        note: null,
        dumps: [
          {
            files: ['in/dumps/sign-2021.CORE'],
            sha256: SHA,
            container: 'elf-core',
            copies: 3,
            encodings,
            accessed: USE,
          },
        ],
      },
    ])
  })

  it('is one key in however many dumps, and a dump one entry under however many names', async () => {
    const evidence = [
      dumpFile(1, 'a.core'),
      dumpFile(2, 'x.zip!copies/b.core'),
      dumpFile(3, 'c.core', OTHER_SHA),
    ]
    await given(evidence, [
      scan(SHA),
      scan(OTHER_SHA, { keys: [key(LEAKED.spkiSha256, { kid: '' })] }),
    ])
    const found = await keysFound(world.session)
    assert.deepEqual(
      found.map(({ kid, dumps }) => [kid, dumps.map(({ files }) => files)]),
      [['key-1', [['a.core', 'x.zip!copies/b.core'], ['c.core']]]],
    )
  })
})

describe('keys that were found', () => {
  it('are ordered: named keys, nameless keys, published keys', async () => {
    const nameless = { kid: '', subject: '', notAfter: null }
    const keys = [
      key('22'.repeat(32), { note: 'self-test' }),
      key('33'.repeat(32), nameless),
      LEAKED,
    ]
    await given([dumpFile(1, 'a.core')], [scan(SHA, { keys })])
    const found = await keysFound(world.session)
    assert.deepEqual(
      found.map(({ spkiSha256, kid, subject }) => [spkiSha256.slice(0, 2), kid, subject]),
      [
        ['11', 'key-1', 'CN=Signing'],
        ['33', null, null],
        ['22', 'key-1', 'CN=Signing'],
      ],
    )
  })
})

describe('custody of a dump that holds a key', () => {
  it('names the key, by the name of the file and not by a part of it', async () => {
    await given([dumpFile(1, 'in/sign-2021.core')], [scan(SHA)])
    const found = await custody(world.session, { artefact: 'sign-2021' })
    assert.deepEqual(
      found.map(({ artefact, keys }) => [artefact, keys]),
      [
        ['Sign-2021.core', [{ spkiSha256: LEAKED.spkiSha256, kid: 'key-1' }]],
        ['not-Sign-2021.core', []],
      ],
    )
  })
})

describe('a dump that is packed', () => {
  it('is the one that records name unpacked, and the other way round', async () => {
    const packed = touch(7, 'ops@example.org', {
      token_id: guid(2),
      object_path: `${SITE}/Sign-2021.core.gz`,
      object_name: 'Sign-2021.core.gz',
    })
    for (const name of ['Sign-2021.core.zst', 'sign-2021.core', 'SIGN-2021.CORE.GZ']) {
      // oxlint-disable-next-line no-await-in-loop -- one case
      await given([dumpFile(1, `in/${name}`)], [scan(SHA)], [thief, again, packed, bystander])
      // oxlint-disable-next-line no-await-in-loop -- one case
      assert.deepEqual((await keysFound(world.session))[0]?.dumps[0]?.accessed, USE)
      // oxlint-disable-next-line no-await-in-loop -- one case
      const held = (await custody(world.session, {})).filter(({ keys }) => keys.length > 0)
      assert.deepEqual(
        held.map(({ artefact }) => artefact),
        ['Sign-2021.core', 'Sign-2021.core.gz'],
      )
    }
  })
})

describe('the use of a file', () => {
  it('is by hash where a log gives it, whatever the name', async () => {
    const hashed = touch(3, 'x@example.org', { object_name: 'renamed.bin', object_hash: SHA })
    await given([], [], [hashed, thief])
    const found = await fileUse(world.session, SHA, ['Sign-2021.core'])
    assert.deepEqual(
      [found?.by, found?.accesses, found?.people[0]?.principal],
      ['hash', 1, 'x@example.org'],
    )
  })

  it('is undefined where no record names the file', async () => {
    await given([], [])
    assert.equal(await fileUse(world.session, SHA, ['sign-2021', "' OR 1=1 --"]), undefined)
  })
})

describe('what dumps leave open', () => {
  it('is nothing where a dump was searched and holds no key', async () => {
    await given([dumpFile(1, 'a.core')], [scan(SHA, { keys: [] })])
    assert.deepEqual(await ofDumps(), [])
  })

  it('is a dump that was not searched', async () => {
    await given(
      [dumpFile(1, 'a.core'), dumpFile(2, 'b.core', OTHER_SHA)],
      [scan(OTHER_SHA, { keys: [] })],
    )
    assert.deepEqual(await ofDumps(), ['dump-not-scanned'])
    const found = (await unknownsOf(world.session)).find(({ code }) => OF_DUMPS.test(code))
    assert.match(found?.text ?? '', /^1 memory dump \(a\.core\)/)
  })

  it('is what a search left out', async () => {
    await given(
      [dumpFile(1, 'a.core')],
      [scan(SHA, { keys: [], limits: ['one part could not be read'] })],
    )
    assert.deepEqual(await ofDumps(), ['dump-scan-cut'])
  })

  it('is who had a key in a file that no record names', async () => {
    await given([dumpFile(1, 'elsewhere.core')], [scan(SHA)])
    assert.deepEqual(await ofDumps(), ['key-holders-unknown'])
    assert.equal((await keysFound(world.session))[0]?.dumps[0]?.accessed, null)
  })

  it('is whether unissued tokens were signed with a key that was found', async () => {
    await given([dumpFile(1, 'sign-2021.core')], [scan(SHA)], [thief, forged])
    assert.deepEqual(await ofDumps(), ['key-use-unknown'])
    await given([dumpFile(1, 'sign-2021.core')], [scan(SHA)], [thief])
    assert.deepEqual(await ofDumps(), [])
  })

  it('is nothing of a key that is published for tests', async () => {
    const published = key('44'.repeat(32), { note: 'self-test' })
    await given([dumpFile(1, 'elsewhere.core')], [scan(SHA, { keys: [published] })], [forged])
    assert.deepEqual(await ofDumps(), [])
  })
})
