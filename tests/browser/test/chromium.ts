/** Debian's Chromium, and the rules of axe: what a person and a screen reader meet. */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { isObject } from '@mintmark/core'
import { type Browser, chromium, type Locator, type Page } from 'playwright-core'

const PROGRAM = '/usr/bin/chromium'

/** Why there is no browser here; under CI that is a failure. */
export const chromiumMissing: string | undefined = existsSync(PROGRAM)
  ? undefined
  : 'Debian package chromium is not installed'

if (chromiumMissing !== undefined && process.env['CI'] === 'true') throw new Error(chromiumMissing)

export async function startChromium(): Promise<Browser> {
  // Chromium's own sandbox does not start under root.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  return chromium.launch({ executablePath: PROGRAM, args })
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Those rules of axe that look at colours. */
export const COLOUR_RULES: readonly string[] = ['color-contrast', 'link-in-text-block']

/**
 * What axe finds serious or critical, as `rule: element`.
 * @param rules ids of those to run, where not all of them
 */
export async function axeFindings(page: Page, rules?: readonly string[]): Promise<string[]> {
  const options = {
    resultTypes: ['violations'],
    ...(rules === undefined ? {} : { runOnly: { type: 'rule', values: rules } }),
  }
  // What fades in has less contrast until it is there.
  await page.evaluate(async () => {
    const fades = document.getAnimations().filter((one) => one instanceof CSSTransition)
    await Promise.allSettled(fades.map(({ finished }) => finished))
  })
  // The page's policy lets no script in: the rules run in a world of their own.
  const session = await page.context().newCDPSession(page)
  const { frameTree } = await session.send('Page.getFrameTree')
  const { executionContextId } = await session.send('Page.createIsolatedWorld', {
    frameId: frameTree.frame.id,
    worldName: 'axe',
  })
  const { result } = await session.send('Runtime.evaluate', {
    contextId: executionContextId,
    expression: `${AXE};axe.run(document,${JSON.stringify(options)}).then((found)=>found.violations
      .filter(({impact})=>impact==='serious'||impact==='critical')
      .flatMap(({id,nodes})=>nodes.slice(0,4).map((node)=>id+': '+node.html.slice(0,160)+' '+node.any.map((one)=>one.message).join(' ').slice(0,200))))`,
    awaitPromise: true,
    returnByValue: true,
  })
  await session.detach()
  const found: unknown = isObject(result) ? result['value'] : undefined
  if (!Array.isArray(found)) throw new Error('axe gave no answer')
  return found.map(String)
}

/** By how many pixels the page is wider than the window, or what is opened wider than itself. */
export async function overflowOf(page: Page): Promise<number> {
  const measured = await page.evaluate(`Math.max(
    document.documentElement.scrollWidth - window.innerWidth,
    ...[...document.querySelectorAll('dialog[open]')].map((one) => one.scrollWidth - one.clientWidth))`)
  return Number(measured)
}

/** Text as it is seen, in one line. */
export async function seenText(of: Locator): Promise<string> {
  // biome-ignore lint/performance/useDomNodeTextContent: what is hidden, or set in capitals, is not the text of the document
  const text = await of.evaluate((element: HTMLElement) => element.innerText)
  return text.replaceAll(/\s+/g, ' ')
}
