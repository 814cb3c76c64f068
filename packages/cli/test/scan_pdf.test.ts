/** `mintmark scan` of a PDF: where a key stands, and what it says of one that it cannot read. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, it } from 'node:test'
import { parseObject } from '@mintmark/core'
import { madePdf, readAgain } from '@mintmark/testkit'
import { mintmark } from './fake_io.ts'
import { sarifErrors } from './sarif_official.ts'

const folder = mkdtempSync(join(tmpdir(), 'mintmark-pdf-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const { privateKey } = readAgain(generateKeyPairSync('ec', { namedCurve: 'prime256v1' }))
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString().trim().split('\n')
const bytes = madePdf({ pages: [['A page before.'], pem] })

function file(name: string, content: Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

it('a key on a page is told with its page, not with an offset that the file does not have', async () => {
  const { code, out } = await mintmark('scan', file('page.pdf', bytes))
  assert.equal(code, 1)
  assert.match(out, /pem: .*page\.pdf, page 2 \(d·G = Q\)/)
  assert.doesNotMatch(out, /at 0x/)
  assert.match(out, /SEARCHED {2}1 file, .* \(PDF with its text\)/)
})

it('the SARIF of a PDF is valid, and names the page', async () => {
  const { out } = await mintmark('scan', file('sarif.pdf', bytes), '--sarif')
  assert.deepEqual(sarifErrors(parseObject(out)), [])
  assert.match(out, /In page 2\./)
})

it('scan ends with 3 where a PDF that was named cannot be read', async () => {
  const cut = file('cut.pdf', bytes.subarray(0, bytes.length - 700))
  const named = await mintmark('scan', cut)
  assert.deepEqual([named.code, /it is damaged/.test(named.out)], [3, true])
})

it('scrub of a PDF is refused', async () => {
  const { code, err } = await mintmark('scrub', file('s.pdf', bytes), '-o', join(folder, 'o.pdf'))
  assert.equal(code, 3)
  assert.match(err, /is a PDF/)
})
