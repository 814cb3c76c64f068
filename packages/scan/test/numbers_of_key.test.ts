/** What lies among the numbers of a proven key in DER is told once, and what lies beside them is not lost. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { bytesSource } from '@mintmark/dump'
import { withFirstUnits } from '../src/extra_units.ts'
import { planWindows, sizeOf } from '../src/scan_plan.ts'
import { scannerFor } from '../src/scanner_task.ts'
import type { Sighting } from '../src/sightings.ts'
import { searchWindow } from '../src/window_result.ts'
import { EC_SAMPLES, RSA_SAMPLES, sampleOf, spkiOf } from './der_world.ts'
import { noise } from './flood_world.ts'

const scanner = scannerFor({ kind: 'forms', isDeep: false })
const hashKey = new Uint8Array(32)

function sightingsIn(bytes: Buffer): readonly Sighting[] {
  const plan = [...planWindows([{ offset: 0, length: bytes.length, isAligned: true }])]
  const [window] = withFirstUnits(plan, sizeOf(plan), false)
  assert.ok(window)
  return searchWindow(scanner, bytesSource(bytes), window, { hashKey }).sightings
}

const idsIn = (bytes: Buffer) =>
  new Set(sightingsIn(bytes).map(({ seen }) => seen.keyId?.spkiSha256))
const room = noise(512, 'room')

for (const sample of [...RSA_SAMPLES, ...EC_SAMPLES])
  it(`${sample.name} gives one hit, and so does each copy of it`, () => {
    const unit = Buffer.concat([sample.der, noise(64 - (sample.der.length % 64), 'end')])
    const bytes = Buffer.concat([room, ...Array.from({ length: 5 }, () => unit), room])
    const places = sightingsIn(bytes).map(({ seen }) => seen.offset)
    assert.deepEqual(
      places,
      Array.from({ length: 5 }, (_, i) => room.length + i * unit.length),
    )
  })

/** DER of a tag, with a length of two bytes. */
function element(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const inner = Buffer.concat(content)
  return Buffer.concat([Buffer.of(tag, 0x82, inner.length >> 8, inner.length & 255), inner])
}

it('a key in the attributes of another, and one right behind, are found', () => {
  const [outer, inner, next] = ['512', '1024', '768'].map((bits) => {
    return RSA_SAMPLES.filter(({ name }) => name.includes(bits))
  })
  const pkcs8 = outer?.find(({ der }) => der.includes(Buffer.from('2a864886f70d010101', 'hex')))
  const [other] = inner ?? []
  const [last] = next ?? []
  assert.ok(pkcs8 && other && last)
  const content = pkcs8.der.subarray(4)
  const bytes = Buffer.concat([
    room,
    element(0x30, content, element(0xa0, other.der)),
    last.der,
    room,
  ])
  const ids = idsIn(bytes)
  for (const sample of [pkcs8, other, last]) assert.ok(ids.has(spkiOf(sample)), sample.name)
})

it('what is left of a key whose begin is gone is found behind a whole one', () => {
  const whole = sampleOf(RSA_SAMPLES, RSA_SAMPLES[0]?.name ?? '')
  const cut = RSA_SAMPLES.find(({ name }) => name.includes('1024'))
  assert.ok(cut)
  const bytes = Buffer.concat([room, whole.der, cut.der.subarray(120), room])
  assert.ok(idsIn(bytes).has(spkiOf(cut)))
})
