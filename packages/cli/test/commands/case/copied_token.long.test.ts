/** A live token that was copied: it is issued, so that hunts alone can point at its use. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { mintmark } from '../../fake_io.ts'

const folder = mkdtempSync(join(tmpdir(), 'mintmark-copied-'))
const inCase = ['--case', join(folder, 'copied.case')]
after(() => rmSync(folder, { recursive: true, force: true }))

const USERS = ['ada', 'bob', 'cyd', 'dan']
const DAYS = 12
const COPIED = { user: 'dan', day: 9, hour: 11, messages: 12 }

const guid = (kind: number, n: number) =>
  `${String(kind).padStart(8, '0')}-0000-4000-8000-${n.toString(16).padStart(12, '0')}`

/** Sign-ins three times a day, each with one message read; on one day somebody else reads with the same token. */
function log(): object[] {
  return USERS.flatMap((user, u) =>
    Array.from({ length: DAYS * 3 }, (_, n) => {
      const [day, hour] = [Math.floor(n / 3), [8, 11, 14][n % 3] ?? 0]
      const at = Date.UTC(2024, 9, 1 + day, hour, u * 7 + day)
      const number = u * 1000 + n
      const token = {
        tokenId: guid(1, number),
        sessionId: guid(2, u * 1000 + day),
        principal: `${user}@example.org`,
        tenant: 'example.org',
        appId: guid(9, 1),
      }
      const own = { ...token, ip: `192.0.2.${7 + (u % 2)}`, userAgent: 'Outlook/16.0' }
      const other = { ...token, ip: '203.0.113.66', userAgent: 'python-requests/2.31' }
      const isCopied = user === COPIED.user && day === COPIED.day && hour === COPIED.hour
      const read = (context: object, kind: number, message: number, later: number) => ({
        schema: 'mintmark-access/1',
        id: guid(kind, number * 100 + message),
        at: new Date(at + later).toISOString(),
        operation: 'MailItemsAccessed',
        accessType: 'Bind',
        service: 'mail',
        outcome: 'succeeded',
        mailbox: `${user}@example.org`,
        items: [{ messageId: `<${kind}.${number}.${message}@example.org>` }],
        ...context,
      })
      const copies = Array.from(isCopied ? Array(COPIED.messages).keys() : [], (message) =>
        read(other, 5, message, 90_000 + 30_000 * message),
      )
      const issued = {
        schema: 'mintmark-issuance/1',
        id: guid(3, number),
        at: new Date(at).toISOString(),
        ...own,
      }
      return [issued, read(own, 4, 0, 60_000), ...copies]
    }).flat(),
  )
}

describe('a live token that was copied', () => {
  before(async () => {
    const file = join(folder, 'log.ndjson')
    writeFileSync(
      file,
      log()
        .map((row) => `${JSON.stringify(row)}\n`)
        .join(''),
    )
    const { code, out, err } = await mintmark('investigate', file, ...inCase)
    assert.equal(code, 4, `${out}${err}`)
    assert.match(out, /^LEADS ONLY/)
  })

  it('is in the upper bound of what was read, and in no lower one', async () => {
    const { code, out } = await mintmark('scope', ...inCase)
    assert.equal(code, 4)
    assert.match(out, new RegExp(`messages +at most ${COPIED.messages} messages`))
    assert.match(out, /No access is established as the attacker's\./)
    assert.doesNotMatch(out, /misspelt/)
  })

  it('is in the report the mailbox that leads are about', async () => {
    const place = join(folder, 'report')
    assert.equal((await mintmark('report', ...inCase, '--out', place, '--no-pdf')).code, 0)
    const text = readFileSync(join(place, 'report.md'), 'utf8')
    assert.match(text, /Who is affected\.\*\* Nobody is established\. .* concerns 1 mailbox\./)
  })
})
