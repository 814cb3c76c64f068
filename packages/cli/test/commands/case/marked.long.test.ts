/** What people mark changes no record: terminal, exit codes and report count what marks take out, and name who says so. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { addMarks, openCase } from '@mintmark/case'
import { isObject } from '@mintmark/core'
import { mintmark } from '../../fake_io.ts'

const folder = mkdtempSync(join(tmpdir(), 'mintmark-marked-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const THEIRS = '203.0.113.99'
const guid = (kind: number, n: number) =>
  `0000000${kind}-0000-4000-8000-${String(n).padStart(12, '0')}`

const HOURS = Array.from({ length: 72 }, (_, hour) => hour)
const USERS = ['ann', 'bo', 'cy', 'dan']

const at = (hour: number, minute = 0) => new Date(Date.UTC(2024, 4, 1, hour, minute)).toISOString()
const common = (user: number) => ({
  principal: `${USERS[user]}@example.org`,
  principalId: guid(8, user),
  tenant: 'example',
  appId: 'mail',
})

/** Complete logs: an access an hour of each user with an issued token, and two with tokens that nobody issued. */
function evidence(): string {
  const use = (n: number, hour: number, token: string, ip: string) => ({
    schema: 'mintmark-access/1',
    id: guid(3, n),
    at: at(hour, 30),
    operation: 'MessageRead',
    service: 'mail',
    outcome: 'succeeded',
    tokenId: token,
    mailbox: `${USERS[n % 4]}@example.org`,
    items: [{ messageId: `<m${n}@example.org>` }],
    ip,
    client: 'Web',
    ...common(n % 4),
  })
  const issued = (n: number, hour: number) => ({
    schema: 'mintmark-issuance/1',
    id: guid(1, n),
    at: at(hour, 1),
    tokenId: guid(2, n),
    ip: '192.0.2.1',
    ...common(n % 4),
  })
  const rows = [
    { schema: 'mintmark-issuance-period/1', issuer: 'https://example', from: at(0), to: at(73) },
    ...HOURS.flatMap((hour) =>
      USERS.flatMap((_, user) => {
        const n = hour * 4 + user
        return [issued(n, hour), use(n, hour, guid(2, n), '192.0.2.1')]
      }),
    ),
    ...[50, 51].map((hour) => use(1000 + hour, hour, guid(5, hour), THEIRS)),
  ]
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('')
}

const place = join(folder, 'case')
const input = join(folder, 'log.ndjson')
const investigate = () => mintmark('investigate', input, '--case', place)
const mark = async (party: 'legitimate' | 'attacker', who: string, value: string) => {
  const investigated = await openCase(place)
  try {
    const word = { party, who, reason: 'says so' }
    await addMarks(investigated.session, { kind: 'address', values: [value], ...word })
  } finally {
    await investigated.close()
  }
}

/** Value and strength of figures of a report, by id. */
async function reported(name: string) {
  const out = join(folder, name)
  await mintmark('report', '--case', place, '--out', out, '--no-pdf')
  const text = readFileSync(join(out, 'report.json'), 'utf8')
  const report: unknown = JSON.parse(text)
  assert.ok(isObject(report))
  const figures = new Map<string, readonly unknown[]>()
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const one of value) visit(one)
    if (!isObject(value)) return
    if (typeof value['id'] === 'string' && 'value' in value)
      figures.set(value['id'], [value['value'], value['strength']])
    for (const one of Object.values(value)) visit(one)
  }
  visit(report)
  return { figures, text }
}

/** The last cell of each row. */
const strengthsIn = (name: string, file: string) =>
  [...readFileSync(join(folder, name, file), 'utf8').matchAll(/,"([\w-]+)"\r\n/g)].map(
    ([, strength]) => strength,
  )

const OURS = '2 accesses with tokens that nobody issued are marked legitimate by ann.'

describe('marks that take out all that is established', () => {
  before(async () => {
    writeFileSync(input, evidence())
    const { code } = await investigate()
    assert.equal(code, 1)
    await mark('legitimate', 'ann', THEIRS)
  })

  it('leave leads only, with how many they take out and who says so', async () => {
    const { code, out } = await investigate()
    assert.match(out.replaceAll(/\s+/g, ' '), new RegExp(`^LEADS ONLY case: \\S+ ${OURS}`))
    assert.doesNotMatch(out, /NOTHING FOUND|all 290 accesses used/i)
    assert.equal(code, 4)
  })

  it('give scope and timeline the same exit code, and leave verdicts as they are', async () => {
    const { code: scope } = await mintmark('scope', '--case', place)
    const { code: timeline } = await mintmark('timeline', '--case', place)
    const { code: verdicts } = await mintmark('verdicts', '--case', place)
    assert.deepEqual([scope, timeline, verdicts], [4, 4, 1])
  })

  it('are in the report beside the number that records establish', async () => {
    const { figures, text } = await reported('legitimate')
    assert.deepEqual(figures.get('count-unissued'), [2, 'established'])
    assert.deepEqual(figures.get('count-marked'), [2, 'not-excluded'])
    assert.deepEqual(figures.get('count-tokens'), [null, 'unknown'])
    assert.ok(text.includes(`LEADS ONLY. ${OURS}`))
  })

  it("count beside marks as the attacker's", async () => {
    await mark('attacker', 'bob', '192.0.2.1')
    const { code, out } = await investigate()
    const said = `${OURS} 288 accesses of no established verdict are marked as the attacker's by bob.`
    assert.ok(out.replaceAll(/\s+/g, ' ').includes(said), out)
    assert.equal(code, 4)
  })

  it('are said beside what stays established', async () => {
    await mark('attacker', 'ann', THEIRS)
    const { code, out } = await investigate()
    assert.match(out, /^FORGED TOKENS USED/)
    assert.match(
      out,
      /^MARKED {4}288 accesses of no established verdict are marked as the attacker's/m,
    )
    assert.equal(code, 1)
  })
})

describe('marks beside what is established', () => {
  it('make nothing established of the accesses that they alone name', async () => {
    const { figures, text } = await reported('mixed')
    assert.deepEqual(figures.get('count-unissued'), [2, 'established'])
    assert.deepEqual(figures.get('count-accesses'), [290, 'lead'])
    assert.ok(text.includes('Somebody used 2 forged tokens, from 3 May 2024 to 3 May 2024.'))
    assert.ok(text.includes("Marks alone call 288 of these accesses the attacker's."))
    assert.deepEqual(strengthsIn('mixed', 'accounts.csv'), [
      'lead',
      'lead',
      'established',
      'established',
    ])
    const messages = strengthsIn('mixed', 'messages.csv')
    assert.equal(messages.filter((one) => one === 'established').length, 2)
    assert.equal(messages.filter((one) => one === 'lead').length, 288)
  })

  it('are in a notice the word of investigators', async () => {
    const out = join(folder, 'notice')
    const who = ['--for', 'ann@example.org', '--no-pdf']
    await mintmark('report', '--case', place, '--out', out, ...who)
    const text = readFileSync(join(out, 'report.md'), 'utf8')
    assert.match(text, /Investigators call 72 accesses to data of .* No verdict establishes that\./)
    assert.doesNotMatch(text, /without right|established by records\*\*: 1 mailbox/)
  })
})
