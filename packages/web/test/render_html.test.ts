import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { answer, select, tokenUses } from '@mintmark/case'
import { buildReport, type Report } from '@mintmark/report'
import { htmlRenderer } from '../src/index.ts'
import { STOLEN, type WebWorld, webWorld } from './web_world.ts'

let world: WebWorld
let report: Report
let html: string
before(async () => {
  world = await webWorld()
  const { session } = world.opened
  const made = await answer(world.opened)
  const selected = await select(session, {})
  try {
    report = buildReport({
      answer: made,
      uses: await tokenUses(session, selected, { limit: 1000 }),
    })
  } finally {
    await selected.close()
  }
  html = (await htmlRenderer())(report)
})
after(() => world.close())

describe('the report as HTML', () => {
  it('is one file: no script, no address but of files beside it, and nothing that loads', () => {
    assert.doesNotMatch(html, /<script|javascript:|<iframe|<object|<img/i)
    const links = [...html.matchAll(/\b(?:href|src)="([^"]*)"/g)].map(([, to]) => to ?? '')
    assert.deepEqual(
      links.filter((to) => !/^(?:#[\w-]+|\.\/[a-z.-]+)$/.test(to)),
      [],
    )
    const loads = [...html.matchAll(/url\("([^"]{0,20})/g)].map(([, to]) => to ?? '')
    assert.deepEqual(
      loads.filter((to) => !to.startsWith('data:font/woff2')),
      [],
    )
    assert.doesNotMatch(html, /\sstyle=|@import/)
  })

  it('allows its own style alone', () => {
    const style = /<style>([\s\S]*?)<\/style>/.exec(html)?.[1] ?? ''
    const hash = createHash('sha256').update(style).digest('base64')
    assert.match(html, /default-src 'none'/)
    assert.ok(html.includes(`style-src 'sha256-${hash}'`))
    assert.equal(html.match(/<style/g)?.length, 1)
  })

  it('has every section, statement, figure and table of the model, each with what it rests on', () => {
    const parts = report.sections.flatMap((one) => [
      `part-${one.id}`,
      ...one.statements.map(({ id }) => id),
      ...one.figures.map(({ id }) => id),
      ...one.tables.map(({ id }) => id),
    ])
    assert.deepEqual(
      parts.filter((id) => html.split(`id="${id}"`).length !== 2),
      [],
    )
    const findings = report.sections.filter(({ id }) => id !== 'summary')
    const rests = findings.flatMap(({ statements, tables }) => [statements, tables].flat()).length
    assert.equal(html.split('>Evidence</span>').length, rests + 1)
  })

  it('links to places that are there', () => {
    const ids = new Set([...html.matchAll(/\bid="([^"]+)"/g)].map(([, id]) => id))
    const named = [...html.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id)
    assert.deepEqual(
      named.filter((id) => !ids.has(id)),
      [],
    )
  })
})

describe('the file', () => {
  it('shows text of the logs as text', () => {
    assert.ok(html.includes('&lt;b>&lt;img src=x') || html.includes('&lt;b&gt;&lt;img src=x'))
    assert.ok(!html.includes('\u202e') && html.includes('\\u202e'))
  })

  it('is the same for the same report, and says the numbers', async () => {
    assert.equal((await htmlRenderer())(report), html)
    assert.ok(html.includes(`${STOLEN} tokens`))
  })

  it('is refused where it is not built', async () => {
    await assert.rejects(htmlRenderer(new URL('file:///nowhere/render.js')), {
      code: 'INPUT_UNREADABLE',
    })
  })
})
