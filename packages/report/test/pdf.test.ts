import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { findChromium } from '@mintmark/report'
import * as fc from 'fast-check'
import { pagesOfPositions, printPdf } from '../src/pdf.ts'

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

const entry = (id: string) =>
  `<li><a href="#${id}">${id}</a> <span class="page x" data-of="${id}"></span></li>`

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

  it('has its contents with the pages on which the places are', { skip }, async () => {
    assert.ok(chromium !== undefined)
    const places = Array.from({ length: 12 }, (_, n) => `part-${n + 1}`)
    const parts = places.map((id) => `<section id="${id}"><h2>${id}</h2></section>`)
    const page = join(folder, 'parts.html')
    const style = '<style>section{break-before:page}.page::after{content:"."}</style>'
    writeFileSync(
      page,
      `<!doctype html><html lang="en"><title>A report</title>${style}<ol>${places.map(entry).join('')}</ol>${parts.join('')}</html>`,
    )
    const printed = await printPdf(chromium, page)
    assert.ok('pdf' in printed, JSON.stringify(printed))
    assert.deepEqual(
      [...(pagesOfPositions(printed.pdf) ?? [])].toSorted(([a], [b]) => a.localeCompare(b)),
      places.map((id, n) => [id, n + 2]).toSorted(([a], [b]) => String(a).localeCompare(String(b))),
    )
    const text = Buffer.from(printed.pdf).toString('latin1')
    // Tags, a language and bookmarks: what a screen reader and a reader of forty pages need.
    for (const part of [/\/StructTreeRoot \d/, /\/Lang \(en\)/, /\/Outlines \d/])
      assert.match(text, part)
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

describe('the pages of places', () => {
  it('are none of a file that is no such PDF, and reading never fails', () => {
    const pdf = [
      '%PDF-1.4',
      '1 0 obj\n<</Type /Catalog /Pages 2 0 R /Dests 3 0 R>>\nendobj',
      '2 0 obj\n<</Type /Pages /Kids [2 0 R 4 0 R 4 0 R] /Count 1>>\nendobj',
      '3 0 obj\n<</a [4 0 R /XYZ 0 0 0]>>\nendobj',
      '4 0 obj\n<</Type /Page>>\nendobj',
    ]
    const offsets = pdf.map((_, n) => pdf.slice(0, n).join('\n').length + (n === 0 ? 0 : 1))
    const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`)
    const body = pdf.join('\n')
    const whole = Buffer.from(
      `${body}\nxref\n0 5\n${rows.join('')}trailer\n<</Root 1 0 R>>\nstartxref\n${body.length + 1}\n%%EOF\n`,
    )
    assert.deepEqual(pagesOfPositions(whole), new Map([['a', 1]]))
    fc.assert(
      fc.property(fc.nat(whole.length - 2), fc.nat(255), (at, byte) => {
        const bent = Uint8Array.from(whole)
        bent[at] = byte
        pagesOfPositions(bent)
        assert.equal(pagesOfPositions(whole.subarray(0, at)), undefined)
      }),
    )
    assert.equal(pagesOfPositions(new Uint8Array()), undefined)
  })
})
