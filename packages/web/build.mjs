/**
 * Builds the page that `mintmark ui` serves into `dist/page`, and the report's components into
 * `dist/report`, when one of their sources has changed.
 */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const here = path.dirname(fileURLToPath(import.meta.url))
const root = path.resolve(here, '../..')
const stamp = path.join(here, 'dist', 'built.stamp')

/** Everything that the page is made of: its sources, what they import from the packages, and the tools. */
function digest() {
  const hash = createHash('sha256')
  const sources = ['app', 'report', 'src'].flatMap((folder) => filesOf(path.join(here, folder)))
  const others = [
    path.join(root, 'package-lock.json'),
    path.join(here, 'build.mjs'),
    path.join(here, 'vite.config.mjs'),
    path.join(here, 'vite.report.mjs'),
    path.join(root, 'packages/core/src/safe_text.ts'),
    path.join(root, 'packages/core/src/times.ts'),
    path.join(root, 'packages/core/src/wording.ts'),
    path.join(root, 'packages/case/src/answer/conclusion_text.ts'),
    path.join(root, 'packages/report/src/model/numbering.ts'),
  ]
  for (const file of [...sources, ...others]) {
    hash.update(path.relative(root, file)).update('\0').update(readFileSync(file)).update('\0')
  }
  return hash.digest('hex')
}

function filesOf(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort()
}

const wanted = digest()
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  const { build } = await import('vite')
  await build({ configFile: path.join(here, 'vite.config.mjs') })
  await build({ configFile: path.join(here, 'vite.report.mjs') })
  writeFileSync(stamp, wanted)
}
