/**
 * How long the first view of `mintmark ui` takes on a case of a million accesses, from the address
 * to a page on which the answer stands and the chart is drawn, in Debian's Chromium; the same view
 * narrowed to half of the time; and a mark on one access, until the answer counts one less. `node
 * bench/src/ui.bench.ts [ACCESSES]`. `BENCH_TINY=1` takes two thousand.
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { BIN, printedAddress } from '@mintmark/testkit'
import { chromium, type Page } from 'playwright-core'

const CHROMIUM = '/usr/bin/chromium'
const IS_TINY = process.env['BENCH_TINY'] !== undefined
const ACCESSES = IS_TINY ? 2000 : Number(process.argv[2] ?? 1_000_000)
const ROUNDS = IS_TINY ? 2 : 9
const USERS = 2000
const TENANTS = 25
/** One access in so many uses a token that nobody issued. */
const STOLEN = 80
const START_MS = Date.UTC(2023, 4, 1)
const SPAN_MS = 60 * 86_400_000
/** Lines that are written at once. */
const BLOCK = 5000

const guid = (kind: number, number: number) =>
  `${kind.toString(16).padStart(8, '0')}-0000-4000-8000-${number.toString(16).padStart(12, '0')}`

/** A token that was issued and used, or one that was used alone. */
function linesOf(number: number): string {
  const isStolen = number % STOLEN === 0
  // Of everybody a few: a user of whom no token is known has an incomplete log.
  const user = isStolen ? (number / STOLEN) % USERS : number % USERS
  const atMs = START_MS + Math.floor((number / ACCESSES) * SPAN_MS)
  const name = `user${user}@agency${user % TENANTS}.example.gov`
  const common = {
    tokenId: guid(1, number),
    sessionId: guid(isStolen ? 2 : 3, user),
    principal: name,
    tenant: `agency${user % TENANTS}`,
    appId: 'mail',
    ip: isStolen ? `198.51.100.${user % 9}` : `192.0.2.${user % 250}`,
  }
  const issued = { schema: 'mintmark-issuance/1', id: guid(4, number), at: isoOf(atMs), ...common }
  const used = {
    schema: 'mintmark-access/1',
    id: guid(5, number),
    at: isoOf(atMs + 60_000),
    operation: 'MailItemsAccessed',
    service: 'Exchange',
    outcome: 'succeeded',
    mailbox: name,
    items: [{ messageId: `<${number}@${name}>`, subject: 'Minutes', folder: 'Inbox', bytes: 1000 }],
    ...common,
  }
  const rows = isStolen ? [used] : [issued, used]
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('')
}

const isoOf = (ms: number) => new Date(ms).toISOString()

async function writeLogs(file: string): Promise<void> {
  const out = createWriteStream(file)
  for (let at = 0; at < ACCESSES; at += BLOCK) {
    const count = Math.min(BLOCK, ACCESSES - at)
    const block = Array.from({ length: count }, (_, i) => linesOf(at + i)).join('')
    // oxlint-disable-next-line no-await-in-loop -- a file is written from its beginning
    if (!out.write(block)) await once(out, 'drain')
  }
  out.end()
  await once(out, 'close')
}

function investigate(logs: string, place: string): void {
  const args = [BIN, 'investigate', logs, '--case', place]
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  // 3: the first accesses lie before all that the sign-in log can speak of.
  if (status !== 1 && status !== 3) throw new Error(`investigate ended with ${status}: ${stderr}`)
}

/** Until the answer stands there, the chart is drawn and nothing is asked any more. */
async function shown(page: Page): Promise<void> {
  await page.locator('main h1').waitFor()
  await page.locator('.course svg rect').first().waitFor({ state: 'attached' })
  await page.locator('[aria-busy="true"]').first().waitFor({ state: 'detached' })
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

function print(name: string, unordered: readonly number[]): void {
  const ms = unordered.toSorted((a, b) => a - b)
  const at = (q: number) => (ms[Math.floor(q * (ms.length - 1))] ?? Number.NaN).toFixed(0)
  console.log(
    `${name.padEnd(40)} median ${at(0.5)} ms  least ${at(0)}  most ${at(1)}  (${ms.length} rounds)`,
  )
}

/** An access of the attacker that no mark is on; of a tiny case an ambiguous one. */
async function markable(page: Page): Promise<string> {
  return await page.evaluate(async () => {
    const answer = await fetch('/api/accesses?limit=1&sort=-party')
    const text = await answer.text()
    return /"recordId":"([^"]+)"/.exec(text)?.[1] ?? ''
  })
}

/** Marks it as legitimate, until the answer has the new number. Says nothing of what is drawn. */
async function marked(page: Page, id: string): Promise<void> {
  const status = await page.evaluate(async (value) => {
    const mark = { kind: 'access', values: [value], party: 'legitimate', reason: 'bench' }
    const headers = { 'Content-Type': 'application/json' }
    const made = await fetch('/api/marks', { method: 'POST', headers, body: JSON.stringify(mark) })
    await (await fetch('/api/answer')).json()
    return made.status
  }, id)
  if (status !== 200) throw new Error(`the mark was refused with ${status}`)
}

async function measure(entryAddress: string): Promise<void> {
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const browser = await chromium.launch({ executablePath: CHROMIUM, args })
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
    const { origin } = new URL(entryAddress)
    const see = (address: string) => async () => {
      await page.goto(address)
      await shown(page)
    }
    print('first view, from the printed address', [await timed(see(entryAddress))])
    const again: number[] = []
    const narrow: number[] = []
    const marks: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      // Another half of the time each round: none is prepared already.
      const from = isoOf(START_MS + round * 3_600_000)
      const to = isoOf(START_MS + SPAN_MS / 2 + round * 3_600_000)
      // oxlint-disable-next-line no-await-in-loop -- one after the other, or they would not be measured
      again.push(await timed(see(`${origin}/`)))
      // oxlint-disable-next-line no-await-in-loop -- the same
      narrow.push(await timed(see(`${origin}/?from=${from}&to=${to}`)))
    }
    print('first view, again', again)
    print('narrowed to half of the time', narrow)
    for (let round = 0; round < ROUNDS; round++) {
      // oxlint-disable-next-line no-await-in-loop -- the same
      const id = await markable(page)
      // oxlint-disable-next-line no-await-in-loop -- the same
      marks.push(await timed(() => marked(page, id)))
      // oxlint-disable-next-line no-await-in-loop -- what follows a mark in the background is not measured
      await page.evaluate(() => fetch('/api/upper-bounds'))
    }
    print('a mark, until the answer counts it', marks)
  } finally {
    await browser.close()
  }
}

if (existsSync(CHROMIUM)) {
  const folder = mkdtempSync(path.join(tmpdir(), 'mintmark-bench-'))
  try {
    console.log(
      `node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}, ${ACCESSES} accesses`,
    )
    const logs = path.join(folder, 'logs.ndjson')
    await writeLogs(logs)
    print('investigate', [await timed(async () => investigate(logs, path.join(folder, 'case')))])
    const start = performance.now()
    const ui = ['ui', '--case', path.join(folder, 'case')]
    const child = spawn(process.execPath, [BIN, ...ui], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const closed = once(child, 'close')
    try {
      const entryAddress = await printedAddress(child)
      print('mintmark ui, to its address', [performance.now() - start])
      await measure(entryAddress)
    } finally {
      child.kill('SIGTERM')
      await closed
    }
    console.log(`load ${loadavg()[0]?.toFixed(1)}`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
} else console.log('no Chromium on this machine: nothing was measured')
