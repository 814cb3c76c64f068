/** A case whose every text is hostile, as it is served, shown, reported and redacted. */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http'
import { networkInterfaces, tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { pathToFileURL } from 'node:url'
import { isObject, type Json } from '@mintmark/core'
import { HOSTILE_ADDRESSES, HOSTILE_PEOPLE, writeHostileLogs } from '@mintmark/testkit'
import type { Browser, Page } from 'playwright-core'
import { type CasePage, openCasePage } from './case_page.ts'
import { axeFindings, chromiumMissing, overflowOf, seenText, startChromium } from './chromium.ts'
import { ran, type Served, serve } from './served_case.ts'

const VIEWS = [
  '',
  'timeline',
  'accounts',
  'accounts?by=organisation',
  'tokens',
  'unknowns',
  'evidence',
  'hunts',
  'custody',
  'keys',
  'marks',
]
/** What a terminal obeys or an eye is misled by; line breaks and tabs are the layout's own. */
const MISLEADING = /(?![\n\t])[\p{Cc}\p{Cf}]/u

const skip = chromiumMissing ?? false
const folder = mkdtempSync(path.join(tmpdir(), 'mintmark-hostile-'))
const inFolder = (name: string) => path.join(folder, name)
let served: Served
let browser: Browser
let seen: CasePage

before(async () => {
  const logs = writeHostileLogs(folder)
  writeFileSync(path.join(logs, '<img src=x onerror=alert(1)>\u202egpj.txt'), 'no log at all')
  await ran('investigate', logs, '--case', inFolder('case'))
  const report = ['report', '--case', inFolder('case'), '--title', 'A <b>title</b>\u202e']
  await ran(...report, '--out', inFolder('report'), '--no-pdf')
  const redact = ['--redact', 'names', 'addresses']
  await ran(...report, '--out', inFolder('redacted'), '--no-pdf', ...redact)
  served = await serve('--case', inFolder('case'), '--as', '<i>ann</i>\u202e')
  if (chromiumMissing !== undefined) return
  browser = await startChromium()
  seen = await openCasePage(browser, served)
})

after(async () => {
  if (chromiumMissing === undefined) await browser.close()
  await served.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** That the page fits its window, and shows nothing that misleads. */
async function assertSound(page: Page): Promise<void> {
  assert.ok((await overflowOf(page)) <= 0, `it is ${await overflowOf(page)} pixels too wide`)
  // biome-ignore lint/performance/useDomNodeTextContent: what is hidden misleads nobody
  const text = await page.locator('body').innerText()
  const [misleading] = MISLEADING.exec(text) ?? []
  assert.equal(misleading, undefined)
}

/** The same at the width of a screen, and of a phone. */
async function assertSoundAtAnyWidth(): Promise<void> {
  for (const width of [390, 1280]) {
    await seen.page.setViewportSize({ width, height: 900 })
    await seen.settled()
    await assertSound(seen.page)
  }
}

/** Shows a view whose answer from an address has been changed. */
async function seeWith(
  view: string,
  address: string,
  change: (answer: Json) => Json,
): Promise<void> {
  await seen.page.route(`**${address}*`, async (route) => {
    const answer: unknown = await (await route.fetch()).json()
    await route.fulfill({ json: change(isObject(answer) ? answer : {}) })
  })
  await seen.see(view)
  await seen.page.unroute(`**${address}*`)
}

/** Whether the boxes of two of these overlap. */
const OVERLAP = `(() => {
  const boxes = [...document.querySelectorAll('svg .tick:not(.level):not([transform])')].map((one) => one.getBoundingClientRect())
  return boxes.some((a, i) => boxes.some((b, j) => i < j && a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom))
})()`

const year = (from: string, to: string, bin: number, bins: number) => ({ from, to, bin, bins })

it('gives the bound of the messages as every other view, where only leads are open', {
  skip,
}, async () => {
  await seeWith('', '/api/answer', (answer) => {
    const { scope, conclusion } = answer
    if (!isObject(scope) || !isObject(conclusion)) return answer
    const messages = { lower: 0, upper: 90 }
    return {
      ...answer,
      scope: { ...scope, accesses: 0, messages },
      conclusion: { ...conclusion, unanswered: ['undetermined'] },
    }
  })
  assert.match(await seenText(seen.page.locator('main')), /MESSAGES\s+at most 90\s/i)
})

it('leaves room for an open end beside the longest bar', { skip }, async () => {
  await seeWith('accounts', '/api/answer', (answer) => {
    const scope = isObject(answer['scope']) ? answer['scope'] : {}
    const [account] = Array.isArray(scope['accounts']) ? scope['accounts'].filter(isObject) : []
    const messages = { lower: 90, upper: null, because: '1 folder synchronised whole' }
    return { ...answer, scope: { ...scope, accounts: [{ ...account, messages }] } }
  })
  const bar = seen.page.locator('td svg.range')
  const solid = await bar.locator('rect.lower').boundingBox()
  const end = await bar.locator('circle.end').boundingBox()
  assert.ok(solid !== null && end !== null && solid.x + solid.width < end.x)
})

describe('what is longer than others expect', { skip }, () => {
  for (const width of [390, 800, 1280])
    it(`leaves the numbers of an account in sight at ${width} pixels`, async () => {
      await seen.page.setViewportSize({ width, height: 900 })
      await seeWith('accounts', '/api/answer', (answer) => {
        const scope = isObject(answer['scope']) ? answer['scope'] : {}
        const accounts: readonly unknown[] = Array.isArray(scope['accounts'])
          ? scope['accounts']
          : []
        const account = accounts.find(isObject)
        const long = {
          mailbox: 'a'.repeat(400),
          organisation: 'b'.repeat(400),
          group: 'c'.repeat(400),
        }
        return { ...answer, scope: { ...scope, accounts: [{ ...account, ...long }] } }
      })
      const numbers = await seen.page.locator('td[data-column="messagesAtLeast"]').boundingBox()
      assert.ok(numbers !== null && numbers.x + numbers.width < width - 20, JSON.stringify(numbers))
    })

  it('puts no label of the time over another, where years are between accesses', async () => {
    await seen.page.setViewportSize({ width: 1280, height: 900 })
    const segments = [
      year('2003-01-01T00:00:00Z', '2003-01-29T00:00:00Z', 0, 1),
      year('2011-06-01T00:00:00Z', '2011-06-29T00:00:00Z', 1, 1),
      year('2019-12-26T00:00:00Z', '2029-12-31T00:00:00Z', 2, 131),
    ]
    await seeWith('timeline', '/api/bins', (bins) => ({
      ...bins,
      from: '2003-01-01T00:00:00Z',
      to: '2029-12-31T00:00:00Z',
      stepMs: 28 * 86_400_000,
      bins: 133,
      segments,
    }))
    assert.ok((await seen.page.locator('svg .tick').count()) > 5)
    assert.equal(await seen.page.evaluate(OVERLAP), false)
  })
})

describe('hostile text', { skip }, () => {
  for (const view of VIEWS)
    it(`is text in ${view === '' ? 'answer' : view}`, async () => {
      await seen.see(view)
      await assertSoundAtAnyWidth()
    })

  it('is text in an access, in a note and a mark on it, and in the lineage of its token', async () => {
    await seen.see('timeline')
    await seen.page.locator('main td.mono a').first().click()
    const drawer = seen.page.getByRole('dialog')
    await drawer.getByText('<script>alert(1)</script>').first().waitFor()
    await assertSoundAtAnyWidth()
    await drawer.getByLabel('Your note').fill('<script>alert(3)</script>\u202e')
    await drawer.getByRole('button', { name: 'Keep' }).click()
    await drawer.getByText('<script>alert(3)</script>\\u202e').waitFor()
    await drawer.getByLabel('Why').fill('<script>alert(2)</script>\u202e=1+1')
    await drawer.getByRole('button', { name: 'Attacker’s' }).click()
    await drawer.getByText(/marked as the attacker’s/).waitFor()
    await assertSoundAtAnyWidth()
    await seen.see('marks')
    await seen.page.getByText('<script>alert(2)</script>').waitFor()
    await assertSound(seen.page)
    await seen.see('tokens')
    await seen.page.locator('main tbody a').first().click()
    await drawer.getByText('What was done with it').waitFor()
    await assertSound(seen.page)
    assert.deepEqual(await axeFindings(seen.page), [])
  })

  it('is text in the report', async () => {
    await seen.page.goto(pathToFileURL(path.join(inFolder('report'), 'report.html')).href)
    assert.equal(await seen.page.title(), 'A <b>title</b>\\u202e')
    await assertSoundAtAnyWidth()
  })

  it('ran no script, and sent no request', () => {
    const foreign = seen.complaints.filter((one) => !/^(?:file|data):/.test(one))
    assert.deepEqual(foreign, [])
  })
})

describe('a redacted report', () => {
  it('holds no name and no address, in any of its files', () => {
    const names = HOSTILE_PEOPLE.flatMap(({ principal, name }) => [
      principal,
      name,
      principal.replaceAll(/[^a-z]/g, '_'),
    ])
    for (const file of readdirSync(inFolder('redacted'))) {
      const text = readFileSync(path.join(inFolder('redacted'), file), 'utf8').toLowerCase()
      for (const told of [...names, ...HOSTILE_ADDRESSES])
        assert.ok(!text.includes(told.toLowerCase()), `${file} holds ${told}`)
    }
  })
})

interface Sent {
  readonly hostname?: string
  readonly path?: string
  readonly method?: string
  readonly headers?: OutgoingHttpHeaders
}

/** Sends what no browser would. */
function sent({ headers, ...options }: Sent): Promise<IncomingMessage> {
  const { hostname, port, host } = new URL(served.origin)
  const asked = { hostname, port, ...options, headers: { host, ...headers } }
  return new Promise((resolve, reject) => {
    request(asked, (response) => resolve(response.resume()))
      .on('error', reject)
      .end()
  })
}

describe('the server', () => {
  const refused: readonly (readonly [name: string, options: Sent, status: number])[] = [
    ['a name that is pointed at this machine', { headers: { host: 'evil.example' } }, 421],
    ['another origin', { headers: { origin: 'http://evil.example' } }, 403],
    ['whoever has no token', { path: '/api/answer' }, 401],
    ['a path out of its folder', { path: '/../../../etc/passwd' }, 401],
    ['a write', { path: '/api/answer', method: 'PUT' }, 401],
  ]
  for (const [name, options, status] of refused)
    it(`refuses ${name} with ${status}`, async () => {
      assert.equal((await sent(options)).statusCode, status)
    })

  it('listens on 127.0.0.1 alone', async () => {
    const others = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter((one) => one.address !== '127.0.0.1' && one.family === 'IPv4')
    for (const { address } of others)
      await assert.rejects(sent({ hostname: address }), { code: 'ECONNREFUSED' }, address)
  })
})
