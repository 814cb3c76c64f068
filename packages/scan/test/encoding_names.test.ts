import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { LAYOUTS } from '../src/detectors/process/library_layouts.ts'

const SOURCES = fileURLToPath(new URL('../src', import.meta.url))
const DOCUMENT = fileURLToPath(new URL('../../../docs/key-encodings.md', import.meta.url))

const sources = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.wasm.ts'))
  .map((name) => readFileSync(join(SOURCES, name), 'utf8'))
  .join('\n')

/** Where a literal is an encoding: as a member, as a constant of that name, as what `hit` and `protectedHit` are given. */
const LITERALS = [
  /\bencoding: '([a-z\d-]+)'/g,
  /\bconst ENCODING = '([a-z\d-]+)'/g,
  /\bconst encoding = .* \? '([a-z\d-]+)' : '([a-z\d-]+)'/g,
  /\bhit\([^\n]*?'([a-z\d]+(?:-[a-z\d]+)+)', [a-z]/g,
  /\bprotectedHit\(\s*'[a-z-]+',\s*'([a-z\d-]+)'/g,
  /\btoken\(\s*[^\n]*?'([a-z\d-]+)',/g,
]

const reported = new Set(
  [...readFileSync(DOCUMENT, 'utf8').matchAll(/^\| (`[^|]*) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([a-z\d-]+)`/g)].map(([, encoding = '']) => encoding),
  ),
)

describe('docs/key-encodings.md', () => {
  const encodings = new Set(
    LITERALS.flatMap((literal) =>
      [...sources.matchAll(literal)].flatMap((match) => match.slice(1)),
    ),
  )

  it('matches what the sources really name', () => {
    assert.ok(encodings.size > 35, `${encodings.size} encodings`)
  })

  for (const encoding of encodings) {
    it(`has a row for ${encoding}`, () => assert.ok(reported.has(encoding)))
  }

  it('names no encoding twice', () => {
    const text = readFileSync(DOCUMENT, 'utf8')
    const cells = [...text.matchAll(/^\| (`[^|]*) \|/gm)].map(([, cell = '']) => cell)
    const all = cells.flatMap((cell) =>
      [...cell.matchAll(/`([a-z\d-]+)`/g)].map(([, encoding]) => encoding),
    )
    assert.equal(all.length, new Set(all).size)
  })

  for (const library of new Set(LAYOUTS.flatMap((layout) => layout.library.split(', ')))) {
    it(`names ${library}, of which there is a layout`, () =>
      assert.match(readFileSync(DOCUMENT, 'utf8'), new RegExp(`\\b${library.split(' ')[0]}\\b`)))
  }
})
