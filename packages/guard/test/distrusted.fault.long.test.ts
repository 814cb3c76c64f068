/** Keys that are distrusted, on a disk that fails or loses its power at every one of its operations: none is trusted again. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { type Fault, SimulatedDisk } from '@mintmark/testkit'
import type { Alarm } from '../src/index.ts'
import { DistrustedKeys } from '../src/verify/distrusted_keys.ts'

const FAULTS: readonly Fault[] = ['cut', 'error', 'full']
const FILE = '/kept/distrusted'
const KIDS = ['key-1', 'key-2', 'key-3']
const ISSUER = 'https://id.example.org'
/** Seeds of what survives, at each place. */
const SEEDS = Number(process.env['FAULT_SEEDS'] ?? 3)

const alarmOf = (kid: string): Alarm => ({
  alarm: 'unissued',
  severity: 'critical',
  atMs: 1_800_000_000_000,
  issuer: ISSUER,
  kid,
  keyIssuer: ISSUER,
  alg: 'ES256',
  inputHash: '00'.repeat(32),
  tokenId: undefined,
  jti: undefined,
  issuedAtMs: 1_800_000_000_000,
  expiresMs: 1_800_000_600_000,
  audiences: [],
  isRecorded: false,
  head: undefined,
  caller: 'mail',
  isAdmitted: false,
  refusal: undefined,
})

/** An empty folder that survives. */
async function newDisk(): Promise<SimulatedDisk> {
  const disk = new SimulatedDisk()
  await disk.makeFolder('/kept')
  await disk.sync('/')
  return disk
}

/** Distrusts one key after the other; `kept` has those of which it is known that they are on disk. */
async function live(disk: SimulatedDisk, kept: string[]): Promise<void> {
  const keys = await DistrustedKeys.open(FILE, disk)
  for (const kid of KIDS) {
    assert.ok(keys.distrust(alarmOf(kid)))
    assert.ok(keys.has(ISSUER, kid), 'at once, whatever the disk does')
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await keys.keep()
    kept.push(kid)
  }
}

for (const fault of FAULTS)
  it(`a key that is distrusted stays so, whatever happens: ${fault}`, async () => {
    const whole = await newDisk()
    whole.failAt(Number.POSITIVE_INFINITY, fault, 1)
    await live(whole, [])
    assert.ok(whole.operations >= 12, `${whole.operations} operations`)
    for (let n = 1; n <= whole.operations; n++)
      for (let seed = 1; seed <= SEEDS; seed++) {
        /* oxlint-disable no-await-in-loop -- one after the other */
        const disk = await newDisk()
        disk.failAt(n, fault, 100 * n + seed)
        const kept: string[] = []
        await live(disk, kept).catch((cause: unknown) => assert.ok(cause instanceof Error))
        const later = fault === 'cut' ? disk.afterCut(100 * n + seed) : disk.heal()
        const again = await DistrustedKeys.open(FILE, later)
        assert.deepEqual(
          kept.filter((kid) => !again.has(ISSUER, kid)),
          [],
        )
        /* oxlint-enable no-await-in-loop */
      }
  })

it('a key is not distrusted for a token that is recorded, or whose record is unknown', async () => {
  const keys = await DistrustedKeys.open(FILE, await newDisk())
  for (const isRecorded of [true, undefined])
    assert.equal(keys.distrust({ ...alarmOf('key-1'), isRecorded }), false)
  assert.ok(!keys.has(ISSUER, 'key-1'))
  assert.equal((await DistrustedKeys.open(undefined)).distrust(alarmOf('key-1')), false)
})

it('guards that share the file lose no key of each other', async () => {
  const disk = await newDisk()
  const [one, other] = [
    await DistrustedKeys.open(FILE, disk),
    await DistrustedKeys.open(FILE, disk),
  ]
  one.distrust(alarmOf('key-1'))
  await one.keep()
  other.distrust(alarmOf('key-2'))
  await other.keep()
  const again = await DistrustedKeys.open(FILE, disk)
  assert.deepEqual(
    [other.has(ISSUER, 'key-1'), again.has(ISSUER, 'key-1'), again.has(ISSUER, 'key-2')],
    [true, true, true],
  )
})
