/**
 * The replayed incident in a browser: what is seen, what is selected, what a mark changes, what is
 * printed. Slow for a test (a minute): the case is made by the built command, and shared.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { cp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { replayedIncident } from '@mintmark/testkit'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { type CasePage, openCasePage } from './case_page.ts'
import {
  axeFindings,
  COLOUR_RULES,
  chromiumMissing,
  overflowOf,
  seenText,
  startChromium,
} from './chromium.ts'
import { ran, type Served, serve } from './served_case.ts'

const VIEWS = [
  '',
  'timeline',
  'accounts',
  'tokens',
  'unknowns',
  'evidence',
  'hunts?hunt=device_code_apart',
  'custody',
  'keys',
  'marks',
]

let out: string
let served: Served
let browser: Browser
let page: Page
let context: BrowserContext
let origin: string
let complaints: string[]
let see: CasePage['see']
let settled: CasePage['settled']

const shown = () => seenText(page.locator('main'))
const selection = () => seenText(page.getByRole('region', { name: 'Selection' }))

before(async () => {
  if (chromiumMissing !== undefined) return
  out = mkdtempSync(path.join(tmpdir(), 'mintmark-browser-'))
  const { place } = await replayedIncident(out)
  await cp(place, path.join(out, 'marked'), { recursive: true, verbatimSymlinks: true })
  await ran('report', '--case', path.join(out, 'marked'), '--out', path.join(out, 'report'))
  served = await serve('--case', path.join(out, 'marked'), '--as', 'ann')
  origin = served.origin
  browser = await startChromium()
  ;({ page, context, complaints, see, settled } = await openCasePage(browser, served))
})

after(async () => {
  if (chromiumMissing !== undefined) return
  await browser.close()
  await served.stop()
  rmSync(out, { recursive: true, force: true })
})

const skip = chromiumMissing ?? false

describe('the replayed incident in a browser', { skip }, () => {
  it('says what was found: sixty thousand messages, ten mailboxes, 25 organisations, the nine and the one', async () => {
    await see('')
    const text = await shown()
    assert.match(text, /1,338 tokens that no identity provider issued/)
    assert.match(text, /Department of State 10 60,000/)
    assert.match(text, /ORGANISATIONS 25/i)
    assert.match(text, /East Asia and Pacific 9 55,700/)
    assert.match(text, /Europe 1 4,300/)
    assert.match(text, /Nothing can be excluded before 2023-04-28/)
    assert.match(await selection(), /12,485 accesses of the attacker/)
  })

  it('lets the address in once', async () => {
    const other = await browser.newContext()
    const stranger = await other.newPage()
    const answer = await stranger.goto(`${origin}/`)
    assert.equal(answer?.status(), 401)
    await other.close()
  })

  it('shows in every view what the case holds', async () => {
    const wanted: readonly (readonly [view: string, text: RegExp])[] = [
      [
        'accounts',
        /avery\.abbott@state\.example\.gov Department of State East Asia and Pacific 7,600/,
      ],
      ['tokens', /534435ed-9604-4670-8732-2cfc2e4a3d00 unissued established issuer not rooted/],
      ['unknowns', /30 things that this evidence cannot tell .* SETTLED BY/i],
      ['evidence', /226 files of evidence .* audit-data-truncated/],
      ['hunts?hunt=replayed_token_network', /replayed_token_network .* 32 accesses/],
      [
        'custody',
        /consumer-sign-prod-2021-04\.core .* HOLDS A PRIVATE KEY .* wanda\.varga@provider/i,
      ],
      ['keys', /391d884615c466bf6aa0e67113422df87a806c0d114426bacb915f6d7c3c862a/],
      ['marks', /Nothing is marked/],
    ]
    for (const [view, text] of wanted) {
      await see(view)
      assert.match(await shown(), text, view)
    }
  })
})

describe('a selection', { skip }, () => {
  it('narrows every view to what is brushed on the timeline, and the back button takes it back', async () => {
    await see('timeline')
    const box = await page.locator('.brush').boundingBox()
    assert.ok(box)
    const y = box.y + box.height / 2
    await page.mouse.move(box.x + 1, y)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.66, y, { steps: 4 })
    await page.mouse.up()
    await settled()
    // By itself the chart is of the time of the attacker.
    assert.match(page.url(), /from=2023-05-1[34].*&to=2023-06/)
    assert.doesNotMatch(await selection(), /12,485 accesses/)
    await page.getByRole('link', { name: /^accounts/i }).click()
    await settled()
    assert.doesNotMatch(await shown(), /No account of this selection/)
    await page.goBack()
    await page.goBack()
    await settled()
    assert.match(await selection(), /12,485 accesses/)
  })

  it('takes the two edges of a time by keyboard', async () => {
    await see('timeline')
    await page.getByLabel('Selection to').focus()
    for (let times = 0; times < 12; times++) await page.keyboard.press('ArrowLeft')
    await page.waitForURL(/to=2023/)
    await settled()
    assert.doesNotMatch(await selection(), /12,485 accesses/)
  })

  it('holds a selection across views: the nine of one group', async () => {
    await see('')
    await page.getByRole('link', { name: 'East Asia and Pacific' }).click()
    await settled()
    assert.match(await selection(), /9 mailboxes · 1 organisation .*East Asia and Pacific/)
    await page.getByRole('link', { name: /^accounts/i }).click()
    await settled()
    assert.equal(await page.locator('main tbody tr').count(), 9)
    await page.getByRole('link', { name: /^tokens/i }).click()
    await settled()
    assert.doesNotMatch(await shown(), /oscar\.ueda@harbour-law/)
    await page.getByRole('link', { name: /^hunts/i }).click()
    await settled()
    assert.match(await shown(), /Replayed .* none in the selection/i)
    await page.getByRole('link', { name: /^evidence/i }).click()
    await settled()
    assert.match(await shown(), /of the whole case: the selection does not narrow them/)
  })
})

describe('what is done in it', { skip }, () => {
  it('shows the lineage of a token, and Escape closes it', async () => {
    await see('tokens')
    await page.locator('main tbody a').first().click()
    const drawer = page.getByRole('dialog')
    await drawer.getByText('What was done with it').waitFor()
    assert.match(await seenText(drawer), /Key .* Token .* Session .* Accesses/)
    await page.keyboard.press('Escape')
    await drawer.waitFor({ state: 'detached' })
    assert.doesNotMatch(page.url(), /open=/)
  })

  it('changes the scope at once when an address is marked, and says who and why', async () => {
    await see('timeline?mailbox=oscar.ueda@harbour-law.example.com')
    await page.locator('main table a.mono, main td.mono a').first().click()
    const drawer = page.getByRole('dialog')
    await drawer
      .getByRole('combobox')
      .selectOption({ label: (await drawer.getByText(/^this address: /).textContent()) ?? '' })
    await drawer.getByLabel('Why').fill('the firm\u2019s own scanner <b>')
    await drawer.getByRole('button', { name: 'Legitimate' }).click()
    await drawer.getByText(/marked as legitimate/).waitFor()
    await see('')
    assert.match(await selection(), /1 mark by hand/)
    assert.doesNotMatch(await selection(), /12,485 accesses/)
    await see('marks')
    assert.match(await shown(), /ann 1 address [\d.]+ legitimate the firm’s own scanner <b>/)
    await page.getByRole('button', { name: 'Take back' }).click()
    await page.getByText('does not count any more').waitFor()
    await settled()
    assert.match(await selection(), /12,485 accesses/)
  })

  it('runs an edited copy of a hunt, and keeps nothing of it', async () => {
    await see('hunts?hunt=session_two_places')
    await page.getByRole('button', { name: 'Edit a copy' }).click()
    await page.getByRole('button', { name: 'Run' }).click()
    await page.getByText('Nothing is kept.').waitFor()
    assert.match(await selection(), /12,485 accesses/)
  })
})

/** That the page fits its window and axe finds nothing serious, light and dark: by all rules, and by those of colours. */
async function assertUsable(): Promise<void> {
  for (const [colorScheme, rules] of [
    ['light', undefined],
    ['dark', COLOUR_RULES],
  ] as const) {
    await page.emulateMedia({ colorScheme })
    assert.ok((await overflowOf(page)) <= 0, `it is ${await overflowOf(page)} pixels too wide`)
    assert.deepEqual(await axeFindings(page, rules), [], colorScheme)
  }
}

