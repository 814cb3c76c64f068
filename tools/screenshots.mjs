/**
 * `npm run screenshots`: what the replayed incident looks like, into `docs/img` or the folder that
 * is given: every view and the report, light and dark, at 1280 pixels, and some of them at 390.
 * Uses what `npm start` made, and makes it where it is not there.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'
import { root, run } from './setup.mjs'

const out = path.resolve(process.argv[2] ?? path.join(root, 'docs', 'img'))
const VIEWS = {
  answer: '',
  timeline: 'timeline',
  accounts: 'accounts',
  tokens: 'tokens',
  lineage: 'tokens',
  unknowns: 'unknowns',
  evidence: 'evidence',
  hunts: 'hunts?hunt=replayed_token_network',
  custody: 'custody',
  keys: 'keys',
  marks: 'marks',
}
/** Of these there are pictures as on a phone, too. */
const NARROW = ['answer', 'timeline']
const SIZES = { wide: { width: 1280, height: 800 }, narrow: { width: 390, height: 780 } }

run(process.execPath, [path.join(root, 'tools', 'start.mjs')], { stdio: ['ignore', 'ignore', 'inherit'] })
rmSync(out, { recursive: true, force: true })
mkdirSync(out, { recursive: true })
const served = await serve()
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
})
try {
  const context = await browser.newContext()
  // Generous: the machine may do other things too.
  context.setDefaultTimeout(120_000)
  const page = await context.newPage()
  await page.goto(served.entrance)
  await page.waitForURL(`${served.origin}/`)
  for (const [size, viewport] of Object.entries(SIZES)) {
    await page.setViewportSize(viewport)
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      const nameOf = (what) => path.join(out, `${what}-${size === 'wide' ? '' : 'narrow-'}${colorScheme}.png`)
      for (const [name, view] of Object.entries(VIEWS)) {
        if (size === 'narrow' && !NARROW.includes(name)) continue
        await page.goto(`${served.origin}/${view}`)
        await settled(page)
        if (name === 'lineage') await openFirstToken(page)
        await page.screenshot({ path: nameOf(name) })
      }
      if (size === 'narrow') continue
      await page.goto(pathToFileURL(path.join(root, 'replay-out', 'report', 'report.html')).href)
      await page.screenshot({ path: nameOf('report') })
      await page.goto(`${page.url()}#part-timeline`)
      await page.screenshot({ path: nameOf('report-timeline') })
    }
  }
} finally {
  await browser.close()
  served.stop()
}

async function settled(page) {
  await page.waitForLoadState('networkidle')
  await page.locator('[aria-busy="true"]').first().waitFor({ state: 'detached' })
}

async function openFirstToken(page) {
  await page.locator('main tbody a').first().click()
  await page.getByRole('dialog').getByText('What was done with it').waitFor()
  await settled(page)
}

/** Serves the case of the replay; resolves with the address that is printed. */
function serve() {
  const bin = path.join(root, 'packages', 'cli', 'bin', 'mintmark.mjs')
  const args = [bin, 'ui', '--case', path.join(root, 'replay-out', 'case'), '--read-only']
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  return new Promise((resolve, reject) => {
    let printed = ''
    child.stdout.setEncoding('utf8').on('data', (text) => {
      printed += text
      const [entrance] = /http:\S+(?=\s)/.exec(printed) ?? []
      if (entrance !== undefined)
        resolve({ entrance, origin: new URL(entrance).origin, stop: () => child.kill('SIGTERM') })
    })
    child.on('close', () => reject(new Error(`mintmark ui ended: ${printed}`)))
  })
}
