import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { bytesSource, openDump } from '@mintmark/dump'
import { noise } from '@mintmark/testkit/noise'
import { COST_PER_BYTE } from '../src/anchors/anchor_budget.ts'
import { planWindows, type Run, runsOf } from '../src/anchors/scan_plan.ts'
import { PackedList } from '../src/embedded/scan_packed.ts'
import { SearchThreads } from '../src/engine/pool.ts'
import { ANCHORS, scannerFor } from '../src/engine/scanner_task.ts'
import type { SearchedFile } from '../src/engine/search_file.ts'
import { searchWindow } from '../src/engine/window_result.ts'
import type { Finding } from '../src/findings/finding.ts'
import { openInput } from '../src/memory/scan_input.ts'
import { type Outcome, Passes } from '../src/passes.ts'
import { KnownKeys } from '../src/report/known_keys.ts'
import { RawFindingList } from '../src/report/raw_findings.ts'
import { LimitList, type ScanLimit } from '../src/report/scan_limits.ts'
import { DER_SAMPLES, spkiOf } from './detectors/binary/der_world.ts'
import { BINARY_SPELLINGS, idOf } from './detectors/binary/spelled_binary.ts'
import { TEXT_SPELLINGS } from './detectors/text/spelled_text.ts'
import { FLOODS } from './flood_world.ts'

const folder = mkdtempSync(join(tmpdir(), 'mintmark-floods-'))
after(() => rmSync(folder, { recursive: true }))

const LENGTH = 256 << 10
const hashKey = new Uint8Array(32)

function scanned(
  bytes: Buffer,
  runs: readonly Run[] = [{ offset: 0, length: bytes.length, isAligned: true }],
): { cost: number; limits: readonly string[] } {
  const [window] = planWindows(runs)
  assert.ok(window)
  const result = searchWindow(scanner, bytesSource(bytes), window, hashKey)
  return {
    cost: scanner.lastCost,
    limits: result.limits.map(({ code, name }) => `${code} ${name}`),
  }
}

const scanner = scannerFor({ kind: 'encodings', isDeep: false })

describe('a flood costs no more than its bytes bring', () => {
  // Once all is used up each anchor may have an equal part. A probe that has begun is ended: up to 128 Ki letters, their
  // layers, and the keys in these.
  const most = 2 * COST_PER_BYTE * LENGTH + 6_000_000
  for (const { name, make } of FLOODS) {
    it(name, () => {
      const { cost, limits } = scanned(make(LENGTH))
      assert.ok(cost <= most, `${cost} ns, ${(cost / LENGTH).toFixed(1)} a byte`)
      for (const limit of limits) assert.match(limit, /^(anchor-flood|search-cut|many-hits) /)
      if (cost > COST_PER_BYTE * LENGTH) assert.notEqual(limits.length, 0)
    })
  }
})

describe('a flood in pieces of memory costs no more than one without borders', () => {
  const most = 2 * COST_PER_BYTE * LENGTH + 1_000_000
  const PIECE = 512
  const chosen = FLOODS.filter(({ name }) => /^(damaged )?keys: (JWK|PEM 0) of|^"kty"/.test(name))
  assert.ok(chosen.length > 3)
  for (const { name, make } of chosen) {
    it(name, () => {
      const runs = Array.from({ length: LENGTH / PIECE }, (_, i) => {
        const address = BigInt(2 * i * PIECE)
        return { offset: i * PIECE, length: PIECE, address, isAligned: true }
      })
      const { cost } = scanned(make(LENGTH), runs)
      assert.ok(cost <= most, `${cost} ns, ${(cost / LENGTH).toFixed(1)} a byte`)
    })
  }
})

