/** The report as one HTML file: the page's components, rendered without a browser. @module */
import { fileURLToPath } from 'node:url'
import { isObject, MintmarkError } from '@mintmark/core'
import type { Paper, Report } from '@mintmark/report'

/** Where Vite puts the components. */
const RENDER = new URL('../dist/report/render.js', import.meta.url)

/** Makes the file: no network, no script, styles and typefaces inside, the same bytes for the same report. */
type RenderHtml = (report: Report, paper?: Paper) => string

/** @throws {MintmarkError} `INPUT_UNREADABLE` where the components are not built */
export async function htmlRenderer(place: URL = RENDER): Promise<RenderHtml> {
  try {
    const built: unknown = await import(place.href)
    const render = isObject(built) ? built['renderHtml'] : undefined
    if (typeof render === 'function') return (report, paper) => String(render(report, paper))
  } catch (cause) {
    throw notBuilt(place, cause)
  }
  throw notBuilt(place)
}

function notBuilt(place: URL, cause?: unknown): MintmarkError {
  const message =
    "the report's page is not built: run `node tools/setup.mjs` in the project's folder"
  return new MintmarkError('INPUT_UNREADABLE', message, { path: fileURLToPath(place) }, { cause })
}
