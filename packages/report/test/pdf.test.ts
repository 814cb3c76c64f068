import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { findChromium } from '@mintmark/report'
import { printPdf } from '../src/pdf.ts'

const folder = mkdtempSync(join(tmpdir(), 'mintmark-print-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const html = join(folder, 'report.html')
writeFileSync(
  html,
  '<!doctype html><title>A report</title><h1 id="top">A report</h1><a href="#top">up</a> <a href="./accounts.csv">accounts</a>',
)

const chromium = await findChromium()
const isNeeded = process.env['CI'] === 'true'
const skip = chromium === undefined && !isNeeded ? 'no Chromium on this machine' : false

describe('a printed report', () => {
  it('is the same PDF each time', { skip }, async () => {
    assert.ok(chromium !== undefined, 'Chromium is needed under CI')
    const [one, two] = [await printPdf(chromium, html), await printPdf(chromium, html)]
    assert.ok('pdf' in one && 'pdf' in two, JSON.stringify([one, two]).slice(0, 500))
    assert.equal(Buffer.from(one.pdf).subarray(0, 5).toString('latin1'), '%PDF-')
    assert.ok(Buffer.from(one.pdf).equals(Buffer.from(two.pdf)))
    // Nothing of where it was printed.
    assert.doesNotMatch(Buffer.from(one.pdf).toString('latin1'), /file:|mintmark-/)
  })

  it('is none where the program fails, with the reason', async () => {
    assert.deepEqual(await printPdf('/bin/false', html), { problem: 'it ended with 1' })
    const missing = await printPdf(join(folder, 'none'), html)
    assert.ok('problem' in missing && missing.problem.includes('ENOENT'))
  })

  it('needs a Chromium in the path', async () => {
    assert.equal(await findChromium(folder), undefined)
    assert.equal(await findChromium(''), undefined)
  })
})
