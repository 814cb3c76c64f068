/** The tables of a served case: what is done with them, by mouse and by keyboard, and the link that shows it again. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { writeHostileLogs } from '@mintmark/testkit'
import type { Browser, Page } from 'playwright-core'
import { type CasePage, openCasePage } from './case_page.ts'
import { axeFindings, chromiumMissing, seenText, startChromium } from './chromium.ts'
import { ran, type Served, serve } from './served_case.ts'

const skip = chromiumMissing ?? false
const folder = mkdtempSync(path.join(tmpdir(), 'mintmark-tables-'))
/** Accesses with tokens that nobody issued: six of mail, and one of a file. */
const ACCESSES = 7
let served: Served
let browser: Browser
let seen: CasePage
let page: Page

before(async () => {
  const place = path.join(folder, 'case')
  await ran('investigate', writeHostileLogs(folder), '--case', place)
  if (chromiumMissing !== undefined) return
  served = await serve('--case', place)
  browser = await startChromium()
  seen = await openCasePage(browser, served)
  page = seen.page
  await seen.context.grantPermissions(['clipboard-read', 'clipboard-write'])
})

after(async () => {
  if (chromiumMissing === undefined) {
    await browser.close()
    await served.stop()
  }
  rmSync(folder, { recursive: true, force: true })
})

const cell = (column: string) => page.locator(`main td[data-column="${column}"]`).first()
const rows = () => page.locator('main tbody tr').count()
const again = async () => {
  await page.reload()
  await seen.settled()
}

describe('a table', { skip }, () => {
  it('is sorted by a column, and the link shows it so again', async () => {
    await seen.see('timeline')
    await page.getByRole('link', { name: 'Time, UTC' }).click()
    await page.getByRole('link', { name: 'Time, UTC' }).click()
    await page.waitForURL(/sort=-at/)
    await again()
    assert.match(await seenText(cell('at')), /2023-05-16 16:00/)
    assert.equal(await page.locator('th[aria-sort="descending"]').count(), 1)
  })

  it('is filtered by a cell, and takes the filter away', async () => {
    await seen.see('timeline')
    await cell('operation').click({ position: { x: 2, y: 2 } })
    await page.getByText('Select only this').click()
    await page.waitForURL(/operation=/)
    await seen.see('timeline')
    await cell('verdict').click({ position: { x: 2, y: 2 } })
    await page.getByText('Show only this').click()
    await page.waitForURL(/where=verdict%3Aunissued/)
    await again()
    assert.equal(await rows(), ACCESSES)
    await page.locator('main .chip').click()
    await page.waitForURL((url) => !url.search.includes('where'))
  })

  it('has the columns that are chosen, and the link has them too', async () => {
    await seen.see('timeline')
    await page.getByRole('button', { name: 'Columns' }).click()
    await page.getByLabel('Client').check()
    await page.getByLabel('Messages').uncheck()
    await page.waitForURL(/columns=/)
    await again()
    assert.equal(await cell('client').count(), 1)
    assert.equal(await cell('items').count(), 0)
    assert.deepEqual(await axeFindings(page), [])
  })

  it('is copied and saved as it is shown, and runs nothing in a spreadsheet', async () => {
    await seen.see('timeline?columns=client,ip&sort=-ip')
    await page.getByRole('button', { name: 'Copy' }).click()
    await page.getByText(`Copied ${ACCESSES} rows.`).waitFor()
    const copied = String(await page.evaluate('navigator.clipboard.readText()'))
    assert.match(copied, /^client\tip\n/)
    assert.doesNotMatch(copied, /(?:^|[\n\t])[=+@-]/)
    const saving = page.waitForEvent('download')
    await page.getByRole('link', { name: 'CSV' }).click()
    const file = await saving
    assert.equal(file.suggestedFilename(), 'accesses.csv')
    const csv = readFileSync(await file.path(), 'utf8')
      .trimEnd()
      .split('\r\n')
    assert.equal(csv[0], '"client","ip"')
    assert.equal(csv.length, 1 + ACCESSES)
  })

  it('that is whole in the browser is saved there', async () => {
    await seen.see('evidence?columns=path')
    const saving = page.waitForEvent('download')
    await page.getByRole('button', { name: 'JSON' }).first().click()
    const json: unknown = JSON.parse(readFileSync(await (await saving).path(), 'utf8'))
    assert.ok(Array.isArray(json) && json.length > 1)
  })
})

describe('the keyboard', { skip }, () => {
  it('goes to views, through rows and cells, opens one, and closes it', async () => {
    await seen.see('')
    await page.keyboard.press('g')
    await page.keyboard.press('t')
    await page.waitForURL(/timeline/)
    await cell('at').waitFor()
    for (const key of ['j', 'j', 'k', 'ArrowRight']) await page.keyboard.press(key)
    const focused = await page.evaluate('document.activeElement.dataset.column')
    assert.equal(focused, 'class')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor()
    assert.match(page.url(), /open=access/)
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    assert.equal(await page.evaluate('document.activeElement.dataset.column'), 'class')
  })

  it('searches an id in any spelling, and the result leads to its view', async () => {
    await seen.see('tokens')
    const id = await seenText(cell('tokenId'))
    await seen.see('')
    await page.keyboard.press('/')
    await page.keyboard.type(`{${id.toUpperCase()}}`)
    const search = page.getByRole('dialog', { name: 'Search' })
    await search.locator('a', { hasText: id }).waitFor()
    assert.deepEqual(await axeFindings(page), [])
    await page.keyboard.press('Enter')
    await page.waitForURL(/tokens\?open=token/)
    await page.getByText('What was done with it').waitFor()
  })

  it('is explained, and leaves what is written alone', async () => {
    await seen.see('tokens')
    await page.getByRole('searchbox').first().focus()
    await page.keyboard.type('g/?j')
    assert.equal(await page.getByRole('searchbox').first().inputValue(), 'g/?j')
    await seen.see('')
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keys' }).getByText('next row').waitFor()
    await page.getByLabel('Single keys are on').uncheck()
    await page.keyboard.press('Escape')
    await page.keyboard.press('/')
    assert.equal(await page.getByRole('dialog').count(), 0)
    await page.getByRole('button', { name: 'Keys' }).click()
    await page.getByLabel('Single keys are on').check()
  })
})

describe('what cannot be shown', { skip }, () => {
  it('of a link is named, and narrows nothing; the rest is applied', async () => {
    await seen.see('timeline?from=garbage&mailbox=bo@agency.example.gov&colour=red&sort=x')
    assert.equal(await rows(), 3)
    const text = await seenText(page.locator('body'))
    assert.match(text, /from: "garbage" is not a time/)
    assert.match(text, /colour: no view has such a value/)
    assert.match(text, /sort: there is no column "x"/)
    await page.getByText('Leave it out').click()
    await page.waitForURL((url) => !url.search.includes('garbage'))
    assert.match(page.url(), /mailbox=bo/)
  })

  it('no page complained so far, and none asked anybody else', () => {
    assert.deepEqual(seen.complaints, [])
  })

  it('is a page for people where there is none, and where the server has ended', async () => {
    await page.goto(`${served.origin}/nowhere`)
    assert.match(await seenText(page.locator('body')), /There is no such page/)
    await page.getByRole('link', { name: 'Open the case' }).click()
    await seen.settled()
    await served.stop()
    await page.getByRole('link', { name: /^tokens/i }).click()
    await page.getByRole('alert').getByText('mintmark ui does not answer').first().waitFor()
  })
})
