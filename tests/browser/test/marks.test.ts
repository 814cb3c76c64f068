/** What people say of a served case: why, marks of many, what is like them, notes, saved views; and typed times. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { writeHostileLogs } from '@mintmark/testkit'
import type { Browser, Page } from 'playwright-core'
import { type CasePage, openCasePage } from './case_page.ts'
import { axeFindings, chromiumMissing, overflowOf, seenText, startChromium } from './chromium.ts'
import { ran, type Served, serve } from './served_case.ts'

const skip = chromiumMissing ?? false
const folder = mkdtempSync(path.join(tmpdir(), 'mintmark-marks-'))
let served: Served
let browser: Browser
let seen: CasePage
let page: Page

before(async () => {
  const place = path.join(folder, 'case')
  await ran('investigate', writeHostileLogs(folder), '--case', place)
  if (chromiumMissing !== undefined) return
  served = await serve('--case', place, '--as', 'ann')
  browser = await startChromium()
  seen = await openCasePage(browser, served)
  page = seen.page
})

after(async () => {
  if (chromiumMissing === undefined) {
    await browser.close()
    await served.stop()
  }
  rmSync(folder, { recursive: true, force: true })
})

const selection = () => seenText(page.getByRole('region', { name: 'Selection' }))
const dialog = () => page.getByRole('dialog')

async function assertUsable(): Promise<void> {
  for (const width of [390, 1280]) {
    await page.setViewportSize({ width, height: 900 })
    // A chart of another width asks anew.
    await seen.settled()
    assert.ok((await overflowOf(page)) <= 0, `it is ${await overflowOf(page)} pixels too wide`)
  }
  assert.deepEqual(await axeFindings(page), [])
}

describe('an access', { skip }, () => {
  it('says why it has its verdict: rule, logs, sign-ins around it, and its record', async () => {
    await seen.see('timeline')
    await page.locator('main td.mono a').first().click()
    await dialog().getByText('The record as it is in its file').waitFor()
    const text = await seenText(dialog())
    assert.match(text, /RULE .* LOOKED FOR .* Logs of its tenant in that time .* Sign-ins/i)
    await assertUsable()
  })

  it('leads to its session, and the session says why', async () => {
    await seen.see('timeline')
    await page.locator('main td.mono a').first().click()
    await dialog().getByRole('link', { name: 'open', exact: true }).first().click()
    await dialog()
      .getByText(/outcomes?, each explained by its first access/)
      .waitFor()
    assert.match(page.url(), /open=session/)
  })
})

describe('accesses', { skip }, () => {
  it('are marked by their ticks at once, say what is like them, and are taken back at once', async () => {
    await seen.see('timeline')
    const unmarked = await selection()
    const ticks = page.getByRole('checkbox', { name: /^Select 2/ })
    await ticks.nth(0).check()
    await ticks.nth(1).check()
    await page.getByRole('button', { name: 'Mark 2 accesses …' }).click()
    await dialog().getByLabel('Why').fill('the owner was asked')
    await dialog().getByRole('button', { name: 'Legitimate' }).click()
    await dialog().getByText('2 accesses with a tick: marked as legitimate.').waitFor()
    await dialog()
      .getByText(/^Similar accesses|^No other access shares/)
      .waitFor()
    await assertUsable()
    await seen.see('marks')
    assert.match(
      await seenText(page.locator('main')),
      /ann 2 access .* legitimate the owner was asked/,
    )
    await page.getByRole('button', { name: 'Take back' }).click()
    await page.getByText('does not count any more').waitFor()
    await seen.settled()
    assert.equal((await selection()).split(' · ')[0], unmarked.split(' · ')[0])
  })
})

describe('a view', { skip }, () => {
  it('of a typed time is one action, and an empty one says what the logs covered', async () => {
    await seen.see('timeline')
    const time = page.getByRole('textbox', { name: 'Time, UTC' })
    await time.fill('12 May 2021 between 10 and 12')
    await time.press('Enter')
    await page.waitForURL(/from=2021-05-12T10%3A00/)
    await page.getByText('No access is in this selection.').waitFor()
    await seen.settled()
    assert.match(await seenText(page.locator('main')), /0 of 2/)
    await assertUsable()
    await time.fill('yesterday')
    await time.press('Enter')
    await page.getByText('No time. Use').waitFor()
  })

  it('is saved under a name, and shown again by it', async () => {
    await seen.see('timeline?operation=MailItemsAccessed')
    await page.getByRole('button', { name: /^Views/ }).click()
    await dialog().getByLabel('What this view shows').fill('all that was read <b>')
    await dialog().getByRole('button', { name: 'Keep' }).click()
    await dialog().getByRole('link', { name: 'all that was read <b>' }).waitFor()
    await assertUsable()
    await seen.see('accounts')
    await page.getByRole('button', { name: /^Views/ }).click()
    await dialog().getByRole('link', { name: 'all that was read <b>' }).click()
    await page.waitForURL(/timeline\?operation=MailItemsAccessed/)
  })
})

it('no script of the evidence ran, and no other server was asked', { skip }, () => {
  assert.deepEqual(seen.complaints, [])
})
