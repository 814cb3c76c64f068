/** What a follower makes of the files of a ledger that nobody signs, where they were changed on their way. */
import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'node:test'
import { hashedId, MintmarkError } from '@mintmark/core'
import { type Issuance, logPolicy, type ReadResource, tokenIdBytes } from '@mintmark/ledger'
import { WrittenLedger } from '@mintmark/ledger/testing'
import { LedgerFollower } from '../../src/index.ts'

const [OWN, OTHER] = ['https://id.example.org/agency', 'https://id.example.org/consumer']
const NOW = Date.parse('2026-11-25T00:30:00Z')
const HOUR_MS = 3_600_000
const [TODAY, YESTERDAY] = ['main/2026-11-25', 'main/2026-11-24']
const blank = new Uint8Array(32)
const NONE = { isRevocation: false, attestation: new Uint8Array() }

function issuance(name: string, issuer: string, issuedAtMs: number): Issuance {
  const commitments = { subject: blank, client: blank, audience: blank, tenant: blank }
  const times = { issuedAtMs, expiresMs: issuedAtMs + 0.9 * HOUR_MS }
  const texts = { tokenId: hashedId('test', name), issuer, kid: 'k1', alg: 'ES256' }
  return { kind: 'issuance', inputHash: blank, commitments, ...times, ...texts, ...NONE }
}

/** Two issuers; a token of the first is alive in the shard of yesterday. */
function newLedger(): WrittenLedger {
  const ledger = new WrittenLedger({ main: OWN, other: OTHER })
  const late = NOW - 0.75 * HOUR_MS
  ledger.append(YESTERDAY, [
    ledger.opening('main', NOW - 20 * HOUR_MS),
    issuance('late', OWN, late),
  ])
  ledger.append(TODAY, [ledger.opening('main', NOW - 1000, YESTERDAY), issuance('new', OWN, NOW)])
  ledger.append('other/2026-11-25', [ledger.opening('other', NOW), issuance('its', OTHER, NOW)])
  return ledger
}

const told =
  ({ read }: WrittenLedger, path: string, text: string): ReadResource =>
  async (asked) =>
    asked === path ? Buffer.from(text) : await read(asked)

const textOf = ({ files }: WrittenLedger) => String(Buffer.from(files.get('ledger.json') ?? []))

/** Another description that the ledger has signed once. */
function described(ledger: WrittenLedger, issuers: Readonly<Record<string, string>>): ReadResource {
  return told(ledger, 'ledger.json', textOf(new WrittenLedger(issuers)))
}

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

async function follow(ledger: WrittenLedger, read: ReadResource, isSeen: boolean) {
  const place = { read }
  const follower = new LedgerFollower({
    read: (path) => place.read(path),
    live: {
      listen: () => Promise.resolve(undefined),
      ask: () => Promise.resolve({ state: 'unknown' }),
    },
    policy: logPolicy(ledger.description.key),
    issuers: new Map([[OWN, { maxLifetimeMs: HOUR_MS }]]),
    seen: isSeen ? [{ origin: `ledger.example.org/${TODAY}`, size: 2, root: undefined }] : [],
    now: () => NOW,
  })
  stops.push(() => follower.stop())
  await follower.refresh()
  const ask = async (name: string, issuer = OWN) => {
    const id = tokenIdBytes(hashedId('test', name))
    return [follower.find(issuer, id, blank), (await follower.ask(issuer, id, blank)).state]
  }
  const trouble = () =>
    follower.trouble instanceof MintmarkError ? follower.trouble.code : String(follower.trouble)
  return { follower, place, ask, trouble }
}

/** What a description says that nobody has signed: here the tokens are under an alias that has no shard. */
const unsigned = [
  ['is edited', (text: string) => text.replace('"main"', '"strange"')],
  ['has another lifetime', (text: string) => text.replace('3600', '3601')],
  ['has no signature', (text: string) => text.replace('"signature"', '"other"')],
] as const

const lies: readonly {
  readonly name: string
  readonly code: string
  readonly isSeen?: boolean
  readonly read: (ledger: WrittenLedger) => ReadResource
}[] = [
  ...unsigned.map(([name, change]) => ({
    name: `the description ${name}`,
    code: 'LEDGER_INVALID',
    read: (ledger: WrittenLedger) => told(ledger, 'ledger.json', change(textOf(ledger))),
  })),
  {
    name: 'the issuer is another',
    code: 'LEDGER_DAMAGED',
    read: (ledger) => described(ledger, { main: 'https://evil.example', other: OTHER }),
  },
  {
    name: 'the issuer has another alias than was seen',
    code: 'LEDGER_BEHIND',
    isSeen: true,
    read: (ledger) => described(ledger, { strange: OWN, other: OTHER }),
  },
  {
    name: 'two issuers have changed their aliases',
    code: 'LEDGER_DAMAGED',
    read: (ledger) => described(ledger, { main: OTHER, other: OWN }),
  },
  {
    name: 'the newest entries are said to be pruned',
    code: 'LEDGER_DAMAGED',
    read: (ledger) => told(ledger, `${TODAY}/pruned`, 'x'),
  },
  {
    name: 'entries of tokens that live are said to be pruned',
    code: 'LEDGER_DAMAGED',
    read: (ledger) => told(ledger, `${YESTERDAY}/pruned`, 'x'),
  },
]

describe('files that nobody signs', () => {
  for (const { name, code, read, isSeen = false } of lies)
    it(`make no token absent where ${name}; it is found when the files are right again`, async () => {
      const ledger = newLedger()
      const { follower, place, ask, trouble } = await follow(ledger, read(ledger), isSeen)
      assert.equal(trouble(), code)
      const isAbsent = follower.ageMs < 10_000 && (await ask('late'))[1] === 'unknown'
      assert.deepEqual([isAbsent, (await ask('late'))[0]], [false, 'unknown'])
      assert.ok(!follower.isForgotten(OWN, NOW, NOW + 1))
      place.read = ledger.read
      await follower.refresh()
      assert.deepEqual([trouble(), (await ask('late'))[0]], ['undefined', 'live'])
    })

  it('do not keep another issuer from being followed where one is not listed', async () => {
    const ledger = newLedger()
    const read = described(ledger, { main: 'https://evil.example', other: OTHER })
    ledger.files.delete('main/latest')
    const { follower, ask, trouble } = await follow(ledger, read, false)
    assert.equal(trouble(), 'LEDGER_INVALID')
    assert.deepEqual([follower.unlisted, (await ask('its', OTHER))[0]], [[OWN], 'live'])
    assert.ok(follower.ageMs < 10_000)
    assert.deepEqual(await ask('late'), ['unknown', 'failed'])
    assert.ok(follower.isForgotten('https://nobody.example', NOW, NOW + 1))
  })

  it('make no life shorter than the guard knows it to be', async () => {
    const ledger = newLedger()
    const short = new WrittenLedger({ main: OWN }, { maxLifetimeMs: 1000, skewMs: 0 })
    const read = told(ledger, 'ledger.json', textOf(short))
    const { ask } = await follow(ledger, read, false)
    assert.deepEqual(await ask('late'), ['live', 'unknown'])
  })
})
