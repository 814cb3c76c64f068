/**
 * One model of confidence: terminal, page and report of one case say the same words and numbers.
 * Four cases: something is established, a lead alone, no access with a verdict, nothing is found.
 */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { pathToFileURL } from 'node:url'
import { mintmark } from '@mintmark/testkit'
import type { Browser } from 'playwright-core'
import { openCasePage } from './case_page.ts'
import { chromiumMissing, seenText, startChromium } from './chromium.ts'
import { ran, serve } from './served_case.ts'

const HOURS = 72
const guid = (kind: number, n: number) =>
  `${String(kind).padStart(8, '0')}-0000-4000-8000-${n.toString(16).padStart(12, '0')}`
const time = (hour: number, minute: number) =>
  new Date(Date.UTC(2023, 4, 15, hour, minute)).toISOString()
const who = (user: string, token: number) => ({
  tokenId: guid(1, token),
  principal: `${user}@example.org`,
  tenant: 'agency',
  appId: 'wiki',
  ip: '192.0.2.7',
})
const issuance = (n: number) => ({
  schema: 'mintmark-issuance/1',
  id: guid(2, n),
  at: time(n, 1),
  ...who('ada', n),
})
const access = (n: number, more: object = {}) => ({
  schema: 'mintmark-access/1',
  id: guid(3, n),
  at: time(n % HOURS, 2 + Math.floor(n / HOURS)),
  operation: 'PageRead',
  service: 'wiki',
  outcome: 'succeeded',
  ...who('ada', n),
  ...more,
})
const numbers = Array.from({ length: HOURS }, (_, n) => n)
/** The log says of itself that it is complete. */
const PERIOD = {
  schema: 'mintmark-issuance-period/1',
  issuer: 'https://id.example.org',
  from: time(-1, 0),
  to: time(HOURS, 0),
}
const forged = numbers
  .slice(30, 60)
  .map((n) => access(n + HOURS, { ip: '203.0.113.9', appId: 'forger' }))

/** A hunt of one's own that hits one access, as a lead. */
const HUNT = `-- id: own_first
-- title: The first access
-- means: It is the first.
-- cannot-mean: That it is anybody's.
-- attack: T1114
-- strength: lead
-- references: none
-- class: context
SELECT at, tenant, principal, mailbox, record_id, content, token_id, session_id, ip, app_id AS app, 'first' AS why
FROM access ORDER BY at, record_id LIMIT 1
`

interface World {
  readonly name: string
  readonly rows: readonly object[]
  readonly first: string
  readonly hunt?: string
}

const genuine = numbers.flatMap((n) => [issuance(n), access(n)])
const WORLDS: readonly World[] = [
  { name: 'established', rows: [PERIOD, ...genuine, ...forged], first: 'FORGED TOKENS USED' },
  { name: 'a lead', rows: genuine, first: 'LEADS ONLY', hunt: HUNT },
  { name: 'undetermined', rows: numbers.map((n) => access(n)), first: 'CANNOT TELL' },
  { name: 'everything issued', rows: genuine, first: 'NOTHING FOUND' },
]

/** What one case says in each view. */
interface Views {
  readonly terminal: string
  readonly page: string
  readonly report: string
}

const root = chromiumMissing === undefined ? mkdtempSync(path.join(tmpdir(), 'mintmark-one-')) : ''
let browser: Browser
before(async () => {
  if (chromiumMissing === undefined) browser = await startChromium()
})
after(async () => {
  if (chromiumMissing !== undefined) return
  await browser.close()
  rmSync(root, { recursive: true, force: true })
})

const plain = (text: string) => text.replaceAll(/\s+/g, ' ')

async function viewsOf({ name, rows, hunt }: World): Promise<Views> {
  const home = path.join(root, name.replaceAll(' ', '-'))
  const input = path.join(home, 'in')
  mkdirSync(input, { recursive: true })
  mkdirSync(path.join(home, 'hunts'))
  writeFileSync(
    path.join(input, 'log.ndjson'),
    rows.map((row) => `${JSON.stringify(row)}\n`).join(''),
  )
  if (hunt !== undefined) writeFileSync(path.join(home, 'hunts', 'own_first.sql'), hunt)
  const asked = ['--case', path.join(home, 'case'), '--hunts', path.join(home, 'hunts')]
  const { out: terminal } = await mintmark('investigate', input, ...asked)
  await ran('report', ...asked, '--out', path.join(home, 'report'), '--no-pdf')
  const served = await serve(...asked)
  try {
    const { page, see } = await openCasePage(browser, served)
    await see('')
    const shown = await seenText(page.locator('body'))
    await page.goto(pathToFileURL(path.join(home, 'report', 'report.html')).href)
    const report = await seenText(page.locator('main'))
    return { terminal: plain(terminal), page: plain(shown), report: plain(report) }
  } finally {
    await served.stop()
  }
}

/** The headline's words, and each number of how sure that is. */
function saidBy(terminal: string): string[] {
  const title = /^[A-Z ]+(?= case:| {2})|^[A-Z ]+/.exec(terminal)?.[0] ?? ''
  const sure = /SURE (.*?)(?= BLIND| POSSIBLE| LEADS| TO SETTLE| NEXT)/.exec(terminal)?.[1] ?? ''
  return [title.trim(), ...(sure.match(/\d[\d,.]*(?: %)?/g) ?? [])]
}

describe('terminal, page and report', { skip: chromiumMissing ?? false }, () => {
  for (const world of WORLDS)
    it(`say the same words and numbers: ${world.name}`, async () => {
      const { terminal, page, report } = await viewsOf(world)
      const { first } = world
      assert.ok(terminal.startsWith(first), terminal.slice(0, 300))
      const said = saidBy(terminal)
      assert.ok(said.length >= 2, said.join('\n'))
      for (const sentence of said) {
        assert.ok(page.includes(sentence), `page lacks: ${sentence}\n${page.slice(0, 1500)}`)
        assert.ok(report.includes(sentence), `report lacks: ${sentence}\n${report.slice(0, 1500)}`)
      }
      // A count of nothing is given only where every access has a verdict.
      const isNone = first === 'NOTHING FOUND' || first === 'LEADS ONLY'
      assert.equal(/\b0 accesses of the attacker/.test(page), isNone)
      const unknown = /No access of the attacker known.*No organisations known/
      assert.equal(unknown.test(page), first === 'CANNOT TELL')
      assert.equal(/accounts 0 tokens 0/i.test(page), isNone)
      // No view gives the number of what nobody searched.
      for (const view of [page, report]) {
        assert.match(view, /not searched: no memory dump in the evidence/)
        assert.doesNotMatch(view, /\b0 private keys\b/)
      }
    })
})