for (const width of [1280, 390])
  describe(`at ${width} pixels, light and dark`, { skip }, () => {
    before(() => page.setViewportSize({ width, height: 900 }))
    for (const view of VIEWS)
      it(`${view === '' ? 'answer' : view} fits, and axe finds nothing serious`, async () => {
        await see(view)
        await assertUsable()
      })

    it('what is opened fits, and axe finds nothing serious', async () => {
      for (const [view, link] of [
        ['timeline', 'main td.mono a'],
        ['tokens', 'main tbody a'],
      ] as const) {
        await see(view)
        await page.locator(link).first().click()
        await page.getByRole('dialog').locator('h3').first().waitFor()
        await settled()
        await assertUsable()
      }
    })
  })

describe('the printed report', { skip }, () => {
  it('opens without a network, and axe finds nothing serious', async () => {
    const reading = await context.newPage()
    reading.on('request', (request) => {
      if (!/^(?:file|data):/.test(request.url())) complaints.push(request.url())
    })
    reading.on('console', (message) => complaints.push(message.text()))
    await reading.goto(`file://${path.join(out, 'report', 'report.html')}`)
    const text = await seenText(reading.locator('main'))
    assert.match(text, /Department of State 10 60,000/)
    assert.match(text, /What is unknown, and what would settle it/)
    assert.deepEqual(await axeFindings(reading), [])
    for (const format of ['A4', 'Letter']) {
      const printed = await reading.pdf({ format })
      const pages = printed.toString('latin1').match(/\/Type \/Page\b/g)?.length ?? 0
      assert.ok(pages > 10 && pages <= 20, `${pages} pages on ${format}`)
    }
    await reading.close()
    assert.ok(readFileSync(path.join(out, 'report', 'MANIFEST'), 'utf8').includes('report.html'))
  })
})

it('no page complained, and none asked anybody else', { skip }, () => {
  assert.deepEqual(complaints, [])
})