/** Keys of every encoding, each once, with some room between them. */
function oneOfEach(): { bytes: Buffer; ids: ReadonlySet<string> } {
  const keys = [
    ...DER_SAMPLES.map((sample) => ({ bytes: sample.der, id: spkiOf(sample) })),
    ...BINARY_SPELLINGS.map(({ bytes, pair }) => ({ bytes, id: idOf(pair) })),
    ...TEXT_SPELLINGS.map(({ text, key }) => ({ bytes: Buffer.from(text), id: key.spkiSha256 })),
  ]
  const room = noise(8192, 'room')
  return {
    bytes: Buffer.concat(keys.flatMap(({ bytes }) => [room, bytes, Buffer.alloc(64)])),
    ids: new Set(keys.map(({ id }) => id)),
  }
}

/** Every anchor in turn, each followed by some noise. */
function allAnchors(length: number): Buffer {
  const unit = Buffer.concat(
    ANCHORS.flatMap(({ name, pattern }) => [Buffer.from(pattern), noise(48, name)]),
  )
  return Buffer.alloc(length, unit)
}

/** What the first pass finds, the keys that it learns among it. */
async function formsIn(
  path: string,
  threads?: number,
): Promise<{ findings: readonly Finding[]; limits: readonly ScanLimit[]; keys: unknown }> {
  const input = { kind: 'file', path } as const
  const source = openInput(input)
  const searchThreads = new SearchThreads({ input, hashKey })
  try {
    const dump = openDump(source)
    const limits = new LimitList()
    const keys = new KnownKeys([])
    const outcome: Outcome = {
      limits,
      rawFindings: new RawFindingList(limits),
      keys,
      packed: new PackedList(),
      scannedBytes: 0,
      unpackedBytes: 0,
    }
    const data = [{ offset: 0, length: source.size }]
    const runs = runsOf(dump)
    const { vectorRegisters, wideRegisters } = dump
    const searched = { source, runs, vectorRegisters, wideRegisters, data, hashKey }
    const file: SearchedFile = { ...searched, threads: searchThreads }
    await new Passes(file, threads === undefined ? {} : { threads }, outcome).allEncodings()
    const findings = outcome.rawFindings.findings('file', dump)
    return { findings, limits: limits.list(), keys: keys.all.map(({ keyId }) => keyId) }
  } finally {
    await searchThreads.close()
    source.close()
  }
}

describe('keys outside of a flood are found in the file of the flood', () => {
  const real = oneOfEach()
  const size = 6 << 20
  const chosen = FLOODS.filter(({ name }) =>
    /^(sec1|pkcs8|pkcs1|pem|jwk|libgcrypt-n) one after|^damaged keys: (PEM 0 of rsa-2048|prime256v1 in sec1)$|^keys: (JWK of ed448|DH in pkcs8)$|^nested DER$|kty":"RSA/.test(
      name,
    ),
  )
  for (const { name, make } of [{ name: 'every anchor', make: allAnchors }, ...chosen]) {
    it(name, async () => {
      const file = join(folder, 'flood')
      writeFileSync(file, Buffer.concat([make(size), real.bytes, make(size)]))
      const { findings } = await formsIn(file)
      const found = new Set(
        findings.flatMap(({ keyId, offset }) =>
          offset >= size && offset < size + real.bytes.length ? (keyId?.spkiSha256 ?? []) : [],
        ),
      )
      for (const id of real.ids) assert.ok(found.has(id), `${found.size} of ${real.ids.size} keys`)
    })
  }
})

it('the same bytes give the same report, however many threads there are', async () => {
  const size = 6 << 20
  const file = join(folder, 'same')
  const floods = FLOODS.filter(({ name }) => /^(keys|damaged keys): (PEM|JWK|RSA-2048)/.test(name))
  const all = floods.map(({ make }) => make(size / 4))
  writeFileSync(file, Buffer.concat([allAnchors(size), ...all, oneOfEach().bytes]))
  const reports = await Promise.all([1, 2, 2].map((threads) => formsIn(file, threads)))
  assert.ok(reports[0]?.limits.length)
  for (const report of reports.slice(1)) assert.deepEqual(report, reports[0])
})
