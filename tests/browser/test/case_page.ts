/** A served case in a browser's page; what the page complains of, or asks of anybody else, is kept. */
import type { Browser, BrowserContext, Page } from 'playwright-core'
import type { Served } from './served_case.ts'

/** Resolves when the page has drawn what was done to it: it has then begun to ask, and says that it is busy. */
const DRAWN = 'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))'

export interface CasePage {
  readonly page: Page
  readonly context: BrowserContext
  /** Console errors and warnings, dialogs, and every address that is not the server's. */
  readonly complaints: string[]
  /** Shows a view, such as `timeline?ip=192.0.2.1`, until nothing is asked of the case any more. */
  readonly see: (view: string) => Promise<void>
  readonly settled: () => Promise<void>
}

/** Enters with the address that was printed. */
export async function openCasePage(browser: Browser, served: Served): Promise<CasePage> {
  const { origin, entryAddress } = served
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
  // Generous: the machine may do other things too.
  context.setDefaultTimeout(120_000)
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('request', (request) => {
    if (!request.url().startsWith(`${origin}/`)) complaints.push(request.url())
  })
  page.on('dialog', (dialog) => {
    complaints.push(dialog.message())
    void dialog.dismiss()
  })
  await page.goto(entryAddress)
  await page.waitForURL(`${origin}/`)
  const settled = async () => {
    await page.locator('main > *').first().waitFor({ state: 'attached' })
    await page.evaluate(DRAWN)
    await page.locator('[aria-busy="true"]').first().waitFor({ state: 'detached' })
  }
  const see = async (view: string) => {
    await page.goto(`${origin}/${view}`)
    await settled()
  }
  return { page, context, complaints, see, settled }
}
