/** `report.html` printed by a Chromium without a network, on a profile that is then deleted. */
import { spawn } from 'node:child_process'
import { access, constants, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { pathToFileURL } from 'node:url'

const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']
const PATIENCE_MS = 120_000

export async function findChromium(
  path: string = process.env['PATH'] ?? '',
): Promise<string | undefined> {
  const paths = PROGRAMS.flatMap((program) =>
    path
      .split(delimiter)
      .filter((dir) => dir !== '')
      .map((dir) => join(dir, program)),
  )
  const found = await Promise.all(paths.map(isProgram))
  return paths.find((_, i) => found[i])
}

const isProgram = (path: string) =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  )

type Printed = { readonly pdf: Uint8Array } | { readonly problem: string }

/** Prints a file. Never throws: a report without a PDF is a report. */
export async function printPdf(chromium: string, html: string): Promise<Printed> {
  const dir = await mkdtemp(join(tmpdir(), 'mintmark-pdf-'))
  try {
    const page = (await readFile(html, 'utf8')).replaceAll(BESIDE, '<a')
    const once = await printed(chromium, dir, page)
    const pages = 'pdf' in once ? pagesOfPositions(once.pdf) : undefined
    if (pages === undefined || !page.includes(' data-of="')) return once
    const twice = await printed(chromium, dir, withPages(page, pages))
    return 'pdf' in twice && isSame(pages, pagesOfPositions(twice.pdf)) ? twice : once
  } catch (cause) {
    return { problem: cause instanceof Error ? cause.message : String(cause) }
  } finally {
    await rm(dir, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** In text a `<` is written otherwise. */
const BESIDE = /<a href="\.\/[^"]*"/g

async function printed(chromium: string, dir: string, html: string): Promise<Printed> {
  const file = join(dir, 'report.pdf')
  const page = join(dir, 'report.html')
  await writeFile(page, html)
  const problem = await run(chromium, [...FLAGS, ...sandbox(), ...filesIn(dir, file), urlOf(page)])
  return problem === undefined ? { pdf: withoutDates(await readFile(file)) } : { problem }
}

const PAGE_OF = /<span class="page[^"<>]*" data-of="([\w-]+)"><\/span>/g

const withPages = (html: string, pages: ReadonlyMap<string, number>): string =>
  html.replaceAll(PAGE_OF, (room, name: string) =>
    room.replace('></', `>${pages.get(name) ?? ''}</`),
  )

const isSame = (
  pages: ReadonlyMap<string, number>,
  again: ReadonlyMap<string, number> | undefined,
): boolean =>
  again?.size === pages.size && [...pages].every(([name, page]) => again.get(name) === page)

const FLAGS = [
  '--headless=new',
  '--disable-gpu',
  // In a container the shared memory may be too small for a page.
  '--disable-dev-shm-usage',
  '--disable-extensions',
  '--disable-sync',
  '--disable-background-networking',
  '--disable-component-update',
  '--no-first-run',
  '--no-default-browser-check',
  '--host-resolver-rules=MAP * ~NOTFOUND',
  '--proxy-server=127.0.0.1:9',
  '--no-pdf-header-footer',
  // Bookmarks; tags are written anyhow.
  '--generate-pdf-document-outline',
]

/** A Chromium that root starts has no sandbox to run in. The page has no script, by its own policy too. */
const sandbox = () => (process.getuid?.() === 0 ? ['--no-sandbox'] : [])
const filesIn = (dir: string, file: string) => [
  `--user-data-dir=${join(dir, 'profile')}`,
  `--print-to-pdf=${file}`,
]
const urlOf = (file: string) => pathToFileURL(file).href

function run(program: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: 'ignore' })
    // The `timeout` of spawn keeps the process alive where the program did not start at all.
    const patience = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS)
    const end = (problem: string | undefined): void => {
      clearTimeout(patience)
      resolve(problem)
    }
    child.on('error', (error) => end(error.message))
    child.on('close', (code, signal) =>
      end(code === 0 ? undefined : `it ended with ${signal ?? String(code)}`),
    )
  })
}

const DATE = /\/(CreationDate|ModDate) \(D:\d{14}[^)]*\)/g
const NO_DATE = '19700101000000'

/** The same length, so that every offset of the file stays right. */
function withoutDates(pdf: Buffer): Uint8Array {
  const text = pdf.toString('latin1')
  return Buffer.from(
    text.replace(DATE, (date) => date.replace(/\d{14}/, NO_DATE)),
    'latin1',
  )
}

const TRAILER = /trailer\s*<<(.*)>>\s*startxref\s+\d+\s+%%EOF\s*$/s
const OBJECT = /^(\d+) 0 obj\b(.*?)(?:endobj|stream)/gms

type Objects = ReadonlyMap<number | undefined, string>

/** Pages from 1, by name of the destination; undefined for a file that is not of this kind. */
export function pagesOfPositions(pdf: Uint8Array): ReadonlyMap<string, number> | undefined {
  const text = Buffer.from(pdf).toString('latin1')
  const trailer = TRAILER.exec(text.slice(-1024))?.[1]
  if (trailer === undefined) return undefined
  const objects: Objects = new Map(
    [...text.matchAll(OBJECT)].map(([, number, body = '']) => [Number(number), body]),
  )
  const catalogue = objects.get(refIn(trailer, 'Root'))
  const pages = pagesBelow(objects, refIn(catalogue, 'Pages'), new Set())
  const destinations = objects.get(refIn(catalogue, 'Dests'))
  if (pages.length === 0 || destinations === undefined) return undefined
  const found = [...destinations.matchAll(/\/([^\s/[\]<>()]+)\s*\[(\d+) \d+ R\b/g)].map(
    ([, name = '', page]) => [name, pages.indexOf(Number(page)) + 1] as const,
  )
  return found.some(([, page]) => page === 0) ? undefined : new Map(found)
}

function refIn(object: string | undefined, name: string): number | undefined {
  const found = new RegExp(`/${name} (\\d+) \\d+ R\\b`).exec(object ?? '')?.[1]
  return found === undefined ? undefined : Number(found)
}

function pagesBelow(objects: Objects, number: number | undefined, seen: Set<number>): number[] {
  if (number === undefined || seen.has(number)) return []
  seen.add(number)
  const kids = /\/Kids\s*\[([^\]]*)\]/.exec(objects.get(number) ?? '')?.[1]
  if (kids === undefined) return [number]
  return [...kids.matchAll(/(\d+) \d+ R/g)].flatMap(([, kid]) =>
    pagesBelow(objects, Number(kid), seen),
  )
}
