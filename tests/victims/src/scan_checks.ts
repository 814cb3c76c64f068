/** What must hold of every victim's core: all that is there is found, where and as what it is. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { firstAligned, leftovers } from './leftovers.ts'
import type { Core, Piece } from './process/core_file.ts'
import { givenKeys, type HeldCore } from './process/held_core.ts'
import { type Scanned, scanned, type Told } from './scanned.ts'
import type { Hit } from './truth/exact_search.ts'

export interface Expected {
  /** Names of needles that such a process is known to hold; at least one place of each. */
  readonly encodings: readonly string[]
  /**
   * Whether the dump shows a public key, or a whole private one, so that none need be given.
   * `by-file`: only where a file of the key was not collected yet.
   */
  readonly isHarvestable: boolean | 'by-file'
  /** Keys of the program's own that are found besides: by kind, with what they are. */
  readonly alsoThere?: readonly { readonly kind: string; readonly why: string }[]
}

export function checkScan(held: () => HeldCore, expected: Expected): void {
  it(`holds ${expected.encodings.join(', ')}`, () => {
    const there = new Set(held().hits.map(({ needle }) => needle.name))
    assert.deepEqual(
      expected.encodings.filter((name) => !there.has(name)),
      [],
    )
  })

  it('is searched whole with its public key given', async () => {
    const scan = await scanned(held().core.path, ...givenKeys(held()))
    assertAllFound(held(), scan)
    assertNothingElse(held(), scan, expected)
    assertPlaces(held().core, [...scan.findings, ...scan.unverified])
  })

  const title = 'is searched whole without any key given'
  if (expected.isHarvestable !== false)
    it(title, async (test) => {
      if (expected.isHarvestable === 'by-file' && !held().hits.some(isFile)) {
        test.skip('no public key is in this core in an encoding that shows itself')
        return
      }
      const scan = await scanned(held().core.path)
      assertAllFound(held(), scan)
      assertNothingElse(held(), scan, expected)
    })
}

/** Every place of every private value lies within a verified finding of its key. */
function assertAllFound({ hits, truths }: HeldCore, { code, findings, absent }: Scanned): void {
  assert.equal(code, 1)
  const missed = truths.flatMap(({ keyId, needles }) => {
    const own = findings.filter((finding) => (finding.keyId ?? '') === keyId)
    assert.ok(own.length > 0, `nothing of key ${keyId}`)
    assert.ok(!absent.includes(keyId))
    return hits.filter(
      (hit) => needles.includes(hit.needle) && !own.some((one) => covers(one, hit)),
    )
  })
  assert.deepEqual(missed.map(placeOf), [])
}

const isFile = ({ needle }: Hit): boolean => /^(pkcs|pem$)/.test(needle.name)

const covers = (finding: Told, { needle, offset }: Hit): boolean =>
  finding.offset <= offset && offset + needle.bytes.length <= finding.offset + finding.length

export const placeOf = ({ needle, offset }: Hit): string => `${needle.name} at ${offset}`

/** What else is found is a random generator's, or a published test key. */
function assertNothingElse({ truths, hits }: HeldCore, scan: Scanned, expected: Expected): void {
  const known = new Set(truths.map(({ keyId }) => keyId))
  const others = scan.findings.filter(
    (finding) =>
      !(finding.keyId !== undefined && known.has(finding.keyId)) &&
      !(finding.keyId === undefined && hits.some((hit) => covers(finding, hit))) &&
      finding.note !== 'drbg' &&
      finding.note !== 'self-test' &&
      !(expected.alsoThere ?? []).some(({ kind }) => kind === finding.kind),
  )
  assert.deepEqual(others, [])
}

/** Addresses are those of the ELF headers, owners those that the kernel listed. */
export function assertPlaces({ loads, maps }: Core, findings: readonly Told[]): void {
  for (const { offset, address, owner } of findings) {
    const load = loads.find((one) => one.offset <= offset && offset < one.offset + one.length)
    if (load === undefined) continue
    const expected = load.address + BigInt(offset - load.offset)
    assert.equal(address, `0x${expected.toString(16)}`)
    const map = maps.find(({ from, to }) => from <= expected && expected < to)
    if (map?.name.startsWith('/') === true) assert.equal(owner, map.name)
    else if (map?.name === '[stack]') assert.notEqual(owner, undefined)
    else if (map?.name === '' || map?.name === '[heap]') assert.equal(owner, undefined)
  }
}

/** The independent test sees the key before; {@link leftovers} is what must find nothing after scrubbing. */
export function checkLeftovers(held: () => HeldCore, step: 1 | 8 = 8): void {
  it('gives its factors away to gcd over the windows around them', () => {
    const { pieces, core, truths, hits } = held()
    for (const { rsa, needles } of truths) {
      if (rsa === undefined) continue
      const wanted = hits.filter(
        ({ needle }) =>
          needles.includes(needle) && /^(p|q|p-1|q-1|R2 mod p|R2 mod q) le$/.test(needle.name),
      )
      const found = new Set(leftovers(around(wanted, pieces), core.loads, rsa.n, step))
      // Windows begin at multiples of the step alone.
      const visited = wanted.filter(({ offset }) => firstAligned(offset, core.loads) % step === 0)
      assert.deepEqual(visited.filter(({ offset }) => !found.has(offset)).map(placeOf), [])
    }
  })
}

/** Bytes on each side of a place that are looked at with it. */
const BESIDE = 4096

/** What lies around places: that a key is seen there needs no other windows of a core. */
function around(hits: readonly Hit[], pieces: readonly Piece[]): readonly Piece[] {
  return hits.flatMap((hit) =>
    pieces.flatMap(({ offset, bytes }) => {
      const at = hit.offset - offset
      if (at < 0 || at + hit.needle.bytes.length > bytes.length) return []
      const begin = Math.max(0, at - BESIDE)
      const end = at + hit.needle.bytes.length + BESIDE
      return [{ offset: offset + begin, bytes: bytes.subarray(begin, end) }]
    }),
  )
}
