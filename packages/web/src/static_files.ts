/** The built page: read once, served from memory, so that no address is ever a path. @module */
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MintmarkError } from '@mintmark/core'

/** Where Vite puts the page. */
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

/**
 * Files of the page by their address; `/index.html` is the page itself.
 *
 * @throws {MintmarkError} `INPUT_UNREADABLE` where the page is not built
 */
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
