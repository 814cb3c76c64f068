/** What is built of the page: its files, read once and served from memory so that no address is ever a path; and the report. */
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isObject, MintmarkError } from '@mintmark/core'
import type { Paper, Report } from '@mintmark/report'

const PAGE = fileURLToPath(new URL('../dist/page/', import.meta.url))

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}

export interface StaticFile {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly type: string
}

/** Files of the page by address. @throws {MintmarkError} `INPUT_UNREADABLE` if it is not built */
export function pageFiles(folder: string = PAGE): ReadonlyMap<string, StaticFile> {
  try {
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    const files = names.filter((name) => extname(name) in TYPES)
    return new Map(
      files.map((name) => [
        `/${name.replaceAll('\\', '/')}`,
        {
          bytes: Uint8Array.from(readFileSync(join(folder, name))),
          type: TYPES[extname(name)] ?? '',
        },
      ]),
    )
  } catch (cause) {
    const message = `the page is not built: run \`node tools/setup.mjs\` in the project's folder`
    throw new MintmarkError('INPUT_UNREADABLE', message, { path: folder }, { cause })
  }
}

const RENDER = new URL('../dist/report/render.js', import.meta.url)

/** Makes the file: no network, no script, styles and typefaces inside, the same bytes for the same report. */
type RenderHtml = (report: Report, paper?: Paper) => string

/** @throws {MintmarkError} `INPUT_UNREADABLE` where the components are not built */
export async function htmlRenderer(location: URL = RENDER): Promise<RenderHtml> {
  try {
    const built: unknown = await import(location.href)
    const render = isObject(built) ? built['renderHtml'] : undefined
    if (typeof render === 'function') return (report, paper) => String(render(report, paper))
  } catch (cause) {
    throw reportNotBuilt(location, cause)
  }
  throw reportNotBuilt(location)
}

function reportNotBuilt(location: URL, cause?: unknown): MintmarkError {
  const message =
    "the report's page is not built: run `node tools/setup.mjs` in the project's folder"
  return new MintmarkError(
    'INPUT_UNREADABLE',
    message,
    { path: fileURLToPath(location) },
    { cause },
  )
}
